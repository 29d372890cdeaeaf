/* The command palette: opens on Ctrl or Cmd K and by its button, asks the server while somebody types, and presses what is chosen.
   The focus stays in the field; the chosen option is its active descendant (ARIA authoring practices, combobox with a list). */

export default function palette(dialog) {
  const field = dialog.querySelector("[role=combobox]");
  const list = dialog.querySelector("[role=listbox]");
  const status = dialog.querySelector("[role=status]");
  const options = () => [...list.querySelectorAll("[role=option]")];
  let isPending = false; // Enter was pressed before the answer to what was typed
  const isStale = () => list.querySelector("[data-answers]")?.dataset.answers !== field.value;
  const chosen = () => list.querySelector("[aria-selected=true]");

  function choose(option) {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option?.id ?? "");
  }

  function open() {
    if (document.querySelector("dialog:modal")) return;
    list.replaceChildren();
    dialog.showModal();
    field.focus();
    field.select();
    field.dispatchEvent(new Event("palette-open"));
  }

  function move(event) {
    const all = options();
    const from = all.indexOf(chosen());
    const to = { ArrowDown: from + 1, ArrowUp: from - 1, PageDown: Math.min(from + 5, all.length - 1), PageUp: Math.max(from - 5, 0) }[event.key];
    if (to === undefined || !all.length) return;
    event.preventDefault();
    choose(all.at(to % all.length));
  }

  function onKey(event) {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else open();
  }

  function onClick(event) {
    if (event.target.closest("[data-palette-open]")) {
      event.preventDefault();
      open();
    }
    if (!dialog.open) return;
    const option = event.target.closest(".hit");
    if (event.target !== dialog && !option && !event.target.closest(".palette-keys")) return;
    dialog.close();
    document.getElementById(option?.dataset.clicks)?.click();
  }

  function press() {
    isPending = isStale();
    if (!isPending) chosen()?.click();
  }

  const observer = new MutationObserver(() => {
    choose(options()[0]);
    if (isPending) press();
    status.textContent = options().length === 1 ? "1 result" : `${options().length} results`;
  });

  observer.observe(list, { childList: true });
  field.addEventListener("keydown", move);
  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    press();
  });
  field.addEventListener("input", () => (isPending = false));
  list.addEventListener("pointermove", ({ target }) => choose(target.closest("[role=option]") ?? chosen()));
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  return () => {
    observer.disconnect();
    document.removeEventListener("keydown", onKey);
    document.removeEventListener("click", onClick);
  };
}
