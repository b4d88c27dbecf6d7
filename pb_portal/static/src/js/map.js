import { L, areas, boundsOf, create, marker } from "./map_base.js";
import "leaflet.markercluster";

async function pointsOf(box) {
  const embedded = box.querySelector('script[type="application/json"]');
  if (embedded) return JSON.parse(embedded.textContent);
  if (!box.dataset.points) return [];
  const answer = await fetch(box.dataset.points, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`points ${answer.status}`);
  return answer.json();
}

// Accepts a list of points, {points: […]}, or a GeoJSON collection.
function plain(data) {
  if (Array.isArray(data)) return data;
  if (data.points) return data.points;
  return (data.features ?? []).map(({ geometry, properties, id }) => ({
    key: id,
    ...properties,
    lon: geometry.coordinates[0],
    lat: geometry.coordinates[1],
  }));
}

export function popup(point) {
  const box = document.createElement("div");
  const title = document.createElement(point.url ? "a" : "strong");
  title.textContent = point.title ?? "";
  if (point.url) title.href = point.url;
  box.append(title);
  for (const text of [point.text, point.place, point.status].filter(Boolean)) {
    const line = document.createElement("p");
    line.textContent = text;
    box.append(line);
  }
  return box;
}

export function tie(pin, key) {
  const card = document.querySelector(`[data-map-key="${CSS.escape(String(key))}"]`);
  if (!card) return;
  const name = card.classList[0];
  const light = (on) => {
    card.classList.toggle(`${name}--lit`, on);
    pin.getElement()?.querySelector(".map-marker")?.classList.toggle("map-marker--lit", on);
  };
  for (const [event, on] of [["mouseenter", true], ["mouseleave", false], ["focusin", true], ["focusout", false]]) {
    card.addEventListener(event, () => light(on));
  }
  pin.on("mouseover", () => light(true));
  pin.on("mouseout", () => light(false));
}

export function clusters() {
  return L.markerClusterGroup({
    showCoverageOnHover: false,
    maxClusterRadius: 60,
    spiderLegPolylineOptions: { className: "map-area" },
    iconCreateFunction: (cluster) =>
      L.divIcon({
        className: "",
        iconSize: [44, 44],
        html: `<span class="map-cluster">${cluster.getChildCount()}</span>`,
      }),
  });
}

export function canvasOf(box) {
  const canvas = document.createElement("div");
  canvas.className = "map__canvas";
  canvas.setAttribute("role", "group");
  canvas.setAttribute("aria-label", box.dataset.label);
  box.append(canvas);
  box.classList.add("map--on");
  return canvas;
}

export function giveUp(box, canvas) {
  box.classList.remove("map--on");
  canvas.remove();
  const said = document.createElement("p");
  said.textContent = box.dataset.textFailed;
  box.querySelector(".map__fallback").prepend(said);
}

// A map behind a tab asks for nothing until it is shown.
function shown(box) {
  if (box.getClientRects().length) return Promise.resolve();
  return new Promise((resolve) => {
    const watch = new ResizeObserver(() => {
      if (!box.getClientRects().length) return;
      watch.disconnect();
      resolve();
    });
    watch.observe(box);
  });
}

export default async function mapOfPoints(box) {
  await shown(box);
  if ("live" in box.dataset) return (await import("./map_live.js")).default(box);
  const points = plain(await pointsOf(box));
  const signs = JSON.parse(box.dataset.signs ?? "{}");
  const canvas = canvasOf(box);

  try {
    const map = create(canvas, box.dataset);
    map.fitBounds(boundsOf(null));
    const drawn = await areas(map, box.dataset.areas, box.dataset.area);
    const group = points.length > 12 ? clusters() : L.featureGroup();
    for (const point of points) {
      if (!Number.isFinite(point.lat) || !Number.isFinite(point.lon)) continue;
      const pin = L.marker([point.lat, point.lon], {
        icon: marker(box.dataset.icons, point.category, signs, point),
        title: point.title,
        alt: point.title,
        riseOnHover: true,
      });
      pin.bindPopup(() => popup(point), { maxWidth: 260, minWidth: 180 });
      group.addLayer(pin);
      if (point.key !== undefined) tie(pin, point.key);
    }
    group.addTo(map);
    const around = box.dataset.area || !group.getLayers().length ? boundsOf(drawn, box.dataset.area) : group.getBounds();
    map.fitBounds(around.pad(0.04), { maxZoom: 15, animate: false });
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(box);
  } catch (error) {
    giveUp(box, canvas);
    throw error;
  }
}
