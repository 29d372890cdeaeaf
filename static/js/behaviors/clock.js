/* A running clock. Counts on from the server's seconds (data-elapsed), so that a wrong clock of the machine does not show. */

export default function clock(element) {
  let base = null;
  let from = 0;

  function show() {
    if (element.dataset.elapsed !== base) {
      base = element.dataset.elapsed;
      from = performance.now();
    }
    const seconds = Number(base) + Math.floor((performance.now() - from) / 1000);
    const two = (value) => String(value).padStart(2, "0");
    element.textContent = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  }

  show();
  const timer = setInterval(show, 1000);
  return () => clearInterval(timer);
}
