// The vocabulary of the drawings: one light (from the right), one palette, flat shapes.
// Every part returns SVG text. "day", "worn" and "dusk" are the three weathers.
export const C = {
  ink: "#22333d",
  lake: "#0b5563",
  lakeMid: "#2f7d88",
  lakePale: "#8fc0c2",
  apricot: "#f4a261",
  apricotDeep: "#dd7f3b",
  cream: "#fdf6e6",
  sand: "#eadcc0",
  path: "#f3e8d2",
  pathShade: "#dfcfaf",
  stone: "#c9bda4",
  stoneDark: "#a99b80",
  grass: "#9fbf78",
  grassDeep: "#7fa75c",
  leaf: "#5d8f4b",
  leafLight: "#80ab5c",
  leafDark: "#3d6f4b",
  spruce: "#2f6257",
  trunk: "#7a5940",
  brick: "#c8694a",
  water: "#5fb0b7",
  waterLight: "#a8d8d8",
  glass: "#4d8790",
  wall: ["#f3dfc1", "#ecc9a2", "#f7ead3", "#e7b98f"],
  wallShade: ["#dfc59f", "#d6ad82", "#e3d2b4", "#cf9c70"],
};

export const n = (value) => Number(value.toFixed(1));
export const rect = (x, y, w, h, fill, more = "") =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" fill="${fill}"${more}/>`;
export const round = (x, y, w, h, r, fill, more = "") => rect(x, y, w, h, fill, ` rx="${n(r)}"${more}`);
export const poly = (points, fill, more = "") => `<path d="M${points}Z" fill="${fill}"${more}/>`;
export const path = (d, fill, more = "") => `<path d="${d}" fill="${fill}"${more}/>`;
export const line = (d, stroke, width = 2, more = "") =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"${more}/>`;
export const circle = (x, y, r, fill, more = "") =>
  `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="${fill}"${more}/>`;
export const oval = (x, y, rx, ry, fill, more = "") =>
  `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}"${more}/>`;
export const at = (x, y, scale, body) => `<g transform="translate(${n(x)} ${n(y)}) scale(${scale})">${body}</g>`;
export const flip = (x, y, scale, body) =>
  `<g transform="translate(${n(x)} ${n(y)}) scale(${-scale} ${scale})">${body}</g>`;

// A repeatable sequence, so that leaves and windows fall the same way in every build.
export function dice(seed) {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return (state - 1) / 2147483646;
  };
}

const SKIES = {
  day: ["#cfe5e4", "#f9ecd6"],
  worn: ["#d5d6d0", "#e8e2d5"],
  dusk: ["#0d4250", "#e79a63"],
  night: ["#0a2b36", "#27505a"],
};

export function sky(weather, w = 640, h = 400) {
  const [top, low] = SKIES[weather];
  return (
    `<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${top}"/>` +
    `<stop offset="0.72" stop-color="${low}"/></linearGradient></defs>${rect(0, 0, w, h, "url(#sky)")}`
  );
}

export function sun(x, y, r = 26) {
  return circle(x, y, r * 1.9, C.apricot, ' opacity="0.16"') + circle(x, y, r, "#f7b77e");
}

export function cloud(x, y, s = 1, fill = "#fffdf8") {
  return at(x, y, s, path("M0 16a12 12 0 0 1 12-12 18 18 0 0 1 34-3 14 14 0 0 1 22 8 9 9 0 0 1 4 17H10A10 10 0 0 1 0 16Z", fill, ' opacity="0.85"'));
}

// A peak with its lit and shaded side and a snow cap with teeth.
function peak(x, top, base, half, tones) {
  const [lit, shade, snow, snowShade] = tones;
  const cap = (base - top) * 0.36;
  const slope = half / (base - top);
  const cx = cap * slope;
  return (
    poly(`${n(x - half)} ${base}L${n(x)} ${n(top)}L${n(x + half)} ${base}`, lit) +
    poly(`${n(x - half)} ${base}L${n(x)} ${n(top)}L${n(x - half * 0.12)} ${n(top + (base - top) * 0.5)}L${n(x + half * 0.08)} ${base}`, shade) +
    poly(
      `${n(x)} ${n(top)}L${n(x + cx)} ${n(top + cap)}l${n(-cx * 0.35)} ${n(-cap * 0.12)}l${n(-cx * 0.25)} ${n(cap * 0.28)}l${n(-cx * 0.4)} ${n(-cap * 0.34)}`,
      snow,
    ) +
    poly(
      `${n(x)} ${n(top)}L${n(x)} ${n(top + cap * 0.82)}l${n(-cx * 0.32)} ${n(cap * 0.3)}l${n(-cx * 0.28)} ${n(-cap * 0.26)}L${n(x - cx)} ${n(top + cap)}`,
      snowShade,
    )
  );
}

const RANGES = {
  day: ["#9cc2c3", "#84b0b5", "#fffdf8", "#dcebea"],
  worn: ["#bcc4c2", "#aeb8b8", "#efede6", "#dddcd5"],
  dusk: ["#2b6370", "#1b4c59", "#f6c9a0", "#8fb0b0"],
  dawn: ["#3f7f88", "#2d6a76", "#ffd9b3", "#a9c6c2"],
  night: ["#1a4753", "#123a46", "#7ba0a4", "#4d7981"],
};
const HILLS = { day: "#a9c6a5", worn: "#c0bfae", dusk: "#1f5257", dawn: "#4f8a80", night: "#123a40" };

export function mountains(weather, base = 236, variant = 0, w = 640) {
  const tones = RANGES[weather];
  const sets = [
    [[60, 118, 150], [210, 84, 190], [345, 124, 140], [470, 72, 200], [600, 112, 170]],
    [[20, 96, 180], [165, 126, 140], [300, 74, 200], [440, 118, 150], [585, 86, 190]],
    [[110, 80, 200], [260, 116, 150], [400, 90, 180], [530, 64, 200], [650, 118, 150]],
  ];
  const back = sets[variant % sets.length].map(([x, top, half]) => peak((x * w) / 640, top + base - 236, base, half, tones));
  const hill = path(
    `M0 ${base}V${base - 22}C${w * 0.12} ${base - 46} ${w * 0.22} ${base - 14} ${w * 0.36} ${base - 30}S${w * 0.62} ${base - 44} ${w * 0.76} ${base - 24} ${w * 0.94} ${base - 34} ${w} ${base - 20}V${base + 30}H0Z`,
    HILLS[weather],
  );
  return back.join("") + hill;
}

// A five-storey block: windows, balconies, a door with a canopy.
export function block(x, ground, { w = 150, floors = 5, tone = 0, weather = "day", door = 0.5, lit = 0, seed = 7 } = {}) {
  const roll = dice(seed);
  const grey = { worn: ["#d9d1c0", "#c3baa8", "#8b979a"], dusk: ["#3b5c63", "#2c4a52", "#1a3840"], dawn: ["#86a5a1", "#6f9293", "#557d82"], night: ["#23444c", "#1a373f", "#12282f"] }[weather];
  const [wall, shade, glass] = grey ?? [C.wall[tone], C.wallShade[tone], C.glass];
  const storey = 26;
  const h = floors * storey + 14;
  const top = ground - h;
  let out = rect(x, top, w, h, wall) + rect(x - 3, top - 5, w + 6, 7, shade) + rect(x, top + 2, 9, h - 2, shade);
  const columns = Math.max(3, Math.round((w - 20) / 26));
  const step = (w - 18) / columns;
  const doorColumn = Math.floor(columns * door);
  for (let row = 0; row < floors; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      if (row === floors - 1 && column === doorColumn) continue;
      const wx = x + 13 + column * step;
      const wy = top + 12 + row * storey;
      const on = roll() < lit;
      out += rect(wx, wy, step - 10, 14, on ? "#ffd59b" : glass);
      if (!on && weather === "day") out += poly(`${n(wx)} ${n(wy + 14)}l${n(step - 10)} -14v5l${n(-(step - 17))} 9`, "#8fbcc0", ' opacity="0.55"');
      if (roll() < 0.22) out += rect(wx - 2, wy + 9, step - 6, 8, weather === "day" ? C.cream : shade) + rect(wx - 2, wy + 9, step - 6, 1.6, weather === "day" ? C.apricot : wall);
    }
  }
  const dx = x + 11 + doorColumn * step;
  out += rect(dx, ground - 25, step - 5, 25, weather === "day" ? C.lake : glass) + rect(dx - 5, ground - 31, step + 5, 5, weather === "day" ? C.apricotDeep : shade);
  return out;
}

export function roundTree(x, y, s = 1, tones = [C.leaf, C.leafLight, C.leafDark]) {
  return at(
    x,
    y,
    s,
    path("M-3.500 0 -2.500-34h5L3.500 0Z", C.trunk) +
      circle(-15, -46, 19, tones[2]) + circle(14, -44, 20, tones[0]) + circle(-1, -62, 22, tones[0]) +
      circle(8, -66, 13, tones[1]) + circle(19, -49, 9, tones[1]),
  );
}

export function appleTree(x, y, s = 1) {
  const apples = [[-18, -44], [-6, -58], [8, -50], [18, -40], [2, -72], [-12, -66], [20, -58]];
  return roundTree(x, y, s) + at(x, y, s, apples.map(([ax, ay]) => circle(ax, ay, 3.2, "#d9573b")).join(""));
}

export function poplar(x, y, s = 1, tones = [C.leaf, C.leafLight]) {
  return at(
    x,
    y,
    s,
    rect(-2, -16, 4, 16, C.trunk) +
      path("M0-108C11-92 14-62 13-40 12-22 8-12 0-10-8-12-12-22-13-40-14-62-11-92 0-108Z", tones[0]) +
      path("M0-108C11-92 14-62 13-40 12-22 8-12 0-10 5-30 6-70 0-108Z", tones[1]),
  );
}

export function spruce(x, y, s = 1, tones = [C.spruce, "#44796a"]) {
  return at(
    x,
    y,
    s,
    rect(-2.5, -10, 5, 10, C.trunk) +
      poly("0-98l12 28h-5l11 24h-5l12 28q-25 10-50 0l12-28h-5l11-24h-5", tones[0]) +
      poly("0-98l12 28h-5l11 24h-5l12 28q-12 5-24 5.500", tones[1]),
  );
}

export function bareTree(x, y, s = 1, tone = "#85786a") {
  return at(x, y, s, line("M0 0V-38M0-20-14-40M-8-32-18-36M0-28 13-48M8-40 18-44M0-38-5-56M0-38 6-58", tone, 4));
}

export function sapling(x, y, s = 1) {
  return at(x, y, s, line("M0 0V-36", C.trunk, 2.6) + line("M7 2V-30", C.stoneDark, 2) + line("M0-20h7", C.brick, 1.6) +
    circle(0, -40, 9, C.leaf) + circle(-6, -32, 7, C.leafDark) + circle(6, -34, 7, C.leafLight));
}

export function bush(x, y, s = 1, tones = [C.leaf, C.leafLight]) {
  return at(x, y, s, path("M-26 0a12 12 0 0 1 6-20 14 14 0 0 1 24-8 13 13 0 0 1 20 12 9 9 0 0 1 2 16Z", tones[0]) +
    path("M4-28a13 13 0 0 1 20 12 9 9 0 0 1 2 16H8C14-8 12-20 4-28Z", tones[1]));
}

export function flowers(x, y, count, width, seed = 3) {
  const roll = dice(seed);
  const hues = [C.apricot, "#e2694a", "#fff7e4", "#f2c14e", "#c65d7b"];
  let out = "";
  for (let i = 0; i < count; i += 1) {
    const fx = x + roll() * width;
    const fy = y - 3 - roll() * 9;
    out += line(`M${n(fx)} ${n(y + 2)}V${n(fy)}`, C.leafDark, 1.4) + circle(fx, fy, 2.6 + roll(), hues[Math.floor(roll() * hues.length)]);
  }
  return out;
}

export function tufts(list, tone = C.grassDeep) {
  return list.map(([x, y]) => line(`M${x} ${y}l-3-7M${x} ${y}v-9M${x} ${y}l3-7`, tone, 1.6)).join("");
}

// People are seven heads high and have no faces.
export function person(x, y, s = 1, { coat = C.lake, legs = C.ink, skin = "#d8a27c", hair = "#3a2c26", dress = false, arm = "" } = {}) {
  return at(
    x,
    y,
    s,
    oval(0, 1, 11, 2.6, "#22333d", ' opacity="0.16"') +
      (dress
        ? path("M-7-30h14l5 22H-12Z", coat) + line("M-4-8V0M4-8V0", legs, 3.4)
        : line("M-3.500-22-4.500 0M3.500-22 4.500 0", legs, 5)) +
      path("M-8-22v-15a8 8 0 0 1 16 0v15Z", coat) +
      (arm || line("M-8-36-11-23M8-36 11-23", coat, 4.4)) +
      circle(0, -51, 6.2, skin) +
      path("M-6.600-51a6.600 6.600 0 0 1 13.200 0c-3-2.600-6-4-8.500-3.600-1.700 1.800-3.200 3-4.700 3.600Z", hair),
  );
}

export function child(x, y, s = 1, coat = C.apricot, arm = "") {
  return person(x, y, s * 0.66, { coat, legs: C.lakeMid, arm });
}

export function elder(x, y, s = 1, coat = "#8d5a74") {
  return person(x, y, s, { coat, dress: true, hair: "#fffaf0" }) + at(x, y, s, line("M14-26V0M10-26q4-5 4 0", C.trunk, 2.2));
}

export function pram(x, y, s = 1, tone = C.apricotDeep) {
  return at(x, y, s, line("M-18-30-10-22", C.ink, 2) + path("M-12-24h24a13 13 0 0 1-24 6Z", tone) + path("M0-24a12 12 0 0 1 12-12v12Z", C.lake) +
    line("M-6-13-9-4M6-13 9-4", C.ink, 1.8) + circle(-9, -3.5, 3.5, C.ink) + circle(9, -3.5, 3.5, C.ink));
}

export function wheelchair(x, y, s = 1, coat = C.apricotDeep) {
  return at(x, y, s, circle(0, -10, 10, "none", ` stroke="${C.ink}" stroke-width="2.400"`) + circle(13, -3.5, 3.5, C.ink) +
    line("M-10-30V-14H8L13-4", C.ink, 2.4) + path("M-6-14v-14a6.500 6.500 0 0 1 13 0v14Z", coat) + line("M4-14H14L16-2", C.ink, 4.4) +
    circle(0, -41, 5.8, "#d8a27c") + path("M-6.200-41a6.200 6.200 0 0 1 12.400 0c-3-2.400-6-3.600-8-3.400-1.600 1.700-3 2.800-4.400 3.400Z", "#3a2c26"));
}

export function bench(x, y, s = 1, tone = "#c98b56") {
  return at(x, y, s, line("M-26 0V-16M26 0V-16M-26-16V-30M26-16V-30", C.ink, 3) + round(-32, -19, 64, 5, 2, tone) + round(-32, -32, 64, 4.5, 2, tone) + round(-32, -26, 64, 3.5, 1.5, tone));
}

export function bin(x, y, s = 1, tone = C.lake) {
  return at(x, y, s, path("M-8-22H8L6.500 0h-13Z", tone) + round(-10, -25, 20, 4, 2, C.ink));
}

export function lamp(x, y, h = 120, { on = false, side = 1 } = {}) {
  const top = y - h;
  const glow = on
    ? poly(`${x + side * 16} ${top + 10}L${x + side * 16 - 62} ${y}h124`, "#ffd79a", ' opacity="0.28"') +
      oval(x + side * 16, y, 62, 11, "#ffd79a", ' opacity="0.35"') + circle(x + side * 16, top + 10, 20, "#ffe3b5", ' opacity="0.5"')
    : "";
  return (
    glow + line(`M${x} ${y}V${top + 12}q0-12 ${side * 12}-12`, C.ink, 4) + round(x - 5, y - 8, 10, 8, 2, C.ink) +
    path(`M${x + side * 16 - 12} ${top + 8}a12 9 0 0 1 24 0Z`, C.ink) + oval(x + side * 16, top + 9, 8, 3, on ? "#fff3d6" : "#f6e3bd")
  );
}

export function aryk(y, h = 26, w = 640, clean = true) {
  const water = clean ? C.water : "#8a8468";
  return (
    rect(0, y - 7, w, 8, "#d9ccb2") + rect(0, y, w, h, water) + rect(0, y, w, 6, clean ? "#3f8d97" : "#6d674f") +
    (clean ? line(`M30 ${y + 14}h46M140 ${y + 19}h30M250 ${y + 13}h60M390 ${y + 19}h34M500 ${y + 14}h52`, C.waterLight, 2.4) : "") +
    rect(0, y + h, w, 9, "#e6dabf") +
    Array.from({ length: Math.ceil(w / 64) }, (_, i) => rect(i * 64 + 30, y + h, 2, 9, C.stone) + rect(i * 64 + 6, y - 7, 2, 8, "#bfb195")).join("")
  );
}

export function puddle(x, y, rx, ry) {
  return oval(x, y, rx, ry, "#a9b3b0") + oval(x + rx * 0.12, y - ry * 0.15, rx * 0.7, ry * 0.55, "#c3cac6");
}

export function cracks(list) {
  return list.map(([x, y, s]) => at(x, y, s, line("M0 0 14-5 22 3 38-3M22 3 27 13M14-5 12-13", "#8d8270", 2))).join("");
}

export function rubbish(x, y, s = 1, seed = 5) {
  const roll = dice(seed);
  const hues = ["#c8694a", "#6f8f93", "#e9e2d2", "#b59a62", "#596b70", "#d8c8a4"];
  let out = path("M-70 0C-60-26-38-24-28-40-10-58 16-48 28-34 44-34 60-14 72 0Z", "#a79c86");
  for (let i = 0; i < 26; i += 1) {
    const rx = -60 + roll() * 118;
    const ry = -2 - roll() * (34 - Math.abs(rx) * 0.42);
    const size = 5 + roll() * 9;
    out += rect(rx, ry - size, size * 1.3, size, hues[Math.floor(roll() * hues.length)], ` transform="rotate(${n(roll() * 70 - 35)} ${n(rx)} ${n(ry)})"`);
  }
  return at(x, y, s, out);
}

export const svg = (body, w = 640, h = 400) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}">${body}</svg>`;
