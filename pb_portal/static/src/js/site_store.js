// Updates kept on the phone until the portal has taken them.
const NAME = "site-updates";

function database() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("waiting", { keyPath: "key" });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

async function run(mode, work) {
  const open = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = open.transaction("waiting", mode);
      const request = work(transaction.objectStore("waiting"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    open.close();
  }
}

export const all = () => run("readonly", (store) => store.getAll());
export const keep = (update) => run("readwrite", (store) => store.put(update));
export const forget = (key) => run("readwrite", (store) => store.delete(key));
