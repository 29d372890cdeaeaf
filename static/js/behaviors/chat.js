/* Keeps the newest message in sight of who is at the end, and empties the field once the server has what was typed, unless it was
   changed meanwhile. Escape in the field stops what is being answered. */

const NEAR = 48;

export default function chat(section) {
  const log = () => section.querySelector(".chat-log");
  const field = section.querySelector("#chat-text");
  let isAtEnd = true;

  const toEnd = () => {
    if (isAtEnd) log().scrollTo({ top: log().scrollHeight });
  };
  const onScroll = ({ target }) => {
    if (target === log()) isAtEnd = target.scrollHeight - target.scrollTop - target.clientHeight < NEAR;
  };
  const onKey = (event) => {
    const stop = section.querySelector("[data-stop]");
    if (event.key !== "Escape" || event.target !== field || !stop) return;
    event.preventDefault();
    event.stopPropagation(); // it does not close the drawer too
    stop.click();
  };

  const observer = new MutationObserver(toEnd);
  observer.observe(section, { childList: true, subtree: true, characterData: true });
  section.addEventListener("scroll", onScroll, true);
  section.addEventListener("keydown", onKey);
  section.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement.matches("form")) isAtEnd = true;
  });
  section.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    const isSaid = ctx.sourceElement.id === "chat-form";
    if (!ctx.response?.raw.ok || !(isSaid || ctx.sourceElement.querySelector("[data-stop]"))) return;
    if (isSaid && field.value === ctx.request.body?.get?.("text")) field.value = "";
    field.focus();
  });
  toEnd();
  field.focus({ preventScroll: true });
  field.setSelectionRange(field.value.length, field.value.length);
  return () => observer.disconnect();
}
