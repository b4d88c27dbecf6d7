import { mountAll } from "./mount.js";
import { guardSubmit } from "./submit_once.js";

document.documentElement.classList.add("js");
guardSubmit(document);
mountAll(document);
