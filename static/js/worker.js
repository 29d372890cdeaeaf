/* The service worker, served as /sw.js. It keeps static files (cache first) and the last Today, which it shows when the server cannot
   be reached; no other page and nothing of the API is ever kept. Pages say the version of their static files: with another one than
   its own it keeps out of the way until its successor comes, and where a page says none, Dayloom has left this address and so does it.
   It shows the reminders of pages, and brings whoever presses one to what it tells of. */

const VERSION = "VERSION";
const CACHE = `dayloom-${VERSION}`;
const FILES = [/* KEPT */];
const HEADER = "X-Dayloom-Version";

let isOutdated = false;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(["/offline", ...FILES])));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(removeCaches((name) => name !== CACHE).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/static/") && !isOutdated) event.respondWith(staticFile(request));
  else if (request.mode === "navigate") event.respondWith(page(event, url));
});

self.addEventListener("message", (event) => {
  if (event.data === "keep-today") event.waitUntil(fetch("/").then((answer) => keepToday(answer), () => {}));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data));
});

async function show(url) {
  const [open] = await self.clients.matchAll({ type: "window" });
  if (!open) return self.clients.openWindow(url);
  await open.focus().catch(() => {}); // some let no page come to the front: it leads there all the same
  return open.navigate(url);
}

async function removeCaches(isOver) {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("dayloom-") && isOver(name)).map((name) => caches.delete(name)));
}

async function staticFile(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && answer.status === 200) await cache.put(request, answer.clone());
  return answer;
}

async function page(event, url) {
  let answer;
  try {
    answer = await fetch(event.request);
  } catch {
    return withoutServer(url);
  }
  const version = answer.headers.get(HEADER);
  if (version) isOutdated = version !== VERSION;
  else if (answer.ok && url.pathname === "/") event.waitUntil(leave());
  if (version && url.pathname === "/" && !url.search) event.waitUntil(keepToday(answer.clone()));
  return answer;
}

async function keepToday(answer) {
  if (answer.status !== 200 || answer.redirected || answer.headers.get(HEADER) !== VERSION) return;
  const cache = await caches.open(CACHE);
  await cache.put("/", answer);
}

async function withoutServer(url) {
  const cache = await caches.open(CACHE);
  const today = url.pathname === "/" && (await cache.match("/"));
  if (!today) return (await cache.match("/offline")) ?? Response.error();
  const headers = new Headers(today.headers);
  headers.delete("Content-Length");
  headers.delete("Content-Encoding");
  return new Response((await today.text()).replace("<html", "<html data-offline"), { headers });
}

async function leave() {
  await removeCaches(() => true);
  await self.registration.unregister();
}
