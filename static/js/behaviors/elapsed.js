/* Counts the seconds of what is being waited for, on from the server's (data-elapsed), and says nothing before the first. */

export default function elapsed(element) {
  let base = null;
  let from = 0;

  function show() {
    if (element.dataset.elapsed !== base) {
      base = element.dataset.elapsed;
      from = performance.now() - 1000 * Number(base);
    }
    const seconds = Math.floor((performance.now() - from) / 1000);
    element.textContent = seconds > 0 ? `${seconds} s` : "";
  }

  show();
  const timer = setInterval(show, 250);
  return () => clearInterval(timer);
}
