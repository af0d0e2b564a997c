// Keeps the guest's page that was seen last, with its style and script, and nothing else, so that it opens without a network. A link
// that the server does not know any more is forgotten. It sees what is below /v/ alone.
const CACHE = "guest";
// When a page was kept, by the clock of the device.
const KEPT = "x-kept-at";

const isPage = ({ pathname }) => /^\/v\/[^/]+$/.test(pathname);
const isPart = ({ pathname }) => pathname === "/guest.js" || (pathname.startsWith("/pkg/") && pathname.endsWith(".css"));

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (isPage(url)) event.respondWith(page(event, url));
  else if (isPart(url)) event.respondWith(fetch(request).catch(async () => (await caches.match(request)) ?? Response.error()));
});

async function page(event, url) {
  const { request } = event;
  // What the open page reads anew comes from the server or not at all.
  const fromBefore = async () => (request.mode === "navigate" ? before(url) : undefined);
  let answer;
  try {
    answer = await fetch(request);
  } catch (error) {
    const shown = await fromBefore();
    if (shown) return shown;
    throw error;
  }
  // All pages of ours say that search engines are to pass them over. What a proxy, or the network of a hotel, says in our place does not,
  // and neither ends nor replaces anything.
  const isOurs = answer.headers.has("x-robots-tag");
  if (isOurs && (answer.status === 404 || answer.status === 410)) await forget(url);
  else if (isOurs && answer.ok) event.waitUntil(keep(url, answer.clone()));
  else if (answer.ok || answer.status >= 404) return (await fromBefore()) ?? answer;
  return answer;
}

// A page that was left by a link may be asked for while it is kept: one after the other.
let last = Promise.resolve();
const inTurn = (act) => (last = last.then(act, act));

const keep = (url, answer) =>
  inTurn(async () => {
    const text = await answer.text();
    const headers = new Headers(answer.headers);
    for (const name of ["content-encoding", "content-length", "vary"]) headers.delete(name);
    headers.set(KEPT, String(Date.now()));
    const found = [...text.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path]) => new URL(path, location.origin));
    const parts = found.filter(isPart).map(({ href }) => href);
    const cache = await caches.open(CACHE);
    for (const { url: other } of await cache.keys()) {
      if (new URL(other).pathname !== url.pathname && !parts.includes(other)) await cache.delete(other);
    }
    await cache.put(url.pathname + url.search, new Response(text, { headers }));
    for (const part of parts) if (!(await cache.match(part))) await cache.add(part);
  });

const forget = (url) =>
  inTurn(async () => {
    const cache = await caches.open(CACHE);
    await cache.delete(url.pathname, { ignoreSearch: true });
  });

// The page as it was, saying since when.
async function before(url) {
  const cache = await caches.open(CACHE);
  const found = (await cache.match(url.pathname + url.search)) ?? (await cache.match(url.pathname, { ignoreSearch: true }));
  if (!found) return undefined;
  const text = (await found.text()).replace("<html ", `<html data-kept="${found.headers.get(KEPT)}" `);
  return new Response(text, { headers: found.headers });
}
