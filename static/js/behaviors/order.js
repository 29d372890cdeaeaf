/* Moves tasks in the person's own order: by their grips, and with Alt and an arrow the one that has the focus. While one is held its
   row is already where it would be; what could not be sent goes back to its place. Moves are sent one after the other. */

const EDGE = 72; // so near the end of the window it scrolls
const WAYS = { ArrowUp: "up", ArrowDown: "down" };

export default function order(list) {
  const rows = () => [...list.querySelectorAll(":scope > .task")];
  const idOf = (row) => row.id.slice("task-".length);
  let held = null;
  let queue = Promise.resolve();

  function send(row, where) {
    const sent = async () => {
      let isDone = false;
      const check = ({ detail: { ctx } }) => { isDone ||= ctx.sourceElement === row && ctx.response?.raw.ok; };
      const values = Object.fromEntries(new FormData(document.getElementById("actions")));
      document.addEventListener("htmx:after:request", check);
      await htmx.ajax("POST", `/tasks/${idOf(row)}/move?${where}`, { source: row, target: "#toasts", swap: "none", values });
      document.removeEventListener("htmx:after:request", check);
      return isDone;
    };
    queue = queue.then(sent, sent);
    return queue;
  }

  function begin(event) {
    const row = event.target.closest(".grip")?.closest(".task");
    if (!row || event.button || held) return;
    event.preventDefault();
    held = { id: row.id, next: row.nextElementSibling, y: event.clientY };
    row.dataset.held = "";
    list.setPointerCapture(event.pointerId);
    scroll();
  }

  function pull({ clientY }) {
    if (!held) return;
    held.y = clientY;
    place();
  }

  function place() {
    const row = document.getElementById(held.id);
    if (!row) return;
    row.dataset.held = ""; // drawn anew meanwhile, perhaps
    const isAbove = (other) => {
      const { top, height } = other.getBoundingClientRect();
      return held.y < top + height / 2;
    };
    const next = rows().find((other) => other !== row && isAbove(other)) ?? list.querySelector(":scope > .more");
    if (row.nextElementSibling !== next) list.insertBefore(row, next);
  }

  function scroll() {
    if (!held) return;
    const [above, below] = [EDGE - held.y, held.y - window.innerHeight + EDGE];
    if (above > 0 || below > 0) {
      window.scrollBy(0, above > 0 ? -above / 4 : below / 4);
      place();
    }
    requestAnimationFrame(scroll);
  }

  function release() {
    const { id, next } = held;
    const row = document.getElementById(id);
    held = null;
    row?.removeAttribute("data-held");
    return { row, back: () => row?.isConnected && list.insertBefore(row, next?.isConnected ? next : list.querySelector(":scope > .more")), next };
  }

  async function drop() {
    if (!held) return;
    place(); // the list may have been drawn anew since it was last pulled
    const { row, next, back } = release();
    if (!row || row.nextElementSibling === next) return;
    const [above, below] = [row.previousElementSibling, row.nextElementSibling];
    if (!(await send(row, below?.matches(".task") ? `before=${idOf(below)}` : `after=${idOf(above)}`))) back();
  }

  function giveUp(event) {
    if (held && (event.type !== "keydown" || event.key === "Escape")) release().back();
  }

  async function press(event) {
    const row = event.target.closest(".task");
    if (!row || !event.altKey || event.ctrlKey || event.metaKey || !(event.key in WAYS)) return;
    const way = event.shiftKey && event.key === "ArrowUp" ? "top" : WAYS[event.key];
    event.preventDefault();
    await send(row, `to=${way}`);
    const moved = document.getElementById(row.id);
    if (document.activeElement === document.body) moved?.querySelector(".task-title").focus();
    if (moved?.contains(document.activeElement)) moved.scrollIntoView({ block: "nearest" });
  }

  const heard = { pointerdown: begin, pointermove: pull, pointerup: drop, pointercancel: giveUp, keydown: press };
  for (const [name, listener] of Object.entries(heard)) list.addEventListener(name, listener);
  document.addEventListener("keydown", giveUp);
  return () => {
    for (const [name, listener] of Object.entries(heard)) list.removeEventListener(name, listener);
    document.removeEventListener("keydown", giveUp);
  };
}
