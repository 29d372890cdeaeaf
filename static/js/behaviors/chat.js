/* Keeps the newest message in sight, and empties the field once the server has what was typed, unless it was changed meanwhile. */

export default function chat(section) {
  const log = () => section.querySelector(".chat-log");
  const field = section.querySelector("#chat-text");
  const toEnd = () => log().scrollTo({ top: log().scrollHeight });

  const observer = new MutationObserver(toEnd);
  observer.observe(section, { childList: true, subtree: true });
  section.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
    if (ctx.sourceElement.id !== "chat-form" || !ctx.response?.raw.ok) return;
    if (field.value === ctx.request.body?.get?.("text")) field.value = "";
    field.focus();
  });
  toEnd();
  field.focus({ preventScroll: true });
  field.setSelectionRange(field.value.length, field.value.length);
  return () => observer.disconnect();
}
