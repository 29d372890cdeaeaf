/* A button whose request may take long: counts the seconds in its .elapsed, and the button after it cancels. */

export default function asking(button) {
  const cancel = button.nextElementSibling;
  const seconds = button.querySelector(".elapsed");
  const place = () => document.querySelector(button.getAttribute("hx-target"));
  let timer = null;

  function say(words) {
    place().removeAttribute("class");
    delete place().dataset.kind;
    place().textContent = words;
  }

  function begin() {
    const from = performance.now();
    say("");
    seconds.textContent = "";
    cancel.hidden = false;
    timer = setInterval(() => (seconds.textContent = ` ${Math.floor((performance.now() - from) / 1000)} s`), 1000);
  }

  function end() {
    clearInterval(timer);
    if (cancel.contains(document.activeElement)) button.focus();
    cancel.hidden = true;
  }

  button.addEventListener("htmx:before:request", begin);
  button.addEventListener("htmx:finally:request", end);
  cancel.addEventListener("click", () => {
    button.dispatchEvent(new CustomEvent("htmx:abort"));
    say("Cancelled. The model is no longer asked.");
  });
  return () => clearInterval(timer);
}
