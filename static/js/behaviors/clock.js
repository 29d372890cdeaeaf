/* A running clock. Counts on from the server's seconds (data-elapsed), so that a wrong clock of the machine does not show.
   Says in data-pace that the time for it (data-planned, seconds) is almost over, or over. */

const SOON_SECONDS = 300;

export default function clock(element) {
  let base = null;
  let from = 0;

  function show() {
    if (element.dataset.elapsed !== base) {
      base = element.dataset.elapsed;
      from = performance.now();
    }
    const seconds = Number(base) + Math.floor((performance.now() - from) / 1000);
    const left = Number(element.dataset.planned) - seconds;
    if (left <= SOON_SECONDS) element.dataset.pace = left <= 0 ? "over" : "soon";
    else delete element.dataset.pace;
    const two = (value) => String(value).padStart(2, "0");
    element.textContent = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  }

  show();
  const timer = setInterval(show, 1000);
  return () => clearInterval(timer);
}
