// Opens the page of news from the site without a network. Its scope is /desk/site/ and nothing
// else: every other page still says that there is no network.
const KEPT = "site-1";
const ASSETS = /^\/(static\/dist|files)\//;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The page asks to keep itself and what it is made of.
self.addEventListener("message", (event) => {
  const addresses = event.data?.keep;
  if (Array.isArray(addresses)) event.waitUntil(keep(addresses));
});

async function keep(addresses) {
  const cache = await caches.open(KEPT);
  await Promise.all(
    addresses.map(async (address) => {
      const { origin, pathname } = new URL(address, self.location.href);
      if (origin !== self.location.origin) return;
      if (ASSETS.test(pathname) && (await cache.match(address))) return;
      const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
      if (answer?.ok && !answer.redirected) await cache.put(address, answer);
    }),
  );
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && /^\/desk\/site\/\d+$/.test(pathname)) event.respondWith(page(request));
  else if (ASSETS.test(pathname)) event.respondWith(asset(request));
});

async function page(request) {
  const cache = await caches.open(KEPT);
  try {
    const answer = await fetch(request);
    // Whoever is sent to log in has no right to the copy either.
    if (answer.ok) await cache.put(request.url, answer.clone());
    else if (answer.type === "opaqueredirect" || answer.status === 403) await cache.delete(request.url);
    return answer;
  } catch (error) {
    const copy = await cache.match(request.url, { ignoreVary: true });
    if (copy) return copy;
    throw error;
  }
}

async function asset(request) {
  const copy = await caches.match(request, { ignoreVary: true });
  return copy ?? fetch(request);
}
