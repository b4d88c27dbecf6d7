// What the map of points and the map for a pin share: districts drawn without tiles.
import L from "leaflet";

export const ALMATY = L.latLngBounds([43.02, 76.73], [43.42, 77.09]);

export function sign(icons, name) {
  return `<svg class="icon" width="24" height="24" aria-hidden="true"><use href="${icons}#${name}"></use></svg>`;
}

const plain = (text) => String(text ?? "").toLowerCase().trim().replace(/&/g, "").replace(/\s+|[/-]/g, "_");

// A point with a label shows it in place of its category's sign.
export function marker(icons, category, signs = {}, { label, lit } = {}) {
  const inside = label === undefined ? sign(icons, signs[plain(category)] ?? "city") : `<b>${Number(label)}</b>`;
  return L.divIcon({
    className: "",
    iconSize: [40, 40],
    iconAnchor: [20, 46],
    popupAnchor: [0, -42],
    html: `<span class="map-marker${lit ? " map-marker--lit" : ""}">${inside}</span>`,
  });
}

export function create(canvas, texts) {
  const map = L.map(canvas, {
    zoomControl: false,
    minZoom: 9,
    maxZoom: 18,
    zoomSnap: 0.25,
    attributionControl: true,
    scrollWheelZoom: false,
    fadeAnimation: false,
    zoomAnimation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
  map.createPane("names").style.zIndex = 450;
  map.attributionControl.setPrefix(false);
  if (texts.textSource) map.attributionControl.addAttribution(texts.textSource);
  L.control
    .zoom({ position: "topright", zoomInTitle: texts.textZoomIn, zoomOutTitle: texts.textZoomOut })
    .addTo(map);
  map.on("focus click", () => map.scrollWheelZoom.enable());
  map.on("blur mouseout", () => map.scrollWheelZoom.disable());
  return map;
}

export async function areas(map, url, here) {
  if (!url) return null;
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`areas ${answer.status}`);
  const shapes = await answer.json();
  const language = document.documentElement.lang;
  const layer = L.geoJSON(shapes, {
    interactive: false,
    style: (feature) => ({
      className: `map-area${here && feature.properties.slug === here ? " map-area--here" : ""}`,
    }),
    onEachFeature(feature, shape) {
      const { properties } = feature;
      const name = properties.name ?? properties[`name_${language}`] ?? properties.name_ru ?? "";
      const text = typeof name === "object" ? (name[language] ?? Object.values(name)[0]) : name;
      if (!text) return;
      const label = document.createElement("span");
      label.textContent = text.replace(/\s(район|ауданы|district)$/i, "");
      shape.bindTooltip(label, { permanent: true, direction: "center", className: "map-area-name", pane: "names" });
      const [lon, lat] = properties.label ?? [];
      shape.on("add", () => {
        const tooltip = shape.getTooltip();
        // A name written on the map, hidden while it zooms: no tooltip of anything a reader could reach.
        tooltip?.getElement()?.removeAttribute("role");
        if (lon && lat) tooltip?.setLatLng([lat, lon]);
      });
    },
  }).addTo(map);
  return { layer, shapes };
}

export function boundsOf(drawn, here) {
  if (!drawn) return ALMATY;
  let found = null;
  drawn.layer.eachLayer((shape) => {
    if (here && shape.feature.properties.slug === here) found = shape.getBounds();
  });
  return found ?? drawn.layer.getBounds();
}

function inRing(lon, lat, ring) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > lat !== yj > lat && lon < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

export function inside(shapes, here, lon, lat) {
  const chosen = shapes.features.filter((feature) => !here || feature.properties.slug === here);
  if (!chosen.length) return true;
  return chosen.some(({ geometry }) => {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    return polygons.some((rings) => inRing(lon, lat, rings[0]) && !rings.slice(1).some((r) => inRing(lon, lat, r)));
  });
}

export { L };
