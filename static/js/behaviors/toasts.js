/* Keeps the messages above all else, and their buttons within reach: beside a modal dialog everything is inert, so while one is open
   they are in it. A popover that is shown anew comes on top. */

const MOST = 4;

export default function toasts(region) {
  function raise() {
    while (region.children.length > MOST) region.firstElementChild.remove();
    const home = document.querySelector("dialog:modal") ?? document.body;
    if (region.parentElement !== home) home.append(region);
    if (!region.firstElementChild) return;
    region.popover = "manual";
    if (region.matches(":popover-open") && document.querySelector("dialog[open]")) region.hidePopover();
    if (!region.matches(":popover-open")) region.showPopover();
  }

  const onDialog = ({ target }) => target instanceof HTMLDialogElement && raise();

  const observer = new MutationObserver(raise);
  observer.observe(region, { childList: true });
  document.addEventListener("toggle", onDialog, true);
  document.addEventListener("close", onDialog, true);
  raise();
  return () => {
    observer.disconnect();
    document.removeEventListener("toggle", onDialog, true);
    document.removeEventListener("close", raise, true);
  };
}
