// Checks the proof of a receipt as `python -m pb_portal.tally receipt` does: leaf, batch, ledger, head.
import { sha256 } from "./sha256.js";

const FORMAT = "pb-portal receipt proof 1";
const KIND = "ledger head 1";
const DIGITS = 30;
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MEMBERS = {
  proof: ["batch", "cycle", "format", "head", "key", "leaf", "tree"],
  batch: ["index", "number", "path", "root", "slots"],
  head: ["at", "batch", "batches", "blinds", "cycle", "kind", "previous", "root", "signature", "slots"],
};

const encode = (text) => new TextEncoder().encode(text);
const toHex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const isHash = (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
const isPath = (value) => Array.isArray(value) && value.length <= 64 && value.every(isHash);
const isCount = (value) => Number.isSafeInteger(value) && value >= 0;
const has = (data, names) =>
  data !== null && typeof data === "object" && Object.keys(data).sort().join() === [...names].sort().join();

function hashed(mark, ...parts) {
  const joined = new Uint8Array(1 + parts.reduce((size, part) => size + part.length, 0));
  joined[0] = mark;
  let at = 1;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return sha256(joined);
}

// The one spelling of JSON that is hashed and signed: sorted keys, no spaces.
export function canonical(data) {
  if (Array.isArray(data)) return `[${data.map(canonical).join(",")}]`;
  if (data === null || typeof data !== "object") return JSON.stringify(data);
  const parts = Object.keys(data).sort().map((name) => `${JSON.stringify(name)}:${canonical(data[name])}`);
  return `{${parts.join(",")}}`;
}

// The root a path leads to (RFC 9162, 2.1.3.2); null where index, size and path do not agree.
export function rootOfInclusion(index, size, leaf, path) {
  if (!(index >= 0 && index < size)) return null;
  let here = index;
  let last = size - 1;
  let found = leaf;
  const up = () => {
    here = Math.floor(here / 2);
    last = Math.floor(last / 2);
  };
  for (const step of path.map(fromHex)) {
    if (last === 0) return null;
    if (here % 2 || here === last) {
      found = hashed(1, step, found);
      while (here % 2 === 0 && here) up();
    } else found = hashed(1, found, step);
    up();
  }
  return last === 0 ? toHex(found) : null;
}

export function leafPrefix(receipt) {
  const code = receipt.toUpperCase().replace(/[-\s]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  if (code.length !== 24 || [...code].some((char) => !ALPHABET.includes(char))) return null;
  const value = [...code].reduce((sum, char) => (sum << 5n) | BigInt(ALPHABET.indexOf(char)), 0n);
  return value.toString(16).padStart(DIGITS, "0");
}

async function signed(head, key) {
  const { signature, ...said } = head;
  try {
    const made = await crypto.subtle.importKey("raw", fromHex(key), { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, made, fromHex(signature), encode(canonical(said)));
  } catch {
    return null;
  }
}

// A proof as it was downloaded; null where it is none or was spelled anew.
export function load(text) {
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    return null;
  }
  const { batch, head } = data ?? {};
  const fine =
    has(data, MEMBERS.proof) && has(batch, MEMBERS.batch) && has(head, MEMBERS.head) && has(data.tree, ["path"]) &&
    data.format === FORMAT && isPath(batch.path) && isPath(data.tree.path) && isHash(data.leaf) && isHash(data.key) &&
    [batch.index, batch.number, batch.slots, head.batches, head.slots].every(isCount) &&
    canonical(data) === text.replace(/[\r\n]+$/, "");
  return fine ? data : null;
}

// [step, true | false | null] in order; null: this browser cannot look.
export async function check(proof, receipt, cityKey) {
  const { batch, head, leaf } = proof;
  const steps = [];
  if (receipt) {
    const start = leafPrefix(receipt);
    steps.push(["receipt", start !== null && leaf.startsWith(start)]);
  }
  const root = rootOfInclusion(batch.index, batch.slots, fromHex(leaf), batch.path);
  steps.push(["batch", root === batch.root && head.batch === root && head.slots === batch.slots]);
  const record = hashed(0, encode(canonical({ batch: batch.number, cycle: proof.cycle, root: batch.root })));
  const top = rootOfInclusion(batch.number - 1, head.batches, record, proof.tree.path);
  steps.push(["tree", top === head.root && head.batches === batch.number && head.cycle === proof.cycle]);
  steps.push(["signature", head.kind === KIND ? await signed(head, proof.key) : false]);
  steps.push(["key", proof.key === cityKey]);
  return steps;
}
