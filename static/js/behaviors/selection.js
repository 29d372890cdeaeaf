/* Says how many tasks are chosen, chooses all that are shown or none, and a range with Shift. The boxes themselves are the state. */

export default function selection(form) {
  const all = form.querySelector("[data-select-all]");
  const words = form.querySelector("[data-selected]");
  const boxes = () => [...document.querySelectorAll("input[name=ids][form=bulk]")];
  let last = null;

  function show() {
    const every = boxes();
    const chosen = every.filter((box) => box.checked).length;
    all.checked = chosen > 0 && chosen === every.length;
    all.indeterminate = chosen > 0 && chosen < every.length;
    const text = chosen ? `${chosen} chosen` : "All shown";
    if (words.textContent !== text) words.textContent = text;
    form.toggleAttribute("data-chosen", chosen > 0);
  }

  function choose({ target, shiftKey }) {
    if (!target.matches("input[name=ids]")) return;
    const every = boxes();
    const [from, to] = [every.indexOf(last), every.indexOf(target)].sort((one, other) => one - other);
    if (shiftKey && from >= 0) for (const box of every.slice(from, to + 1)) box.checked = target.checked;
    last = target;
    show();
  }

  const observer = new MutationObserver(show);
  observer.observe(form.parentElement, { childList: true, subtree: true });
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    show();
  });
  document.addEventListener("click", choose);
  show();
  return () => {
    observer.disconnect();
    document.removeEventListener("click", choose);
  };
}
