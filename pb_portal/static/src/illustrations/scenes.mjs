// One scene for each category, as it was ("-before") and as it becomes; and the city for the front page.
import * as p from "./parts.mjs";

const { C } = p;
const WORN_LEAF = ["#9a9c7c", "#a9aa88", "#86886c"];

function backdrop(weather, variant, ground, tone = C.grass, blocks = "") {
  return p.sky(weather) + (weather === "day" ? p.sun(520 - variant * 90, 62) + p.cloud(90 + variant * 60, 44) : p.cloud(120 + variant * 60, 40, 1.3, "#c3c5c0")) +
    p.mountains(weather, 236, variant) + blocks + p.rect(0, ground, 640, 400 - ground, tone);
}

function yard(weather, tones = [0, 1]) {
  return p.block(26, 250, { w: 168, floors: 5, tone: tones[0], weather, seed: 11 }) +
    p.block(446, 250, { w: 172, floors: 4, tone: tones[1], weather, seed: 23, door: 0.4 });
}

const SCENES = {
  landscaping() {
    return backdrop("day", 0, 246, C.grass, yard("day") + p.poplar(214, 250, 0.9) + p.poplar(236, 252, 1.05) + p.spruce(420, 252, 0.8)) +
      p.path("M0 322C140 288 300 300 640 262V400H0Z", C.grassDeep) +
      p.path("M250 400C280 340 330 300 352 250h22C372 306 392 350 430 400Z", C.path) +
      p.path("M250 400C280 340 330 300 352 250h6C340 306 300 350 278 400Z", C.pathShade) +
      p.appleTree(96, 330, 1.55) + p.roundTree(560, 318, 1.45, [C.leafLight, "#9cc070", C.leaf]) + p.bush(178, 300, 0.9) + p.bush(470, 292, 0.8) +
      p.oval(520, 366, 104, 24, "#7b5c42") + p.flowers(430, 364, 34, 180, 9) + p.oval(170, 386, 120, 20, "#7b5c42") + p.flowers(70, 384, 36, 200, 4) +
      p.sapling(300, 352, 1.3) + p.person(262, 356, 1.05, { coat: C.apricotDeep, arm: p.line("M-8-36-11-24M8-36 24-28", C.apricotDeep, 4.4) }) + p.child(336, 358, 1.1, C.lakeMid) +
      p.at(338, 346, 1, p.path("M8-4h12v10H10ZM20-2l8-4", C.lake) );
  },
  "landscaping-before"() {
    return backdrop("worn", 0, 246, "#cbbd9f", yard("worn")) +
      p.path("M0 322C140 296 300 306 640 270V400H0Z", "#bfae8d") +
      p.bareTree(110, 332, 1.9) + p.bareTree(566, 316, 1.6) + p.path("M282 352h30l4 12h-38Z", "#8b6f54") + p.oval(297, 352, 15, 4.500, "#b79a75") +
      p.cracks([[190, 370, 1.2], [380, 340, 1.1], [460, 384, 1.3], [60, 366, 1]]) + p.tufts([[150, 330], [410, 372], [520, 350], [236, 390], [610, 384]], "#a49a6a") +
      p.puddle(430, 320, 46, 7);
  },

  sidewalk_improvement() {
    const tiles = Array.from({ length: 9 }, (_, i) => {
      const y = 256 + i * i * 1.9;
      return p.line(`M${p.n(308 - (y - 250) * 0.9)} ${p.n(y)}H${p.n(332 + (y - 250) * 0.9)}`, C.pathShade, 1.6 + i * 0.18);
    }).join("");
    const alley = [[250, 262, 0.55], [214, 276, 0.8], [158, 300, 1.15], [74, 340, 1.7]];
    return backdrop("day", 1, 246, C.grass, p.block(-20, 250, { w: 170, floors: 5, tone: 2, seed: 5 }) + p.block(486, 250, { w: 180, floors: 5, tone: 0, seed: 8 })) +
      p.path("M306 248h28L520 400H120Z", C.path) + tiles + p.line("M320 250V400M314 250 220 400M326 250 420 400", C.pathShade, 1.8) +
      p.path("M306 248 120 400H96L302 248ZM334 248 520 400h24L338 248Z", "#d6c8ab") +
      alley.map(([x, y, s]) => p.roundTree(x, y, s)).join("") + alley.map(([x, y, s]) => p.roundTree(640 - x, y, s, [C.leafLight, "#9cc070", C.leaf])).join("") +
      p.flowers(20, 392, 20, 90, 2) + p.flowers(540, 392, 20, 90, 6) + p.lamp(196, 316, 96) + p.lamp(444, 316, 96, { side: -1 }) +
      p.person(296, 300, 0.7, { coat: C.brick }) + p.person(316, 300, 0.7, { coat: C.lake }) +
      p.person(364, 374, 1.25, { coat: C.apricot, dress: true }) + p.pram(398, 374, 1.25, C.lakeMid) + p.elder(252, 356, 1.1);
  },
  "sidewalk_improvement-before"() {
    return backdrop("worn", 1, 246, "#c9bf9f", p.block(-20, 250, { w: 170, floors: 5, weather: "worn", seed: 5 }) + p.block(486, 250, { w: 180, floors: 5, weather: "worn", seed: 8 })) +
      p.path("M308 248h24c4 40 60 90 176 152H130C250 340 300 290 308 248Z", "#ab9878") + p.path("M318 252c-6 60-60 100-110 148h40c40-50 70-90 76-148Z", "#97835f") +
      p.puddle(330, 366, 74, 12) + p.puddle(286, 314, 34, 5.500) + p.puddle(420, 388, 44, 7) +
      p.bareTree(160, 304, 1.3) + p.bareTree(80, 344, 1.8) + p.roundTree(566, 336, 1.5, WORN_LEAF) + p.tufts([[120, 386], [470, 330], [560, 390], [220, 330]], "#a49a6a") +
      p.person(392, 352, 1.1, { coat: "#7c8a8c", arm: p.line("M-8-36-16-30M8-36 16-30", "#7c8a8c", 4.4) });
  },

  sidewalk_building() {
    const rails = p.line("M196 338 404 268M196 312 404 242M196 338V312M266 315V289M336 291V265M404 268V242", C.lake, 4);
    return backdrop("day", 2, 268, C.path, p.block(300, 270, { w: 300, floors: 7, tone: 0, seed: 31, door: 0.42 }) + p.poplar(72, 272, 1.1) + p.poplar(104, 272, 0.95) + p.poplar(134, 272, 1.15)) +
      p.rect(0, 262, 640, 80, C.path) + p.rect(404, 262, 180, 74, "#ddcfb4") + p.rect(404, 256, 180, 10, "#efe4cc") +
      [0, 1, 2, 3].map((i) => p.rect(584 - i * 0, 270 + i * 18, 16 + i * 14, 18, i % 2 ? "#d6c8ab" : "#e3d6ba")).join("") +
      p.poly("404 256V336H180", "#cdbd9d") + p.poly("404 256l-224 80v-8L404 247", "#f3e8d2") + rails +
      p.line("M404 256h150M404 230h150M404 256v-26M480 256v-26M554 256v-26", C.lake, 3.6) +
      p.wheelchair(290, 300, 1.2) + p.person(256, 310, 1.1, { coat: C.leafDark, arm: p.line("M-8-36-10-24M8-36 20-27", C.leafDark, 4.4) }) + p.elder(500, 256, 1.05) +
      p.rect(0, 338, 640, 62, C.grassDeep) + p.aryk(352, 22) + p.path("M86 340h92v46H86Z", "#efe4cc") + p.path("M86 340h92v6H86ZM86 380h92v6H86Z", C.stone) +
      p.bush(30, 344, 0.8) + p.bush(604, 342, 0.7) + p.flowers(250, 396, 26, 330, 8) + p.roundTree(40, 336, 1.15);
  },
  "sidewalk_building-before"() {
    return backdrop("worn", 2, 268, "#cfc4a9", p.block(300, 270, { w: 300, floors: 7, weather: "worn", seed: 31, door: 0.42 })) +
      p.rect(404, 262, 180, 74, "#b9ae98") + p.rect(404, 256, 180, 10, "#c9bfa9") +
      p.path("M404 266h-18v18h-20v18h-22v16h-26v18h86Z", "#bdb29b") + p.path("M386 284h-20l4 8 12 3ZM344 302l-26 16 12 2Z", "#9b8f78") +
      p.cracks([[420, 300, 1.2], [500, 286, 1], [330, 330, 0.8], [210, 320, 1.2], [90, 310, 1]]) +
      p.rect(0, 338, 640, 62, "#b3a683") + p.path("M0 356c80-8 160 10 240 2s160 8 400-4v26c-120 8-240-6-340 2s-200-8-300 0Z", "#7b7359") +
      p.tufts([[60, 350], [210, 352], [330, 354], [520, 350], [600, 394]], "#97905e") + p.bareTree(90, 338, 1.5) +
      p.person(286, 338, 1.1, { coat: "#7c8a8c" }) + p.pram(320, 338, 1.1, "#8f7d6b");
  },

  common_lighting() {
    const stars = p.dice(12);
    return p.sky("dusk") + Array.from({ length: 26 }, () => p.circle(stars() * 640, stars() * 110, 0.8 + stars(), "#fdf1d6")).join("") +
      p.path("M540 40a22 22 0 1 0 22 30 18 18 0 0 1-22-30Z", "#fde6c2") +
      p.mountains("dusk", 236, 1) + p.block(16, 252, { w: 180, floors: 5, weather: "dusk", lit: 0.5, seed: 17 }) + p.block(440, 252, { w: 190, floors: 5, weather: "dusk", lit: 0.45, seed: 29 }) +
      p.rect(0, 248, 640, 152, "#1d4a45") + p.path("M286 248h60C400 300 470 350 560 400H120C210 350 262 300 286 248Z", "#6f7566") +
      p.path("M300 248h32C360 310 400 360 450 400H220C262 350 290 300 300 248Z", "#878770") +
      p.roundTree(70, 320, 1.4, ["#1d4f46", "#2a6354", "#163f3b"]) + p.roundTree(584, 312, 1.3, ["#1d4f46", "#2a6354", "#163f3b"]) +
      p.lamp(252, 276, 88, { on: true, side: -1 }) + p.lamp(384, 276, 88, { on: true }) + p.lamp(190, 350, 170, { on: true }) + p.lamp(464, 352, 170, { on: true, side: -1 }) +
      p.bench(536, 352, 1.1, "#a9713f") + p.bin(588, 352, 1, "#2f7d88") + p.bush(120, 366, 1, ["#1d4f46", "#2a6354"]) +
      p.person(318, 316, 0.85, { coat: C.apricot }) + p.child(338, 316, 0.95, "#e2694a") + p.elder(396, 374, 1.15, "#b0728d") + p.person(258, 384, 1.2, { coat: C.lakeMid });
  },
  "common_lighting-before"() {
    return p.sky("night") + p.mountains("night", 236, 1) + p.block(16, 252, { w: 180, floors: 5, weather: "night", lit: 0.14, seed: 17 }) + p.block(440, 252, { w: 190, floors: 5, weather: "night", lit: 0.12, seed: 29 }) +
      p.rect(0, 248, 640, 152, "#132f30") + p.path("M286 248h60C400 300 470 350 560 400H120C210 350 262 300 286 248Z", "#2b4140") +
      p.roundTree(70, 320, 1.4, ["#123836", "#174240", "#0e2d2c"]) + p.roundTree(584, 312, 1.3, ["#123836", "#174240", "#0e2d2c"]) +
      `<g transform="rotate(9 464 352)">${p.line("M464 352V206q0-12-12-12", "#0c2024", 5)}${p.path("M436 204a12 9 0 0 1 24 0Z", "#0c2024")}</g>` +
      p.puddle(300, 370, 60, 8).replaceAll("#a9b3b0", "#35504f").replaceAll("#c3cac6", "#466463") +
      p.person(330, 330, 0.95, { coat: "#2d4a50", skin: "#8d7666", legs: "#0c2024", arm: p.line("M-8-36-11-23M8-36 17-30", "#2d4a50", 4.4) }) + p.circle(348, 299, 3, "#ffe3b5") + p.poly("350 299L432 330Q446 340 430 346", "#ffe3b5", ' opacity="0.34"');
  },

  curbs_walls() {
    const stones = (y, offset, shade) => Array.from({ length: 12 }, (_, i) => p.round(i * 58 - offset, y, 55, 24, 4, (i + offset) % 3 ? shade[0] : shade[1])).join("");
    return backdrop("day", 0, 230, C.grass, p.block(60, 214, { w: 150, floors: 4, tone: 3, seed: 41 }) + p.block(430, 214, { w: 150, floors: 4, tone: 2, seed: 43 })) +
      p.path("M0 224C160 204 420 204 640 220V300H0Z", C.grassDeep) + p.spruce(250, 232, 0.9) + p.spruce(286, 236, 1.15) + p.appleTree(380, 242, 1.1) + p.bush(120, 244, 0.9) + p.bush(560, 240, 0.8) +
      p.rect(0, 250, 640, 78, C.stoneDark) + stones(252, 10, ["#d5c7aa", "#c6b797"]) + stones(278, 38, ["#cbbc9c", "#dccfb3"]) + stones(304, 22, ["#d5c7aa", "#c6b797"]) +
      p.rect(0, 243, 640, 9, "#efe4cc") + p.flowers(20, 244, 30, 220, 5) + p.flowers(400, 244, 30, 220, 15) +
      p.poly("262 328v-78h96v78", "#b9aa8c") + [0, 1, 2, 3, 4].map((i) => p.rect(262 - i * 3, 250 + i * 16, 96 + i * 6, 16, i % 2 ? "#e3d6ba" : "#f1e6cf")).join("") + p.line("M258 330V292L262 244M362 330V292L358 244", C.lake, 4) +
      p.rect(0, 328, 640, 44, C.path) + Array.from({ length: 16 }, (_, i) => p.rect(i * 42 + 10, 328, 1.8, 44, C.pathShade)).join("") + p.rect(0, 349, 640, 1.8, C.pathShade) +
      p.rect(0, 370, 640, 10, "#efe9dc") + Array.from({ length: 11 }, (_, i) => p.rect(i * 62, 370, 2, 10, C.stone)).join("") + p.rect(0, 380, 640, 20, "#7f878a") +
      p.person(150, 362, 1.1, { coat: C.apricotDeep }) + p.child(180, 362, 1.1, C.lakeMid) + p.elder(470, 362, 1.1) + p.person(310, 300, 0.95, { coat: C.lake });
  },
  "curbs_walls-before"() {
    return backdrop("worn", 0, 230, "#c4b795", p.block(60, 214, { w: 150, floors: 4, weather: "worn", seed: 41 }) + p.block(430, 214, { w: 150, floors: 4, weather: "worn", seed: 43 })) +
      p.path("M0 224C160 204 420 204 640 220V330H0Z", "#b3a27e") + p.path("M0 262c120-14 190 6 262 22s90 60 190 62 150-26 188-24v50H0Z", "#9d8a66") + p.path("M230 300c60 10 110 40 190 50l-40 22H150Z", "#8a7755") +
      [[170, 352, 20], [250, 366, 15], [330, 360, 24], [420, 368, 14], [288, 344, 10], [486, 356, 12]].map(([x, y, s]) => p.path(`M${x} ${y}l${s * 0.3}-${s * 0.7} ${s * 0.8}-${s * 0.2} ${s * 0.4} ${s * 0.7}-${s * 0.5} ${s * 0.5}Z`, "#c2b59a")).join("") +
      p.path("M0 250h92l-8 14 16 12-12 12 14 14-18 10H0Z", "#b7a98c") + p.line("M0 272h92M0 292h88M40 250v22M64 272v20M26 292v18", "#9b8d70", 2) + p.cracks([[20, 280, 1.3], [60, 300, 1]]) + p.rect(0, 372, 640, 28, "#8b8c86") + p.cracks([[120, 388, 1.1], [470, 390, 1.2]]) +
      p.bareTree(390, 250, 1.2) + p.spruce(286, 238, 1.05, ["#7d8a78", "#8b9784"]) + p.puddle(560, 384, 50, 7);
  },

  dumps() {
    const container = (x, tone) => p.round(x, 270, 62, 58, 5, tone) + p.round(x - 4, 262, 70, 11, 5, C.ink) + p.circle(x + 14, 332, 6, C.ink) + p.circle(x + 48, 332, 6, C.ink) + p.at(x + 31, 298, 1, p.path("M0-12 10 4H-10Z", "none", ' stroke="#fffdf8" stroke-width="2.600" stroke-linejoin="round"'));
    return backdrop("day", 1, 246, C.grass, yard("day", [2, 0]) + p.poplar(420, 250, 1)) +
      p.path("M0 320C200 292 420 300 640 280V400H0Z", C.grassDeep) + p.round(170, 318, 300, 30, 6, C.path) +
      p.rect(190, 206, 8, 126, C.lake) + p.rect(442, 206, 8, 126, C.lake) + p.rect(198, 226, 244, 100, "#dcebe7") + Array.from({ length: 13 }, (_, i) => p.rect(202 + i * 19, 226, 8, 100, "#c1dbd7")).join("") +
      container(212, C.lakeMid) + container(290, C.leafDark) + container(368, C.apricotDeep) +
      p.poly("174 208 200 186h240l26 22", C.lake) + p.rect(170, 206, 300, 8, C.apricot) +
      p.appleTree(84, 346, 1.5) + p.roundTree(566, 340, 1.35) + p.flowers(20, 394, 30, 240, 7) + p.flowers(420, 394, 26, 200, 13) + p.bush(500, 330, 0.8) +
      p.person(500, 374, 1.15, { coat: C.apricot, arm: p.line("M-8-36-20-30M8-36 11-23", C.apricot, 4.4) }) + p.at(474, 360, 1, p.path("M-8-18h16l2 18h-20Z", "#e8dcc2")) + p.child(146, 384, 1.15, C.brick);
  },
  "dumps-before"() {
    return backdrop("worn", 1, 246, "#c2b595", yard("worn")) + p.path("M0 320C200 296 420 304 640 284V400H0Z", "#ab9c7b") +
      p.rubbish(330, 352, 2.2, 5) + p.rubbish(150, 376, 1.1, 14) + p.rubbish(520, 372, 0.9, 21) + p.circle(236, 372, 18, "#4f5a5c") + p.circle(236, 372, 9, "#8b8470") + p.circle(462, 384, 15, "#4f5a5c") + p.circle(462, 384, 7, "#8b8470") +
      p.bareTree(84, 340, 1.6) + p.bareTree(582, 330, 1.3) + p.line("M300 210q6-6 12 0M312 210q6-6 12 0M380 190q5-5 10 0M390 190q5-5 10 0", "#5c6668", 2.4) + p.tufts([[60, 392], [400, 392], [600, 388]], "#948a5c");
  },

  gazebos_benches() {
    return backdrop("day", 2, 246, C.grass, yard("day", [1, 2]) + p.spruce(236, 252, 1) + p.spruce(400, 252, 1.1)) +
      p.path("M0 330C220 292 420 292 640 326V400H0Z", C.grassDeep) + p.oval(320, 350, 210, 34, C.path) + p.oval(320, 346, 150, 20, "#e8dabb") +
      [206, 272, 368, 434].map((x, i) => p.rect(x - 4, 216, 8, i === 0 || i === 3 ? 130 : 120, "#b87a45")).join("") + p.rect(206, 300, 66, 6, "#c98b56") + p.rect(368, 300, 66, 6, "#c98b56") +
      Array.from({ length: 7 }, (_, i) => p.rect(210 + i * 10, 304, 3.4, 34, "#c98b56") + p.rect(370 + i * 10, 304, 3.4, 34, "#c98b56")).join("") +
      p.poly("176 220 320 138 464 220", C.lakeMid) + p.poly("320 138 464 220H352", C.lake) + p.poly("320 138 288 220H176", "#4a949d") + p.rect(172, 216, 296, 9, C.apricot) + p.path("M312 140h16l-4-16h-8Z", C.apricotDeep) +
      p.round(278, 308, 84, 7, 3, "#d9a066") + p.rect(316, 314, 8, 30, "#b87a45") + p.elder(258, 350, 1.05) + p.person(384, 350, 1.05, { coat: C.leafDark, hair: "#e9e4d8" }) + p.path("M306 308q3-10 12-10t12 10Z", C.cream) +
      p.bench(110, 364, 1.35) + p.bench(536, 364, 1.35) + p.bin(184, 364, 1.15) + p.person(100, 362, 1.15, { coat: C.apricot, dress: true }) + p.child(124, 362, 1.15, C.brick) +
      p.roundTree(36, 330, 1.4) + p.appleTree(606, 330, 1.4) + p.flowers(210, 398, 34, 240, 5);
  },
  "gazebos_benches-before"() {
    return backdrop("worn", 2, 246, "#c9bf9f", yard("worn")) + p.path("M0 330C220 296 420 296 640 326V400H0Z", "#b3a683") +
      `<g transform="rotate(-7 300 352)">${p.line("M250 356v-26M350 356v-26", "#6f675c", 5)}${p.round(236, 324, 128, 6, 2, "#9a8365")}</g>` + p.round(262, 366, 84, 5, 2, "#8b7557", ' transform="rotate(8 300 366)"') +
      p.bareTree(60, 338, 1.7) + p.bareTree(582, 332, 1.5) + p.rubbish(450, 372, 0.55, 8) + p.tufts([[200, 388], [390, 360], [500, 396], [120, 380]], "#9a9163") + p.puddle(180, 358, 48, 7) +
      p.elder(400, 358, 1.1, "#847a83");
  },

  playgrounds() {
    const swing = (x) => p.line(`M${x} 236V312M${x + 26} 236V312`, C.ink, 2) + p.round(x - 4, 310, 34, 6, 3, C.brick);
    return backdrop("day", 0, 246, C.grass, yard("day", [0, 3]) + p.poplar(216, 250, 0.9) + p.poplar(424, 250, 1.05)) +
      p.path("M0 318C200 292 440 292 640 316V400H0Z", "#7fb0b0") + p.path("M60 400c10-50 120-66 190-50s60 50 60 50Z", C.apricot) + p.path("M360 400c-6-40 80-66 160-56s100 56 100 56Z", "#cfe0a8") + p.oval(330, 340, 70, 12, C.cream) +
      p.line("M376 338 392 232M456 338 440 232M540 338 556 232M620 338 604 232M388 234h222", C.lake, 6) + swing(430) + swing(540) +
      p.child(443, 312, 1.15, C.apricotDeep, p.line("M-8-36-19-52M8-36 19-52", C.apricotDeep, 4.4)) +
      p.rect(136, 196, 8, 160, C.lake) + p.rect(214, 196, 8, 160, C.lake) + p.rect(136, 266, 86, 9, C.apricotDeep) + p.poly("126 200 179 150 232 200", C.brick) + p.poly("179 150 232 200h-34", "#b0563a") +
      p.rect(144, 236, 70, 5, C.cream) + p.rect(144, 250, 70, 5, C.cream) +
      p.path("M222 264c40 4 54 40 74 66 10 14 26 18 44 18v10c-28 2-50-4-64-24-18-26-30-52-54-56Z", "#f2c14e") + p.line("M222 258c44 4 58 42 78 68 10 13 24 17 40 18", C.apricotDeep, 3) +
      [0, 1, 2, 3, 4].map((i) => p.line(`M${106 + i * 1} ${284 + i * 18}h28`, C.ink, 3)).join("") + p.line("M106 270V358M132 270V358", C.ink, 3.4) +
      p.child(180, 266, 1.15, C.leafDark, p.line("M-8-36-16-48M8-36 16-48", C.leafDark, 4.4)) + p.child(356, 372, 1.2, C.brick) + p.circle(392, 372, 9, "#fffdf8") + p.path("M383 372a9 9 0 0 1 18 0Z", C.lakeMid) + p.child(90, 380, 1.15, C.lake) +
      p.bench(300, 300, 0.75) + p.person(322, 300, 0.8, { coat: "#8d5a74", dress: true }) + p.roundTree(28, 322, 1.3);
  },
  "playgrounds-before"() {
    return backdrop("worn", 0, 246, "#c9bf9f", yard("worn")) + p.path("M0 318C200 296 440 296 640 316V400H0Z", "#b7a988") +
      p.line("M376 348 396 236M456 350 440 236M394 238h52", "#8a6a52", 6) + p.line("M408 238l-6 66M430 238v54", "#6f675c", 2) + p.round(396, 304, 30, 5, 2, "#8b7557", ' transform="rotate(24 410 306)"') +
      p.line("M150 356V270M196 356V270M150 290h46M150 316h46", "#8a6a52", 5) + p.path("M196 272c36 8 50 50 92 76l-6 10c-50-24-58-66-86-74Z", "#a08a6c") +
      p.puddle(330, 366, 66, 9) + p.puddle(540, 376, 40, 6) + p.bareTree(60, 336, 1.6) + p.bareTree(590, 326, 1.3) + p.tufts([[240, 386], [110, 380], [470, 372], [610, 390]], "#9a9163") + p.cracks([[400, 386, 1.1]]) + p.child(300, 350, 1.2, "#8d9698");
  },

  sanitation() {
    return backdrop("day", 1, 246, C.grass, p.block(-10, 250, { w: 190, floors: 5, tone: 1, seed: 51 }) + p.block(470, 250, { w: 190, floors: 5, tone: 2, seed: 53 })) +
      p.rect(0, 246, 640, 60, C.grassDeep) + [56, 176, 300, 424, 560].map((x, i) => p.roundTree(x, 300, 1.15 + (i % 2) * 0.2, i % 2 ? [C.leafLight, "#9cc070", C.leaf] : undefined)).join("") +
      p.aryk(308, 28) + p.rect(0, 345, 640, 55, C.path) + Array.from({ length: 12 }, (_, i) => p.rect(i * 58 + 22, 345, 2, 55, C.pathShade)).join("") + p.rect(0, 372, 640, 2, C.pathShade) +
      p.path("M262 302h104v46H262Z", "#efe4cc") + p.path("M262 302h104v6H262ZM262 342h104v6H262Z", C.stone) + p.line("M266 304v-24h96v24M290 304v-24M314 304v-24M338 304v-24", C.lake, 3.4) +
      p.bin(470, 362, 1.3, C.lakeMid) + p.bin(500, 362, 1.3, C.leafDark) + p.bin(530, 362, 1.3, C.apricotDeep) +
      p.person(180, 380, 1.3, { coat: C.apricot, arm: p.line("M-8-36-2-26M8-36 16-24", C.apricot, 4.4) }) + p.line("M206 346 150 392", C.trunk, 3.4) + p.path("M156 382l-22 10 4 8 26-10Z", "#d9b45f") +
      p.person(580, 384, 1.15, { coat: C.lake }) + p.child(610, 384, 1.15, C.brick) + p.flowers(20, 300, 16, 110, 3) + p.flowers(400, 300, 16, 120, 6);
  },
  "sanitation-before"() {
    return backdrop("worn", 1, 246, "#c2b998", p.block(-10, 250, { w: 190, floors: 5, weather: "worn", seed: 51 }) + p.block(470, 250, { w: 190, floors: 5, weather: "worn", seed: 53 })) +
      p.rect(0, 246, 640, 60, "#b3a683") + [56, 300, 560].map((x) => p.roundTree(x, 300, 1.15, WORN_LEAF)).join("") + [176, 424].map((x) => p.bareTree(x, 300, 1.4)).join("") +
      p.aryk(308, 28, 640, false) + p.rubbish(190, 336, 0.8, 4) + p.rubbish(400, 338, 0.7, 11) + p.path("M60 330q20-14 60 0M480 332q30-12 70 0", "#8f6f45") +
      p.rect(0, 345, 640, 55, "#bdb099") + p.cracks([[80, 376, 1.2], [300, 382, 1.2], [540, 372, 1.2]]) + p.puddle(420, 378, 80, 9) + p.puddle(170, 388, 46, 6);
  },

  education() {
    return backdrop("day", 2, 250, C.grass, p.poplar(40, 254, 1.2) + p.poplar(70, 254, 1) + p.spruce(590, 254, 1.2)) +
      p.rect(110, 150, 420, 110, C.wall[0]) + p.rect(100, 142, 440, 12, C.lake) + p.rect(250, 120, 140, 142, C.wall[1]) + p.poly("236 124 320 82 404 124", C.brick) + p.circle(320, 108, 9, C.cream) +
      [130, 168, 206, 406, 444, 482].map((x) => p.rect(x, 170, 26, 30, C.glass) + p.rect(x, 214, 26, 30, C.glass) + p.poly(`${x} 200l26-30v10l-17 20`, "#8fbcc0", ' opacity="0.55"')).join("") +
      [264, 306, 348].map((x) => p.rect(x, 140, 26, 34, C.glass)).join("") + p.rect(292, 196, 56, 66, C.lake) + p.rect(318, 196, 3, 66, C.cream) + p.rect(282, 188, 76, 8, C.apricot) +
      p.rect(0, 260, 640, 140, C.grassDeep) + p.path("M290 260h60C380 320 430 360 480 400H160C210 360 260 320 290 260Z", C.path) + p.bench(130, 320, 1) + p.bench(510, 320, 1) +
      p.appleTree(50, 346, 1.4) + p.roundTree(592, 344, 1.4, [C.leafLight, "#9cc070", C.leaf]) + p.flowers(170, 300, 22, 90, 4) + p.flowers(390, 300, 22, 90, 7) +
      p.child(300, 330, 1.3, C.apricotDeep) + p.child(336, 332, 1.3, C.lakeMid) + p.child(262, 372, 1.4, C.brick) + p.person(390, 378, 1.25, { coat: "#8d5a74", dress: true }) + p.child(420, 380, 1.35, C.lake);
  },
  "education-before"() {
    return backdrop("worn", 2, 250, "#c4b795") + p.rect(110, 150, 420, 110, "#d3cbb9") + p.rect(100, 142, 440, 12, "#9aa09c") + p.rect(250, 120, 140, 142, "#c9c0ac") + p.poly("236 124 320 82 404 124", "#a08678") +
      [130, 168, 206, 406, 444, 482].map((x) => p.rect(x, 170, 26, 30, "#8b979a") + p.rect(x, 214, 26, 30, "#8b979a")).join("") + p.rect(292, 196, 56, 66, "#747d7c") +
      p.rect(0, 260, 640, 140, "#b7a988") + p.path("M290 260h60C380 320 430 360 480 400H160C210 360 260 320 290 260Z", "#a59677") + p.cracks([[280, 330, 1.2], [330, 376, 1.3], [150, 240, 0.9], [470, 250, 0.8]]) +
      p.puddle(360, 350, 50, 7) + p.bareTree(60, 340, 1.7) + p.bareTree(586, 340, 1.5) + p.tufts([[180, 320], [450, 330], [520, 390], [120, 390]], "#9a9163");
  },

  culture() {
    return backdrop("day", 1, 250, C.grass, yard("day", [2, 1]) + p.poplar(216, 252, 1) + p.poplar(424, 252, 1)) + p.path("M0 318C200 292 440 292 640 316V400H0Z", C.grassDeep) +
      p.path("M176 300V210C176 130 464 130 464 210v90Z", C.lake) + p.path("M200 300V216C200 152 440 152 440 216v84Z", "#e9f1ec") + p.path("M200 216C200 152 440 152 440 216l-30 0C400 176 240 176 230 216Z", C.lakePale) +
      p.rect(164, 296, 312, 16, "#c98b56") + p.rect(164, 312, 312, 14, "#a9713f") +
      p.person(286, 298, 1.25, { coat: C.brick, dress: true }) + p.person(352, 298, 1.25, { coat: C.lakeMid, arm: p.line("M-8-36-13-24M8-36 6-24", C.lakeMid, 4.4) }) + p.line("M342 262 374 240", C.trunk, 3) + p.oval(341, 266, 8, 11, "#d9a066", ' transform="rotate(50 341 266)"') +
      Array.from({ length: 19 }, (_, i) => p.circle(14 + i * 34, 118 + Math.sin(i / 2.900) * 12, 4, i % 2 ? C.apricot : "#fff1d0")).join("") +
      [[90, C.apricotDeep], [160, C.leafDark], [250, C.lake], [330, "#8d5a74"], [410, C.brick], [490, C.lakeMid], [560, C.apricot]].map(([x, coat], i) => (i % 3 === 2 ? p.elder(x, 392, 1.2, coat) : p.person(x, 392, 1.2, { coat, skin: "#3a2c26" }))).join("") +
      p.roundTree(34, 336, 1.4) + p.appleTree(606, 336, 1.4);
  },
  "culture-before"() {
    return backdrop("worn", 1, 250, "#c4b795", yard("worn")) + p.path("M0 318C200 296 440 296 640 316V400H0Z", "#b3a683") +
      p.rect(164, 300, 312, 14, "#94846c") + p.rect(164, 314, 312, 12, "#7d6f5a") + p.path("M230 300l40 0-8 14h-24Z", "#5f5546") + p.line("M190 300V236M450 300V258", "#7d7264", 5) +
      p.bareTree(60, 338, 1.7) + p.bareTree(590, 334, 1.5) + p.tufts([[150, 350], [320, 370], [480, 356], [250, 390]], "#9a9163") + p.rubbish(400, 372, 0.6, 9) + p.puddle(220, 376, 56, 8);
  },

  city() {
    return backdrop("day", 2, 256, C.grass, [0, 1, 2, 3].map((i) => p.block(20 + i * 160, 258, { w: 120, floors: [4, 6, 5, 7][i], tone: (i + 1) % 4, seed: 90 + i })).join("") + [12, 150, 310, 470, 624].map((x, i) => p.poplar(x, 260, 0.9 + (i % 2) * 0.2)).join("")) +
      p.rect(0, 256, 640, 36, C.grassDeep) + p.rect(0, 292, 640, 40, C.path) + p.rect(0, 330, 640, 8, "#efe9dc") + p.rect(0, 338, 640, 62, "#818a8d") + p.line("M20 370h50M130 370h50M240 370h50M350 370h50M460 370h50M570 370h50", "#f3e8d2", 4) +
      p.round(90, 320, 190, 60, 12, C.apricot) + [104, 146, 188, 230].map((x) => p.round(x, 330, 34, 22, 4, C.glass)).join("") + p.rect(90, 360, 190, 6, C.cream) + p.circle(132, 382, 13, C.ink) + p.circle(240, 382, 13, C.ink) + p.circle(132, 382, 5, C.stone) + p.circle(240, 382, 5, C.stone) +
      p.line("M520 376h34l16-26M520 376l22-26h26M542 350l12 26M536 344h14", C.lake, 3.4) + p.circle(518, 376, 15, "none", ` stroke="${C.ink}" stroke-width="3"`) + p.circle(574, 376, 15, "none", ` stroke="${C.ink}" stroke-width="3"`) + p.at(548, 352, 1.15, p.path("M-8 0v-18a8 8 0 0 1 16-2l6 8v4h-8v8Z", C.brick) + p.circle(4, -34, 6, "#d8a27c") + p.path("M-2.600-34a6.600 6.600 0 0 1 13.200 0Z", "#3a2c26") + p.line("M0 0 2 18", C.ink, 4.4)) +
      p.roundTree(60, 298, 0.95) + p.roundTree(380, 298, 1.05, [C.leafLight, "#9cc070", C.leaf]) + p.appleTree(590, 298, 1) + p.lamp(330, 322, 92) + p.bench(450, 318, 0.9) + p.person(420, 324, 1, { coat: C.lakeMid }) + p.elder(492, 324, 1) + p.child(350, 326, 1.1, C.brick);
  },
  "city-before"() {
    return backdrop("worn", 2, 256, "#c4b795", [0, 1, 2, 3].map((i) => p.block(20 + i * 160, 258, { w: 120, floors: [4, 6, 5, 7][i], weather: "worn", seed: 90 + i })).join("")) +
      p.rect(0, 256, 640, 44, "#b3a683") + p.rect(0, 300, 640, 36, "#bdb099") + p.rect(0, 336, 640, 64, "#8b8c86") + p.cracks([[80, 372, 1.4], [300, 384, 1.3], [500, 366, 1.4], [210, 320, 1], [440, 318, 1]]) +
      p.puddle(400, 380, 70, 9) + p.puddle(150, 320, 40, 6) + p.bareTree(120, 300, 1.3) + p.bareTree(420, 300, 1.2) + p.bareTree(580, 300, 1.4) + p.tufts([[40, 296], [260, 296], [500, 298]], "#9a9163");
  },

  almaty: cityAtDawn,
};

function cityAtDawn() {
  const w = 960;
  const roll = p.dice(77);
  const far = Array.from({ length: 15 }, (_, i) => p.block(i * 68 - 20, 480, { w: 50 + roll() * 26, floors: 2 + Math.floor(roll() * 5), weather: "dawn", lit: 0.2, seed: 60 + i })).join("");
  const tower = p.at(742, 366, 1.15, p.poly("-5 40-2-92h4L5 40", "#cf8a5f") + p.path("M-9-40h18l-3 12H-6Z", "#f7cfa8") + p.rect(-1, -128, 2, 40, "#f0c39a") + p.rect(-4, -64, 8, 5, "#f7cfa8"));
  return `<defs><linearGradient id="dawn" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#0a4854"/><stop offset="0.13" stop-color="#1d6470"/><stop offset="0.3" stop-color="#e0a87f"/><stop offset="0.44" stop-color="#fde0b8"/></linearGradient></defs>` +
    p.rect(0, 0, w, 720, "url(#dawn)") + p.circle(478, 236, 86, "#ffe3ba", ' opacity="0.45"') + p.circle(478, 236, 44, "#fff1d8") +
    `<g transform="translate(0 -14) scale(1.5)">${p.mountains("dawn", 268, 2)}</g>` +
    p.path("M540 420c80-60 130-66 190-40s150 20 230 70v60H540Z", "#3f7a72") + tower + far +
    p.rect(0, 466, w, 260, "#6f9a62") +
    p.block(40, 520, { w: 210, floors: 7, tone: 0, seed: 81, lit: 0.12 }) + p.block(300, 512, { w: 176, floors: 5, tone: 1, seed: 83, lit: 0.12, door: 0.3 }) + p.block(640, 520, { w: 230, floors: 6, tone: 3, seed: 85, lit: 0.12 }) +
    [268, 284, 500, 522, 546, 610, 884, 912, 940].map((x, i) => p.poplar(x, 524 + (i % 3) * 4, 1.1 + (i % 3) * 0.16, i % 2 ? [C.leafDark, C.leaf] : undefined)).join("") +
    p.path("M0 540C200 506 420 520 620 524s260-10 340 0v200H0Z", C.grassDeep) +
    p.path("M420 720C470 640 540 580 560 520h44C604 590 640 660 720 720Z", C.path) + p.path("M420 720C470 640 540 580 560 520h12C556 600 500 660 462 720Z", C.pathShade) +
    p.path("M0 632C160 606 330 610 470 640l-12 22C330 634 160 632 0 660Z", C.water) + p.path("M0 632C160 606 330 610 470 640l-3 6C330 618 160 614 0 642Z", "#3f8d97") + p.path("M0 660c160-28 330-26 458 2l-4 8C330 642 160 640 0 668Z", "#efe4cc") +
    p.roundTree(60, 616, 1.9) + p.roundTree(830, 624, 1.8, [C.leafLight, "#9cc070", C.leaf]) + p.appleTree(906, 690, 2.5) + p.bush(300, 560, 1.1) + p.bush(700, 580, 1) +
    p.lamp(404, 606, 150) + p.bench(300, 598, 1.3) + p.elder(290, 600, 1.3) + p.person(330, 600, 1.3, { coat: C.lake, hair: "#e9e4d8" }) +
    p.line("M690 636 700 560M770 636 760 560M700 562h60", C.lake, 5) + p.line("M718 562v50M742 562v50", C.ink, 2) + p.round(712, 610, 36, 6, 3, C.brick) + p.child(730, 612, 1.3, C.apricot, p.line("M-8-36-16-52M8-36 16-52", C.apricot, 4.4)) + p.person(786, 644, 1.3, { coat: "#8d5a74", dress: true }) +
    p.person(560, 640, 1.5, { coat: C.apricotDeep }) + p.child(592, 642, 1.6, C.lakeMid) + p.person(610, 700, 1.75, { coat: C.brick, dress: true }) + p.pram(656, 700, 1.7, C.lakeMid) +
    p.flowers(30, 706, 60, 340, 19) + p.flowers(760, 712, 34, 190, 23) + p.tufts([[420, 690], [740, 690], [120, 690], [240, 600]], C.leafDark);
}

export function scenes() {
  return Object.fromEntries(
    Object.entries(SCENES).map(([name, draw]) => [name, name === "almaty" ? p.svg(draw(), 960, 720) : p.svg(draw())]),
  );
}
