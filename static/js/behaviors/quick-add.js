/* Clears the field once the server has the task, unless something else was typed meanwhile, and keeps the focus in it.
   Each submission gets a token of its own, so that two quick ones are two tasks; a failed one keeps its token, so that trying again makes one. */

function freshToken() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export default function quickAdd(form) {
  const field = form.elements.namedItem("text");
  const submitted = ({ ctx }) => ctx.request.body;
  const keepToken = ({ detail }) => {
    if (field.value === submitted(detail).get("text")) form.elements.namedItem("token").value = submitted(detail).get("token");
  };

  form.addEventListener("htmx:config:request", () => {
    form.elements.namedItem("token").value = freshToken();
  });
  form.addEventListener("htmx:after:request", ({ detail }) => {
    if (detail.ctx.response.raw.ok && field.value === submitted(detail).get("text")) {
      field.value = "";
      field.focus();
    }
  });
  form.addEventListener("htmx:error", keepToken);
  form.addEventListener("htmx:response:error", keepToken);
}
