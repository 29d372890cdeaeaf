/* Puts an example's words into the field that data-fills names. */

export default function example(element) {
  element.addEventListener("click", (event) => {
    event.preventDefault();
    const field = document.querySelector(element.dataset.fills);
    field.value = element.textContent.trim();
    field.focus();
  });
}
