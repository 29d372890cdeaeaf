/* Opens the dialog when content arrives in it and closes it when the content is gone. Typed text is not lost to a stray click, nor to
   a button that closes the dialog without saving. */

import { say } from "./failures.js";

const UNSAVED = "What you changed here is not saved yet. Save it, or cancel, and then go on.";
const CLOSERS = '[form=actions][hx-target="#dialog"], form[hx-target="#dialog"]:not(#task-form) button';

function isChanged(field) {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field instanceof HTMLSelectElement) return [...field.options].some((option) => option.selected !== option.defaultSelected && option.defaultSelected);
  return "defaultValue" in field && field.value !== field.defaultValue;
}

export default function dialog(element) {
  const content = element.firstElementChild;
  const isDirty = () => [...element.querySelectorAll("input, textarea, select")].some(isChanged);
  const close = () => element.open && element.close();

  const observer = new MutationObserver(() => {
    if (!content.firstElementChild) close();
    else if (!element.open) element.showModal();
  });
  observer.observe(content, { childList: true });

  function onClick(event) {
    const isBackdrop = event.target === element;
    const control = event.target.closest("[data-dialog-close]");
    if (control) event.preventDefault();
    if (control || (isBackdrop && !isDirty())) close();
  }

  function guard(event) {
    if (!event.target.closest(CLOSERS) || ![...content.querySelectorAll("#task-form :is(input, textarea, select)")].some(isChanged)) return;
    event.preventDefault();
    event.stopPropagation();
    say(null, UNSAVED);
  }

  const empty = () => content.replaceChildren();
  element.addEventListener("click", guard, true);
  element.addEventListener("click", onClick);
  element.addEventListener("close", empty);
  return () => {
    observer.disconnect();
    element.removeEventListener("click", guard, true);
    element.removeEventListener("click", onClick);
    element.removeEventListener("close", empty);
  };
}
