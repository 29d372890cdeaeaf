/* Moves the line of now down the timeline. The class is the server's word for the row; the minutes within it are a shift.
   When the day is over the page is shown anew, as soon as nobody types: it is the next day's Today. */

const ROW_MINUTES = 5;

const isBusy = () => Boolean(document.querySelector("dialog[open]") || document.getElementById("quick-add-text")?.value);

export default function nowLine(element) {
  let base = null;
  let from = 0;

  function place() {
    if (element.dataset.now !== base) {
      base = element.dataset.now;
      from = performance.now();
    }
    const minutes = Number(base) / 60 + (performance.now() - from) / 60000;
    const row = Math.floor(minutes / ROW_MINUTES) + 1;
    if (row > Number(element.dataset.rows) && !isBusy()) location.reload();
    element.classList.remove(...[...element.classList].filter((name) => name.startsWith("from-")));
    element.classList.add(`from-${Math.min(row, Number(element.dataset.rows))}`);
    element.style.translate = `0 calc(var(--timeline-row) * ${((minutes % ROW_MINUTES) / ROW_MINUTES).toFixed(2)})`;
  }

  place();
  const timer = setInterval(place, 15000);
  return () => clearInterval(timer);
}
