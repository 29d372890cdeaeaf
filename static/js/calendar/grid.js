/* The grid: the library draws what the server says, and tells the server what was dropped where. The server's answer is the truth:
   what it refuses goes back to its place with the next drawing. Times are the person's wall times, never the browser's. */

import draw from "./draw.js";
import preview from "./preview.js";
import unplaced from "./unplaced.js";
import wall from "./wall.js";

const VIEWS = { day: "timeGridDay", "work-week": "timeGridWeek", week: "timeGridWeek", month: "dayGridMonth" };
const IS_HALF_DAY = document.body.dataset.clock === "12";
const CLOCK = { hour: IS_HALF_DAY ? "numeric" : "2-digit", minute: "2-digit", hour12: IS_HALF_DAY };
const LONG_PRESS_MS = 350;

const two = (number) => String(number).padStart(2, "0");

export default function grid(element) {
  const { view, date, offset, items: url } = element.dataset;
  const shown = { view, date };
  const known = new Map();
  let isDragging = false;
  let isStale = false;
  let isThere = false;
  let queue = Promise.resolve(); // key presses are sent one after the other, each for the block as it is by then
  let held = null; // the block that has the focus, wherever it is drawn anew
  let work = [];

  const rehearse = preview(document.getElementById("calendar-preview"));
  const send = (address, values) =>
    htmx.ajax("POST", address, { source: element, target: "#toasts", swap: "none", values: { ...shown, ...values } }).finally(refresh);
  const open = (address) => htmx.ajax("GET", address, { source: element, target: "#dialog", swap: "innerHTML" });
  const add = (times) => open(`/calendar/new?${new URLSearchParams({ ...shown, ...times })}`);
  const address = (item, verb, more = {}) =>
    item.kind === "event"
      ? `/calendar/events/${item.id}/${verb}?${new URLSearchParams({ at: item.at })}`
      : `/calendar/blocks/${item.block}/${verb}?${new URLSearchParams({ task: item.id, at: item.at, ...more })}`;

  async function refresh() {
    if (isDragging) {
      isStale = true;
      return;
    }
    isStale = false;
    const answer = await fetch(url).catch(() => null);
    if (!answer?.ok) {
      paint(); // what was dropped, and could not be sent, goes back to its place
      return;
    }
    const contents = await answer.json();
    if (isDragging) {
      isStale = true;
      return;
    }
    const before = isThere && new Set([...known.values()].map(says));
    if (!isThere) reveal(contents);
    isThere = true;
    known.clear();
    for (const item of contents.items) known.set(key(item), item);
    work = contents.work;
    paint();
    if (before) requestAnimationFrame(() => lightUp(contents.items.filter((item) => !before.has(says(item)))));
  }

  /* As `fresh.js` does in lists. */
  function lightUp(items) {
    for (const item of items) {
      const block = element.querySelector(`[data-item="${CSS.escape(key(item))}"]`)?.closest(".ec-event");
      if (!block) continue;
      block.dataset.fresh = "";
      block.addEventListener("animationend", () => delete block.dataset.fresh, { once: true });
    }
  }

  function paint() {
    const { activeStart, activeEnd } = calendar.getView();
    const rests = view === "month" ? [] : draw.shades(work, wall(activeStart), wall(activeEnd));
    calendar.setOption("events", [...draw.events(known), ...rests]);
    if (held) requestAnimationFrame(focusHeld);
  }

  function itemOf(target) {
    return known.get(target.closest(".ec-event")?.querySelector("[data-item]")?.dataset.item);
  }

  function nameOf(wanted) {
    return [...known].find(([, item]) => item.kind === wanted?.kind && item.id === wanted.id && item.block === wanted.block)?.[0];
  }

  function focusHeld() {
    const name = nameOf(held);
    if (!name || document.activeElement !== document.body) return;
    element.querySelector(`[data-item="${CSS.escape(name)}"]`)?.closest(".ec-event").focus();
  }

  /* An hour before the first that there is to see of any day, whatever the person's hours are; sideways on a phone, today. */
  function reveal(contents) {
    const starts = [...contents.items, ...contents.work].map(({ start }) => Number(start.slice(11, 13)));
    calendar.setOption("scrollTime", `${two(Math.max(0, Math.min(8, ...starts) - 1))}:00`);
    const today = element.querySelector(".ec-col-head.ec-today");
    if (today) element.querySelector(".ec-main").scrollLeft = today.offsetLeft - element.querySelector(".ec-sidebar").offsetWidth;
  }

  function begin() {
    isDragging = true;
  }

  function end() {
    isDragging = false;
    rehearse(null);
    if (isStale) refresh();
  }

  function allow({ event }) {
    const item = known.get(event.id);
    if (item?.block && view !== "month") rehearse(`/calendar/preview${address(item, "").slice("/calendar".length).replace("/?", "?")}`, times(event));
    return true;
  }

  function times({ start, end: until }) {
    return { start_at: wall(start), end_at: wall(until) };
  }

  function dropped({ event }) {
    const item = known.get(event.id);
    if (view === "month" && item.block) send(address(item, "day", { day: wall(event.start).slice(0, 10) }), {});
    else send(address(item, "move"), item.kind === "event" ? times(event) : { start_at: wall(event.start) });
  }

  function resized({ event }) {
    send(address(known.get(event.id), "move"), times(event));
  }

  function clicked({ event }) {
    const item = known.get(event.id);
    if (item?.kind === "routine") location.assign("/settings#settings-context");
    else if (item) open(`/${item.kind}s/${item.id}`);
  }

  const calendar = EventCalendar.create(element, {
    view: VIEWS[view],
    date,
    timeZone: offset,
    locale: "en-GB",
    firstDay: 1,
    hiddenDays: view === "work-week" ? [0, 6] : [],
    headerToolbar: { start: "", center: "", end: "" },
    allDaySlot: false,
    nowIndicator: true,
    slotDuration: "00:30",
    snapDuration: "00:15",
    slotHeight: matchMedia("(pointer: coarse), (max-width: 47.99rem)").matches ? 48 : 32, // a quarter of an hour can be hit by a finger
    slotLabelInterval: "01:00",
    slotEventOverlap: false,
    slotLabelFormat: IS_HALF_DAY ? { hour: "numeric", hour12: true } : CLOCK,
    eventTimeFormat: CLOCK,
    dayHeaderFormat: view === "month" ? { weekday: "short" } : { weekday: "short", day: "numeric" },
    dayMaxEvents: true,
    moreLinkContent: ({ num }) => (matchMedia("(max-width: 47.99rem)").matches ? `+${num}` : `+${num} more`),
    editable: true,
    selectable: view !== "month",
    longPressDelay: LONG_PRESS_MS,
    eventContent: ({ event }) => draw.content(event, known.get(event.id)),
    eventDidMount: ({ el, event }) => event.display === "background" && el.setAttribute("aria-hidden", "true"),
    eventClick: clicked,
    eventDragStart: begin,
    eventDragStop: end,
    eventDrop: dropped,
    eventResizeStart: begin,
    eventResizeStop: end,
    eventResize: resized,
    dragConstraint: allow,
    resizeConstraint: allow,
    select: (range) => add(times(range)),
  });

  speakPlainly(element);
  element.addEventListener("focusin", ({ target }) => (held = itemOf(target) ?? null));
  element.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && (held = null));
  element.addEventListener("dblclick", ({ clientX, clientY, target }) => {
    const point = target.closest(".ec-event") ? null : calendar.dateFromPoint(clientX, clientY);
    if (point) add({ start_at: wall(point.date).replace("T00:00", view === "month" ? "T09:00" : "T00:00") });
  });
  document.getElementById("stream").addEventListener("changed", refresh);
  document.getElementById("stream").addEventListener("htmx:sse:after:connection", refresh);
  unplaced(element, calendar, {
    preview: (task, start) => rehearse(task && `/calendar/preview/tasks/${task}`, { start_at: start }),
    place: (task, start) => send(`/calendar/tasks/${task}/place`, { start_at: start }),
    begins: (day) => work.find((span) => span.start.startsWith(day))?.start.slice(0, 16) ?? `${day}T09:00`,
  });
  refresh();
  return {
    find: itemOf,
    post(pressed, verb, more) {
      queue = queue.then(() => {
        const item = known.get(nameOf(pressed));
        return item && send(address(item, verb, more(item)), {});
      });
      queue = queue.catch(() => null); // the page has said so already
    },
  };
}

/* The library says that it is a table, but its rows hold buttons: it is read as a group of them instead, each naming its day. */
function speakPlainly(element) {
  const roles = ["table", "rowgroup", "row", "cell", "columnheader", "rowheader"].map((role) => `[role=${role}]`);
  for (const part of element.querySelectorAll([...roles, "[aria-colindex]"].join())) {
    for (const name of ["role", "aria-colindex", "aria-colcount", "aria-rowcount"]) part.removeAttribute(name);
  }
  element.querySelector(".ec-main").tabIndex = 0;
}

const says = ({ kind, id, title, status, start, end }) => JSON.stringify([kind, id, title, status, start, end]);

function key({ kind, id, block, start }) {
  return kind === "task" ? `block-${block}` : `${kind}-${id}-${start}`;
}
