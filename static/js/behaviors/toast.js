/* Takes a message away after eight seconds (errors: sixteen), not while it is pointed at or holds the focus. */

const MILLISECONDS = { info: 8000, error: 16000 };

export default function toast(element) {
  let timer = null;
  const stop = () => clearTimeout(timer);
  const wait = () => {
    stop();
    timer = setTimeout(() => element.remove(), MILLISECONDS[element.dataset.kind]);
  };

  element.addEventListener("pointerenter", stop);
  element.addEventListener("pointerleave", wait);
  element.addEventListener("focusin", stop);
  element.addEventListener("focusout", wait);
  element.addEventListener("click", ({ target }) => {
    if (target.closest("[data-dismiss]")) element.remove();
  });
  element.addEventListener("htmx:after:swap", ({ detail }) => {
    if (detail.ctx.response.raw.ok) element.remove();
  });
  wait();
  return stop;
}
