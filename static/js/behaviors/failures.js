/* Says when a request failed and the server could not say it: no connection, a time-out, or an answer that is not ours.
   Requests that repeat by themselves (data-quiet) stay silent; data-failure-into names a place other than a toast. */

const UNREACHABLE = "The server could not be reached. Check the connection, and look whether it was saved before you try again.";
const TOO_SLOW = "The server took too long. It may still have done it: look before you try again.";
const BROKEN = "The server could not answer properly. Nothing may have been saved: look before you try again.";
const TOO_MUCH = 413; // it is said at once: what was pasted is still there

export function say(source, sentence) {
  const place = source?.closest?.("[data-failure-into]")?.dataset.failureInto;
  if (place) {
    document.querySelector(place).textContent = sentence;
    document.querySelector(place).parentElement.dataset.kind = "error";
    return;
  }
  const toast = document.getElementById("failure-toast").content.firstElementChild.cloneNode(true);
  toast.querySelector(".toast-text").textContent = sentence;
  document.getElementById("toasts").append(toast);
}

export default function failures(element) {
  const isQuiet = (source) => !source || source.matches("[data-quiet]");

  element.addEventListener("htmx:error", ({ detail: { ctx } }) => {
    if (isQuiet(ctx?.sourceElement)) return;
    say(ctx.sourceElement, ctx.request.signal.reason === "timeout" ? TOO_SLOW : UNREACHABLE);
  });
  element.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
    if (ctx.response.status < 500 && ctx.response.headers.get("Content-Type")?.startsWith("text/plain")) {
      ctx.swap = "none"; // a guard's sentence is no part of the page
      if (ctx.response.status === TOO_MUCH || !isQuiet(ctx.sourceElement)) say(ctx.sourceElement, ctx.text);
      return;
    }
    const isShown = ctx.text.includes("<hx-partial") || (ctx.response.status < 500 && ctx.swap !== "none");
    if (!isShown && !isQuiet(ctx.sourceElement)) say(ctx.sourceElement, BROKEN);
  });
}
