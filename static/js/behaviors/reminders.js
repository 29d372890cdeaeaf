/* Tells what the server's templates say, at their time: by the browser's own notifications where they are allowed (the service worker
   shows them, since phones let no page do it), else as a message on the page. Once in all tabs: whoever writes a key down first, tells. A risk that was there before anybody looked is not news. */

const LOOK_MILLISECONDS = 5000;
const TOO_LATE_SECONDS = 900;
const KEPT_MILLISECONDS = 3 * 24 * 3600 * 1000;
const TOLD = "dayloom-told";
const RISKS = "dayloom-risks";
const ICON = new URL("../../img/icon-192.png", import.meta.url).pathname;

const alone = (act) => (navigator.locks ? navigator.locks.request(TOLD, act) : act());

function stored(name) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? null;
  } catch {
    return null;
  }
}

function claim(key) {
  const told = Object.entries(stored(TOLD) ?? {}).filter(([, at]) => Date.now() - at < KEPT_MILLISECONDS);
  if (told.some(([known]) => known === key)) return false;
  localStorage.setItem(TOLD, JSON.stringify(Object.fromEntries([...told, [key, Date.now()]])));
  return true;
}

async function notify({ title, text, key, url }) {
  const options = { body: text, tag: key, icon: ICON, data: url };
  const worker = await navigator.serviceWorker?.getRegistration();
  if (worker?.active) {
    await worker.showNotification(title, options);
    return;
  }
  new Notification(title, options).addEventListener("click", () => {
    window.focus();
    window.location.assign(url);
  });
}

async function tell(template) {
  try {
    if (Notification.permission === "granted") {
      await notify(template.dataset);
      return;
    }
  } catch {
    // This browser has no notifications, or none of pages: the message on the page does.
  }
  document.getElementById("toasts").append(template.content.firstElementChild.cloneNode(true));
}

export default function reminders(element) {
  let since = Date.now();
  const lines = (kind) => [...element.querySelectorAll(`template[data-kind=${kind}]`)];

  function look() {
    const seconds = (Date.now() - since) / 1000;
    const due = lines("block").filter(({ dataset }) => dataset.in <= seconds && seconds - dataset.in < TOO_LATE_SECONDS);
    if (due.length) alone(() => due.filter(({ dataset }) => claim(dataset.key)).forEach(tell));
  }

  function renew() {
    since = Date.now();
    look();
    if (!element.querySelector("[data-tells-risks]")) return;
    alone(() => {
      const known = stored(RISKS);
      const now = lines("risk");
      localStorage.setItem(RISKS, JSON.stringify(now.map(({ dataset }) => dataset.key)));
      if (known) now.filter(({ dataset }) => !known.includes(dataset.key)).forEach(tell);
    });
  }

  const observer = new MutationObserver(renew);
  observer.observe(element, { childList: true });
  const timer = setInterval(look, LOOK_MILLISECONDS);
  return () => {
    observer.disconnect();
    clearInterval(timer);
  };
}
