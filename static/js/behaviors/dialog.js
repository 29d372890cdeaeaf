/* Opens the dialog when content arrives in it and closes it when the content is gone. Typed text is not lost to a stray click. */

function isChanged(field) {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field instanceof HTMLSelectElement) return [...field.options].some((option) => option.selected !== option.defaultSelected && option.defaultSelected);
  return "defaultValue" in field && field.value !== field.defaultValue;
}

export default function dialog(element) {
  const isDirty = () => [...element.querySelectorAll("input, textarea, select")].some(isChanged);
  const close = () => element.open && element.close();

  const observer = new MutationObserver(() => {
    if (!element.firstElementChild) close();
    else if (!element.open) element.showModal();
  });
  observer.observe(element, { childList: true });

  function onClick(event) {
    const isBackdrop = event.target === element;
    const control = event.target.closest("[data-dialog-close]");
    if (control) event.preventDefault();
    if (control || (isBackdrop && !isDirty())) close();
  }

  const empty = () => element.replaceChildren();
  element.addEventListener("click", onClick);
  element.addEventListener("close", empty);
  return () => {
    observer.disconnect();
    element.removeEventListener("click", onClick);
    element.removeEventListener("close", empty);
  };
}
