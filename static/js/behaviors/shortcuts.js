/* "q" or "/" goes to the field for a new task, "c" opens the chat, unless the person is typing or a dialog is open. */

const TYPING = "input, textarea, select, [contenteditable]";

export default function shortcuts(body) {
  body.addEventListener("keydown", (event) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const isShortcut = event.key === "q" || event.key === "/";
    const field = document.getElementById("quick-add-text");
    if (!isPlain || event.target.closest(TYPING) || document.querySelector("dialog:modal")) return;
    const chat = event.key === "c" && document.getElementById("chat-open");
    if (chat && !document.querySelector("#chat-drawer[open]")) {
      event.preventDefault();
      chat.focus();
      chat.click();
    }
    if (!isShortcut || !field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
