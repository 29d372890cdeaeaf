/* Registers the service worker, and lets it keep Today as it is when the page is left. A Today that the worker shows without a
   server says so (data-offline); it asks now and then whether the server is back, and then shows the page anew, unless somebody types. */

const SECONDS = 5;

export default function offline() {
  const worker = navigator.serviceWorker;
  const isShown = () => document.documentElement.hasAttribute("data-offline");
  const isTyping = () => Boolean(document.getElementById("quick-add-text")?.value);

  const keep = () => {
    if (document.visibilityState === "hidden" && !isShown()) worker?.controller?.postMessage("keep-today");
  };
  const look = () => {
    if (isShown() && !isTyping()) fetch("/healthz").then((answer) => answer.ok && location.reload(), () => {});
  };

  worker?.register("/sw.js").catch(() => {}); // a page works without one, as it does in a private window
  document.addEventListener("visibilitychange", keep);
  window.addEventListener("online", look);
  const timer = setInterval(look, SECONDS * 1000);
  return () => {
    document.removeEventListener("visibilitychange", keep);
    window.removeEventListener("online", look);
    clearInterval(timer);
  };
}
