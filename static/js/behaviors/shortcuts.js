/* Single keys act where nobody types and no dialog is open: a key presses the control that names it (data-key), "q" and "/" go to
   the field for a new task where there is one. j and k walk through the tasks of a list; s and x start, stop or complete one. */

const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

const linkOf = (title) => title?.closest("a") ?? title?.querySelector("a");

function walk(step) {
  const links = [...document.querySelectorAll("main .task .task-title")].map(linkOf);
  const here = links.findIndex((link) => link.closest(".task").contains(document.activeElement));
  links[Math.max(0, Math.min(here + step, links.length - 1))]?.focus();
}

function actOnTask(endings) {
  const row = document.activeElement.closest("main .task");
  const control = row?.querySelector(endings.map((ending) => `[formaction$="/${ending}"]`).join());
  if (!control) return;
  const beside = (row.nextElementSibling ?? row.previousElementSibling)?.id;
  const goOn = () => {
    const { activeElement } = document;
    if (activeElement === document.body || !activeElement.checkVisibility()) linkOf(document.getElementById(beside)?.querySelector(".task-title"))?.focus();
  };
  document.addEventListener("htmx:after:swap", goOn, { once: true }); // a completed one leaves its group: the walk goes on beside it
  control.click();
}

const LIST_KEYS = { j: () => walk(1), k: () => walk(-1), s: () => actOnTask(["start", "stop"]), x: () => actOnTask(["complete"]) };

export default function shortcuts(body) {
  body.addEventListener("keydown", (event) => {
    if (body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
    if (body.querySelector("[data-key].htmx-request")) return; // what a key asked for is on its way: these are words for it
    if (event.target.closest(TYPING) || document.querySelector("dialog:modal")) return;
    const field = ["q", "/"].includes(event.key) && document.getElementById("quick-add-text");
    const control = body.querySelector(`[data-key~="${CSS.escape(event.key)}"]`);
    if (field) {
      field.focus();
      field.select();
    } else if (control) {
      if (control.id === "chat-open" && document.querySelector("#chat-drawer[open]")) return;
      control.focus();
      control.click();
    } else if (LIST_KEYS[event.key]) LIST_KEYS[event.key]();
    else return;
    event.preventDefault();
  });
}
