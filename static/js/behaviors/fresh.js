/* Lights up for a moment what a redraw by the stream has changed (data-fresh): what another tab, the planner or the chat has done.
   Not where only a reason reads otherwise: the plan gives those anew each time. */

const ROWS = ".task[id], .block[id], .agenda-item[id]";
const WORDS = ".task-title, .slot, .agenda-time, .agenda-what, .block-title, .block-time";

export default function fresh(form) {
  let before = new Map();

  const says = (row) => [row.dataset.status, ...[...row.querySelectorAll(WORDS)].map(({ textContent }) => textContent)].join();
  const rows = () => new Map([...document.querySelectorAll(ROWS)].map((row) => [row.id, says(row)]));
  const remember = () => (before = rows());

  function compare() {
    for (const [id, words] of rows()) {
      if (before.get(id) === words) continue;
      const row = document.getElementById(id);
      row.dataset.fresh = "";
      row.addEventListener("animationend", () => delete row.dataset.fresh, { once: true });
    }
  }

  form.addEventListener("htmx:before:swap", remember);
  form.addEventListener("htmx:after:swap", compare);
  return () => {
    form.removeEventListener("htmx:before:swap", remember);
    form.removeEventListener("htmx:after:swap", compare);
  };
}
