/* Drags tasks without a place from the list beside the grid into it. The browser's own dragging, so the list may be drawn anew. */

import wall from "./wall.js";

const PLACING = "placing";

export default function unplaced(element, calendar, { preview, place, begins }) {
  let held = null;
  let at = "";

  function show(start) {
    if (start === at) return;
    at = start;
    const [day, clock] = start.split("T");
    const [hours, minutes] = clock.split(":").map(Number);
    const end = new Date(Date.UTC(2000, 0, 1, hours, minutes + held.minutes)).toISOString();
    const until = end.startsWith("2000-01-01") ? `${day}T${end.slice(11, 16)}` : `${day}T24:00`;
    const ghost = { id: PLACING, title: held.title, start, end: until, editable: false, classNames: ["is-placing"] };
    if (calendar.getEventById(PLACING)) calendar.updateEvent(ghost);
    else calendar.addEvent(ghost);
    preview(held.task, start);
  }

  function hide() {
    at = "";
    calendar.removeEventById(PLACING);
    preview(null);
  }

  function startAt({ clientX, clientY }) {
    const point = calendar.dateFromPoint(clientX, clientY);
    if (!point) return null;
    return point.allDay ? begins(wall(point.date).slice(0, 10)) : wall(point.date);
  }

  document.addEventListener("dragstart", (event) => {
    const task = event.target.closest?.(".unplaced-task");
    if (!task) return;
    held = { task: task.dataset.task, minutes: Number(task.dataset.minutes), title: task.querySelector(".unplaced-title").textContent.trim() };
    event.dataTransfer.setData("text/plain", held.title);
    event.dataTransfer.effectAllowed = "move";
  });
  document.addEventListener("dragend", () => {
    held = null;
    hide();
  });
  element.addEventListener("dragover", (event) => {
    const start = held && startAt(event);
    if (!start) return;
    event.preventDefault();
    show(start);
  });
  element.addEventListener("dragleave", (event) => {
    if (held && !element.contains(event.relatedTarget)) hide();
  });
  element.addEventListener("drop", (event) => {
    const start = held && startAt(event);
    if (!start) return;
    event.preventDefault();
    const { task } = held;
    hide();
    place(task, start);
  });
}
