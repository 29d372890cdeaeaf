/* The server's items as the library's events, and what stands in each. Text is set as text, never as HTML. */

const ICONS = new URL("../../img/icons.svg", import.meta.url).pathname;

/* Up to so many minutes a block has these classes: its height decides how many lines of its title are drawn. */
const SIZES = [[14, ["is-short", "is-tiny"]], [30, ["is-short"]], [50, ["is-low"]], [80, ["is-medium"]]];

function element(tag, name, text) {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${ICONS}#${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

const DAY = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" });
const clock = (at) =>
  document.body.dataset.clock === "12"
    ? `${((at.getHours() + 11) % 12) + 1}:${at.toTimeString().slice(3, 5)} ${at.getHours() < 12 ? "am" : "pm"}`
    : at.toTimeString().slice(0, 5);

function names(item) {
  const minutes = (Date.parse(item.end) - Date.parse(item.start)) / 60000;
  return [
    `is-${item.kind}`,
    `is-${item.status}`,
    `level-${item.level}`,
    ...(SIZES.find(([most]) => minutes <= most)?.[1] ?? []),
    ...(item.provisional ? ["is-provisional"] : []),
    ...(item.late ? ["is-late"] : []),
  ];
}

function words(item) {
  const said = [];
  if (item.kind !== "task") said.push("busy");
  if (item.provisional) said.push("provisional");
  if (item.pinned) said.push("pinned");
  if (item.late) said.push("late");
  if (item.status === "active") said.push("running");
  if (item.status === "completed") said.push("done");
  return said.map((word) => `, ${word}`).join("");
}

function events(known) {
  return [...known].map(([id, item]) => ({
    id,
    title: item.title,
    start: item.start,
    end: item.end,
    startEditable: item.movable,
    durationEditable: item.movable,
    classNames: names(item),
  }));
}

/* What is left of the days when the working hours are taken out: people see at once where nothing is planned. */
function shades(work, from, to) {
  const rests = [];
  let at = from;
  for (const span of [...work].sort((one, other) => one.start.localeCompare(other.start))) {
    const [start, end] = [span.start.slice(0, 16), span.end.slice(0, 16)];
    if (start > at) rests.push({ start: at, end: start });
    if (end > at) at = end;
  }
  if (at < to) rests.push({ start: at, end: to });
  return rests.map((rest, number) => ({ ...rest, id: `rest-${number}`, display: "background", classNames: ["rest"] }));
}

/* The library asks for all contents anew when one thing moves: what has not changed is handed out again, and nothing is drawn.
   Not for what lies on several days, which stands in each of them. */
const drawn = new WeakMap();

function content(event, item) {
  if (event.display === "background") return "";
  const when = `${event.display} ${event.start.getTime()} ${event.end.getTime()}`;
  if (!item || event.display === "preview" || event.start.getDate() !== event.end.getDate()) return compose(event, item);
  if (drawn.get(item)?.when !== when) drawn.set(item, { when, nodes: compose(event, item) });
  return drawn.get(item).nodes;
}

function compose(event, item) {
  const title = element("span", "event-title", event.title);
  title.dir = "auto";
  title.dataset.item = event.id;
  const time = element("span", "event-time", clock(event.start));
  time.append(element("span", "event-until", `–${clock(event.end)}`));
  if (item?.pinned) time.prepend(icon("pin"));
  if (item?.late) time.prepend(icon("warning"));
  if (item) time.append(element("span", "visually-hidden", `, ${DAY.format(event.start)}${words(item)}`));
  if (item) title.title = `${event.title}, ${time.textContent}${item.reason ? `. ${item.reason}` : ""}`;
  return { domNodes: [title, time] };
}

export default { content, events, shades };
