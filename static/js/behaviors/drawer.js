/* The chat beside every page: opens when its content arrives, closes on Escape and by its button, and gives the focus back.
   It is not modal: what the chat changes can be seen and used meanwhile. */

export default function drawer(element) {
  let opener = null;

  function open() {
    if (!element.firstElementChild || element.open) return;
    opener = document.activeElement;
    element.show();
    element.querySelector("#chat-text").focus();
  }

  function close() {
    if (!element.open) return;
    element.close();
    element.replaceChildren();
    (opener?.isConnected && opener !== document.body ? opener : document.getElementById("chat-open"))?.focus();
  }

  const observer = new MutationObserver(open);
  const onKey = (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog:modal")) close();
  };
  const onClick = (event) => {
    if (event.target.closest("[data-drawer-close]")) close();
    if (event.target.closest("#chat-open") && element.open) close();
  };

  observer.observe(element, { childList: true });
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  return () => {
    observer.disconnect();
    document.removeEventListener("keydown", onKey);
    document.removeEventListener("click", onClick);
  };
}
