/* Draws the fields of a week's hours as stretches on a line for each day, and lets them be painted, pulled and moved. The fields
   stay the truth: what is typed is drawn, what is dragged is typed. An end up to its start lies on the next day's line. */

const DAY = 1440;
const STEP = 15;
const COARSE = 30; // on a phone a quarter of an hour is two pixels
const MOST = 3;
const EDGE = 10;
const SVG = "http://www.w3.org/2000/svg";

const clock = (minute) => `${String(Math.floor(minute / 60) % 24).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
const minutes = ({ value }) => (/^\d\d:\d\d/.test(value) ? Number(value.slice(0, 2)) * 60 + Number(value.slice(3, 5)) : null);

export default function week(form) {
  const lines = [...form.querySelectorAll(".week-day")];
  const field = (day, edge, number) => form.elements[`${lines[day].dataset.day}_${edge}_${number}`];
  const known = lines.map(() => []);
  let drag = null;

  function read(day) {
    return [1, 2, 3].flatMap((number) => {
      const [start, end] = ["start", "end"].map((edge) => minutes(field(day, edge, number)));
      return start === null || end === null ? [] : [{ start, end: end > start ? end : end + DAY }];
    });
  }

  function draw() {
    for (const line of lines) for (const old of line.querySelectorAll(".week-stretch")) old.remove();
    known.forEach((stretches, day) => stretches.forEach((stretch) => {
      part(day, day, stretch, 0);
      if (stretch.end > DAY) part((day + 1) % lines.length, day, stretch, DAY);
    }));
  }

  function part(line, day, stretch, offset) {
    const [low, high] = [Math.max(stretch.start - offset, 0), Math.min(stretch.end - offset, DAY)];
    const rect = document.createElementNS(SVG, "rect");
    const values = { class: "week-stretch", x: `${(low / DAY) * 100}%`, width: `${((high - low) / DAY) * 100}%`, y: 4, height: 22, rx: 6 };
    for (const [name, value] of Object.entries(values)) rect.setAttribute(name, value);
    Object.assign(rect, { day, stretch, offset });
    lines[line].append(rect);
  }

  function write(day) {
    for (let number = 1; number <= MOST; number += 1) {
      const stretch = known[day][number - 1];
      field(day, "start", number).value = stretch ? clock(stretch.start) : "";
      field(day, "end", number).value = stretch ? clock(stretch.end) : "";
      if (stretch) field(day, "start", number).closest("details.hours-more")?.setAttribute("open", "");
    }
    draw();
  }

  function look() {
    lines.forEach((_, day) => { known[day] = read(day); });
    draw();
  }

  function at(event, line, offset = 0) {
    const box = line.querySelector(".week-line").getBoundingClientRect();
    const minute = ((event.clientX - box.left) / box.width) * DAY;
    const step = box.width < 400 ? COARSE : STEP;
    return Math.min(Math.max(Math.round(minute / step) * step, 0), DAY) + offset;
  }

  function begin(event) {
    const line = event.target.closest?.(".week-day");
    if (!line || event.button) return;
    const rect = event.target.closest(".week-stretch");
    const [day, offset] = rect ? [rect.day, rect.offset] : [lines.indexOf(line), 0];
    if (!rect && known[day].length >= MOST) return;
    const from = at(event, line, offset);
    let [stretch, kind] = [rect?.stretch, "end"];
    if (rect) {
      const box = rect.getBoundingClientRect();
      const edge = Math.min(EDGE, box.width / 3);
      if (stretch.end - offset > DAY || event.clientX < box.right - edge) kind = "move";
      if (!offset && event.clientX < box.left + edge) kind = "start";
    } else known[day].push((stretch = { start: Math.min(from, DAY - STEP), end: Math.min(from, DAY - STEP) + STEP }));
    drag = { line, day, offset, stretch, kind, from, was: { ...stretch }, isNew: !rect };
    line.ownerSVGElement.setPointerCapture(event.pointerId);
    event.preventDefault();
    write(day);
  }

  function pull(event) {
    if (!drag) return;
    const { line, day, offset, stretch, kind, from, was, isNew } = drag;
    const to = at(event, line, offset);
    if (kind === "move") {
      stretch.start = Math.min(Math.max(was.start + to - from, 0), DAY - STEP);
      stretch.end = stretch.start + was.end - was.start;
    } else if (isNew) {
      [stretch.start, stretch.end] = to < was.start ? [to, was.start + STEP] : [was.start, Math.max(to, was.start + STEP)];
    } else if (kind === "start") stretch.start = Math.min(to, stretch.end, DAY - STEP);
    else stretch.end = Math.max(to, stretch.start);
    write(day);
  }

  function end() {
    if (!drag) return;
    const { day } = drag;
    drag = null;
    const merged = [];
    for (const next of known[day].filter(({ start, end: last }) => last > start).sort((one, other) => one.start - other.start)) {
      const before = merged.at(-1);
      if (before && next.start <= before.end) before.end = Math.max(before.end, next.end);
      else merged.push(next);
    }
    known[day] = merged;
    write(day);
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function giveUp() {
    if (!drag) return;
    Object.assign(drag.stretch, drag.was, drag.isNew && { end: drag.was.start });
    end();
  }

  const heard = { pointerdown: begin, pointermove: pull, pointerup: end, pointercancel: giveUp, input: look };
  for (const [name, listener] of Object.entries(heard)) form.addEventListener(name, listener);
  look();
}
