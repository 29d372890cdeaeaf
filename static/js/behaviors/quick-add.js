/* Clears the field once the server has the task, unless something else was typed meanwhile, and keeps the focus in it.
   Each submission gets a token of its own, so that two quick ones are two tasks; a failed one keeps its token, so that trying again makes one.
   Of the chips that the server draws it only shows those of the text that stands in the field, and takes another reading over into it;
   what is said about a text that was sent is the answer to its submission, not a reading of it that comes later. */

function freshToken() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export default function quickAdd(form) {
  const field = form.elements.namedItem("text");
  let submitted = null;
  const token = () => form.elements.namedItem("token");
  const sent = ({ detail }) => detail.ctx.request.body;
  const onSubmission = (name, listener) => form.addEventListener(name, (event) => event.target === form && listener(event));
  const keepToken = (event) => {
    if (field.value === sent(event).get("text")) token().value = sent(event).get("token");
  };

  onSubmission("htmx:config:request", () => {
    token().value = freshToken();
    submitted = field.value;
  });
  field.addEventListener("input", () => {
    submitted = null;
  });
  onSubmission("htmx:after:request", (event) => {
    if (event.detail.ctx.response.raw.ok && field.value === sent(event).get("text")) {
      field.value = "";
      field.focus();
    }
  });
  onSubmission("htmx:error", keepToken);
  onSubmission("htmx:response:error", keepToken);

  form.addEventListener("htmx:before:swap", (event) => {
    const text = event.target === form ? null : sent(event).get("text");
    if (text !== null && (text !== field.value || text === submitted)) event.preventDefault();
  });
  form.addEventListener("click", ({ target }) => {
    const button = target.closest(".heard button");
    if (!button) return;
    field.focus(); // the button goes away with its chip
    if (!button.dataset.reads) return;
    field.value = button.dataset.reads;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}
