/* Alt with an arrow moves the block that has the focus: by the buttons of its row in the list, or by their addresses in the grid.
   The focus stays on it, wherever it is drawn anew. */

const ARROWS = { ArrowUp: ["step", { to: "earlier" }], ArrowDown: ["step", { to: "later" }], ArrowLeft: ["day", -1], ArrowRight: ["day", 1] };

function dayAfter(wall, count) {
  const day = new Date(`${wall.slice(0, 10)}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + count);
  return day.toISOString().slice(0, 10);
}

export default function keys(page, { post, find }) {
  let kept = null;

  page.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || !(event.key in ARROWS)) return;
    const row = event.target.closest(".agenda-item");
    const item = row ? null : find(event.target);
    const button = row?.querySelector(`[data-alt-key="${event.key}"]`);
    if (!button && !item?.movable) return;
    event.preventDefault();
    if (button) {
      kept = { row: row.id, button: event.target.id || button.id };
      button.click();
    } else if (item.block) {
      const [verb, how] = ARROWS[event.key];
      post(item, verb, ({ start }) => (verb === "day" ? { day: dayAfter(start, how) } : how));
    }
  });
  page.addEventListener("click", ({ target }) => {
    const button = target.closest(".agenda-acts button");
    if (button?.closest(".agenda-item").id !== kept?.row) kept = button && { row: button.closest(".agenda-item").id, button: button.id };
  });
  document.addEventListener("htmx:after:swap", () => {
    const row = kept && document.getElementById(kept.row);
    if (!row || row.contains(document.activeElement) || document.activeElement !== document.body) return;
    (document.getElementById(kept.button) ?? row.querySelector("a")).focus();
  });
}
