// data-module="name" on an element mounts the module of that name; heavy ones load when needed.
import autosave from "./autosave.js";
import ballot from "./ballot.js";
import beforeAfter from "./before_after.js";
import copy from "./copy.js";
import counter from "./counter.js";
import { openers } from "./dialog.js";
import errorSummary from "./error_summary.js";
import estimate from "./estimate.js";
import filters from "./filters.js";
import insert from "./insert.js";
import keying from "./keying.js";
import menu from "./menu.js";
import passkey from "./passkey.js";
import photoPreview from "./photo_preview.js";
import presence from "./presence.js";
import print from "./print.js";
import rulesPreview from "./rules_preview.js";
import reviewedEstimate from "./reviewed_estimate.js";
import share from "./share.js";
import similar from "./similar.js";
import suggest from "./suggest.js";
import works from "./works.js";
import tickAll from "./tick_all.js";
import walk from "./walk.js";
import watch from "./watch.js";

const modules = {
  autosave,
  ballot,
  "before-after": beforeAfter,
  copy,
  counter,
  "error-summary": errorSummary,
  estimate,
  filters,
  insert,
  keying,
  menu,
  passkey,
  "photo-preview": photoPreview,
  presence,
  print,
  "rules-preview": rulesPreview,
  "reviewed-estimate": reviewedEstimate,
  share,
  similar,
  suggest,
  works,
  "tick-all": tickAll,
  walk,
  watch,
  "receipt-proof": async (element) => (await import("./receipt_proof.js")).receiptProof(element),
  "proof-file": async (element) => (await import("./receipt_proof.js")).proofFile(element),
  map: async (element) => (await import("./map.js")).default(element),
  "site-update": async (element) => (await import("./site_update.js")).default(element),
  "map-pin": async (element) => (await import("./map_pin.js")).default(element),
};

export function mountAll(root) {
  for (const element of root.querySelectorAll("[data-module]")) {
    for (const name of element.dataset.module.split(" ")) {
      const mount = modules[name];
      if (!mount) continue;
      Promise.resolve(mount(element)).catch((error) => console.error(name, error));
    }
  }
  openers(root);
}
