// Builds pb_portal/static/src into pb_portal/static/dist: hashed names and manifest.json
// (name a template knows -> name of the file), so that browsers may keep files for ever.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { sprite } from "./pb_portal/static/src/icons/sprite.mjs";
import { scenes } from "./pb_portal/static/src/illustrations/scenes.mjs";
import { works } from "./pb_portal/static/src/illustrations/works.mjs";

const root = dirname(fileURLToPath(import.meta.url));
const src = join(root, "pb_portal/static/src");
const dist = join(root, "pb_portal/static/dist");
const manifest = {};

// Whole fonts for PDF, which cannot use the browser's slices.
const PRINTED = ["400Regular/Onest_400Regular", "600SemiBold/Onest_600SemiBold", "700Bold/Onest_700Bold"];

const LICENCES = [
  ["@expo-google-fonts/onest", "LICENSE_FONT"],
  ["leaflet", "LICENSE"],
  ["leaflet.markercluster", "MIT-LICENCE.txt"],
  ["@fontsource-variable/onest", "LICENSE"],
];

function write(name, text) {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  const hashed = name.replace(/(\.\w+)$/, `.${hash}$1`);
  const target = join(dist, hashed);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  manifest[name] = hashed;
}

async function bundle() {
  const result = await build({
    entryPoints: [join(src, "css/app.css"), join(src, "js/app.js")],
    outdir: dist,
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    target: ["chrome108", "firefox115", "safari16"],
    entryNames: "[name].[hash]",
    chunkNames: "chunks/[name].[hash]",
    assetNames: "media/[name].[hash]",
    loader: { ".woff2": "file", ".svg": "file", ".png": "empty" },
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    const name = path.split("static/dist/")[1];
    if (output.entryPoint) manifest[basename(output.entryPoint)] = name;
    if (name.endsWith(".woff2")) manifest[basename(name).replace(/\.\w+\.woff2$/, ".woff2")] = name;
  }
}

function licences() {
  const parts = LICENCES.map(([name, file]) => {
    const folder = join(root, "node_modules", name);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return `${name} ${version}\n${"=".repeat(60)}\n${readFileSync(join(folder, file), "utf8")}`;
  });
  writeFileSync(join(dist, "licenses.txt"), parts.join("\n\n"));
}

const started = Date.now();
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
await bundle();
write("icons.svg", sprite());
for (const [name, svg] of Object.entries(scenes())) write(`illustrations/${name}.svg`, svg);
for (const [name, svg] of Object.entries(works())) write(`works/${name}.svg`, svg);
for (const file of readdirSync(join(src, "images"))) {
  write(file, readFileSync(join(src, "images", file), "utf8"));
}
mkdirSync(join(dist, "fonts"), { recursive: true });
for (const font of PRINTED) {
  copyFileSync(join(root, "node_modules/@expo-google-fonts/onest", `${font}.ttf`), join(dist, "fonts", `${basename(font)}.ttf`));
}
licences();
writeFileSync(join(dist, "manifest.json"), JSON.stringify(manifest, null, 1) + "\n");
console.log(`assets: ${Object.keys(manifest).length} files in ${Date.now() - started} ms`);
