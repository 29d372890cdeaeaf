/* Says truly whether this browser shows notifications, and asks for them when its button is pressed. */

export default function permission(element) {
  const button = element.querySelector("button");
  const show = () => {
    element.dataset.state = "Notification" in window ? Notification.permission : "none";
  };
  const ask = async () => {
    await Notification.requestPermission();
    show();
  };
  button.addEventListener("click", ask);
  document.addEventListener("visibilitychange", show);
  show();
  return () => document.removeEventListener("visibilitychange", show);
}
