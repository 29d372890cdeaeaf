/* "q" or "/" goes to the field for a new task, unless the person is typing or a dialog is open. */

const TYPING = "input, textarea, select, [contenteditable]";

export default function shortcuts(body) {
  body.addEventListener("keydown", (event) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const isShortcut = event.key === "q" || event.key === "/";
    const field = document.getElementById("quick-add-text");
    if (!isPlain || !isShortcut || !field || event.target.closest(TYPING) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
