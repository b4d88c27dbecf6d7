// Small drawings of typical works, 64 x 64, from the same hand and palette as the scenes.
import * as p from "./parts.mjs";

const { C } = p;
const ground = (fill = C.sand) => p.round(4, 50, 56, 8, 4, fill);
const slab = (fill, shade) => p.poly("8 44 34 30 58 42 32 56", fill) + p.poly("8 44 32 56 32 60 8 48", shade) + p.poly("58 42 32 56 32 60 58 46", shade);

const WORKS = {
  tree: () => ground(C.grass) + p.rect(29, 32, 6, 20, C.trunk) + p.circle(32, 22, 16, C.leaf) + p.circle(38, 17, 8, C.leafLight),
  shrub: () => ground(C.grass) + p.oval(22, 44, 13, 10, C.leafDark) + p.oval(40, 42, 15, 12, C.leaf) + p.circle(46, 38, 4, C.leafLight),
  lawn: () => slab(C.grass, C.grassDeep) + p.line("M22 44v-6M34 40v-7M44 44v-6", C.leafDark, 2.4),
  watering: () => ground(C.grass) + p.line("M6 40h52", C.lake, 4) + [16, 32, 48].map((x) => p.path(`M${x} 44c3 4 3 8 0 8s-3-4 0-8Z`, C.water)).join("") + p.line("M16 40v-8M32 40v-8M48 40v-8", C.leaf, 3),
  asphalt: () => slab("#7d8385", "#5f6668") + p.line("M20 43 44 43", C.cream, 2.4),
  paving: () => slab(C.path, C.pathShade) + p.line("M20 37 44 50M46 36 20 50", C.stoneDark, 1.6),
  tactile: () => slab(C.apricot, C.apricotDeep) + [[24, 42], [32, 38], [40, 42], [32, 46], [32, 42]].map(([x, y]) => p.circle(x, y, 2.2, C.cream)).join(""),
  crossing: () => slab("#7d8385", "#5f6668") + [0, 1, 2].map((i) => p.poly(`${18 + i * 9} ${44 - i * 4.6} ${23 + i * 9} ${41.5 - i * 4.6} ${33 + i * 9} ${46.5 - i * 4.6} ${28 + i * 9} ${49 - i * 4.6}`, C.cream)).join(""),
  ramp: () => p.poly("6 54 54 54 54 34", C.stone) + p.poly("54 34 60 34 60 54 54 54", C.stoneDark) + p.line("M10 44 54 24M10 44v9M32 34v9M54 24v10", C.lake, 3),
  ditch: () => p.poly("4 34 60 34 60 56 4 56", C.sand) + p.poly("18 34 46 34 40 52 24 52", C.stoneDark) + p.poly("22 42 42 42 40 52 24 52", C.water),
  footbridge: () => p.rect(4, 46, 56, 10, C.water) + p.path("M6 44q26-16 52 0v5q-26-16-52 0Z", C.trunk) + p.line("M10 40v-12M32 34v-12M54 40v-12M10 28q22-14 44 0", C.lake, 3),
  lamp: () => ground() + p.rect(30, 14, 4, 38, C.ink) + p.line("M32 14h14", C.ink, 4) + p.round(40, 13, 14, 5, 2.5, C.apricot) + p.poly("40 19 54 19 60 34 34 34", "#fbe3b6", ' opacity="0.8"'),
  cable: () => p.rect(4, 26, 56, 8, C.grass) + p.rect(4, 34, 56, 24, C.sand) + p.line("M4 48c12-8 18 6 28 0s18-8 28-2", C.brick, 4),
  cabinet: () => ground() + p.round(16, 14, 32, 38, 3, C.stone) + p.rect(31, 16, 2, 34, C.stoneDark) + p.poly("25 22 20 32 24 32 22 40 29 29 25 29", C.apricotDeep),
  kerb: () => p.poly("6 40 50 22 58 26 14 44", C.stone) + p.poly("6 40 14 44 14 54 6 50", C.stoneDark) + p.poly("14 44 58 26 58 36 14 54", "#b8ab90"),
  wall: () => p.poly("4 56 60 56 60 50 4 50", C.sand) + [0, 1, 2].map((r) => [0, 1, 2].map((i) => p.round(6 + i * 18 + (r % 2 ? -2 : 0), 18 + r * 11, 16, 9, 2, r % 2 ? C.stone : C.stoneDark)).join("")).join(""),
  waste: () => ground() + p.path("M8 30h36v16H8Z", C.lakeMid) + p.path("M44 34h10l5 7v5H44Z", C.lake) + p.circle(18, 50, 6, C.ink) + p.circle(48, 50, 6, C.ink) + p.path("M10 30q8-14 16-6t16 6Z", C.stoneDark),
  topsoil: () => p.path("M6 54q26-38 52 0Z", C.trunk) + p.line("M24 38v-8M32 34v-9M40 38v-8", C.leaf, 3),
  fence: () => ground(C.grass) + [10, 22, 34, 46].map((x) => p.poly(`${x} 52 ${x} 24 ${x + 4} 18 ${x + 8} 24 ${x + 8} 52`, C.apricot)).join("") + p.rect(6, 32, 52, 4, C.apricotDeep) + p.rect(6, 43, 52, 4, C.apricotDeep),
  gazebo: () => ground(C.grass) + p.poly("6 26 32 8 58 26", C.brick) + p.rect(11, 26, 4, 26, C.trunk) + p.rect(49, 26, 4, 26, C.trunk) + p.rect(15, 42, 34, 4, C.apricot),
  bench: () => ground() + p.round(8, 22, 48, 5, 2, C.apricot) + p.round(8, 29, 48, 5, 2, C.apricotDeep) + p.round(6, 38, 52, 5, 2, C.apricot) + p.rect(12, 42, 4, 10, C.ink) + p.rect(48, 42, 4, 10, C.ink),
  bin: () => ground() + p.poly("20 22 44 22 41 52 23 52", C.lakeMid) + p.round(18, 18, 28, 5, 2.5, C.lake) + p.line("M28 28l1 18M36 28l-1 18", C.lakePale, 2.4),
  chess_table: () => ground() + p.round(10, 28, 44, 5, 2, C.apricot) + p.rect(29, 33, 6, 19, C.stoneDark) + [0, 1, 2, 3].map((i) => p.rect(20 + i * 6, 22 + (i % 2) * 3, 6, 3, C.ink)).join("") + p.rect(4, 42, 12, 4, C.trunk) + p.rect(48, 42, 12, 4, C.trunk),
  play_structure: () => ground() + p.rect(10, 16, 4, 36, C.lake) + p.rect(30, 16, 4, 36, C.lake) + p.poly("8 18 22 6 36 18", C.brick) + p.rect(10, 30, 24, 4, C.apricot) + p.path("M34 30q10 0 14 14 2 8 10 8v-4q-6 0-8-7-4-15-16-15Z", C.apricot),
  rubber: () => slab(C.brick, "#9d4f36") + p.circle(28, 42, 4, C.apricot) + p.circle(40, 44, 3, C.water) + p.circle(34, 37, 2.6, C.cream),
  workout: () => ground() + p.line("M12 52V14M34 52V10M54 52V20M12 16h22M34 24h20", C.lake, 4) + p.line("M18 16v14M26 16v14", C.ink, 2) + p.circle(18, 32, 3, C.apricotDeep) + p.circle(26, 32, 3, C.apricotDeep),
  swing: () => ground() + p.line("M8 52 18 12M28 52 18 12M36 52 46 12M56 52 46 12M18 12h28", C.lake, 4) + p.line("M26 12v26M38 12v26", C.ink, 2) + p.round(23, 37, 18, 4, 2, C.brick),
  toilet: () => ground() + p.round(12, 12, 40, 40, 3, C.lakePale) + p.rect(10, 10, 44, 5, C.lake) + p.round(18, 22, 12, 30, 2, C.cream) + p.round(34, 22, 12, 30, 2, C.cream) + p.circle(27, 38, 1.6, C.ink) + p.circle(43, 38, 1.6, C.ink),
  containers: () => ground() + p.rect(4, 14, 56, 5, C.leafDark) + p.rect(6, 19, 3, 33, C.leafDark) + p.rect(55, 19, 3, 33, C.leafDark) + p.poly("13 30 29 30 27 52 15 52", C.leaf) + p.poly("35 30 51 30 49 52 37 52", C.lakeMid),
  fountain: () => ground() + p.poly("20 30 44 30 38 38 38 52 26 52 26 38", C.stone) + p.round(18, 27, 28, 5, 2.5, C.stoneDark) + p.line("M32 26c0-10 8-10 9-2", C.water, 3),
};

export function works() {
  return Object.fromEntries(
    Object.entries(WORKS).map(([name, draw]) => [
      name,
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">${draw()}</svg>\n`,
    ]),
  );
}
