// A map that asks for the part in view: points, or heaps of them where there are thousands.
import { canvasOf, clusters, giveUp, popup, tie } from "./map.js";
import { L, areas, boundsOf, create, marker } from "./map_base.js";

const FINE = 100000;
const narrow = window.matchMedia("(max-width: 40em)");

// Columns weigh a fraction of objects.
function pointsOf({ points, base }, word) {
  return points.number.map((number, i) => ({
    key: number,
    lat: points.lat[i] / FINE,
    lon: points.lon[i] / FINE,
    category: points.categories[points.category[i]],
    title: points.title[i],
    text: `${word} ${number}`,
    url: base + number,
  }));
}

// On a phone what was pressed is told at the bottom of the map, where the thumb is.
function sheetOf(box) {
  const sheet = document.createElement("div");
  sheet.className = "map__sheet";
  sheet.hidden = true;
  sheet.setAttribute("role", "status");
  const text = document.createElement("div");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button--quiet button--small";
  close.textContent = box.dataset.textClose;
  close.addEventListener("click", () => {
    sheet.hidden = true;
  });
  sheet.append(text, close);
  box.append(sheet);
  return (content) => {
    text.replaceChildren(content);
    sheet.hidden = false;
  };
}

function pinOf(box, signs, tell, point) {
  const pin = L.marker([point.lat, point.lon], {
    icon: marker(box.dataset.icons, point.category, signs),
    title: point.title,
    alt: point.title,
    riseOnHover: true,
  });
  if (narrow.matches) pin.on("click", () => tell(popup(point)));
  else pin.bindPopup(() => popup(point), { maxWidth: 260, minWidth: 180, autoPan: false });
  return pin;
}

const sizeOf = (count) => (count < 100 ? 44 : count < 1000 ? 52 : 60);

function heapOf(map, box, lat, lon, count) {
  const size = sizeOf(count);
  const name = `${box.dataset.textHeap} ${count}`;
  const heap = L.marker([lat / FINE, lon / FINE], {
    title: name,
    alt: name,
    icon: L.divIcon({
      className: "",
      iconSize: [size, size],
      html: `<span class="map-cluster map-cluster--${size}">${count}</span>`,
    }),
  });
  heap.on("click", () => map.setView(heap.getLatLng(), Math.min(map.getZoom() + 2, 18)));
  return heap;
}

function asked(box, map) {
  const bounds = map.getBounds().pad(0.1);
  const ends = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  const url = new URL(box.dataset.points, window.location.href);
  url.searchParams.set("z", String(Math.round(map.getZoom())));
  url.searchParams.set("box", ends.map((end) => end.toFixed(5)).join(","));
  return url;
}

export default async function liveMap(box) {
  const canvas = canvasOf(box);
  const signs = JSON.parse(box.dataset.signs ?? "{}");
  let map;
  let layer = null;
  let latest = 0;
  let whole = false;

  async function show(url) {
    const turn = (latest += 1);
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`points ${answer.status}`);
    const found = await answer.json();
    if (turn !== latest) return null;
    const points = pointsOf(found, box.dataset.textNumber);
    const next = !found.heaps && points.length > 12 ? clusters() : L.featureGroup();
    for (const point of points) {
      const pin = pinOf(box, signs, tell, point);
      next.addLayer(pin);
      tie(pin, point.key);
    }
    found.heaps?.count.forEach((count, i) => {
      next.addLayer(heapOf(map, box, found.heaps.lat[i], found.heaps.lon[i], count));
    });
    layer?.remove();
    layer = next.addTo(map);
    return found;
  }

  const tell = sheetOf(box);
  try {
    map = create(canvas, box.dataset);
    map.fitBounds(boundsOf(null));
    const drawn = await areas(map, box.dataset.areas, box.dataset.area);
    const found = await show(new URL(box.dataset.points, window.location.href));
    const around = layer.getLayers().length ? layer.getBounds() : boundsOf(drawn, box.dataset.area);
    map.fitBounds(around.pad(0.04), { maxZoom: 15, animate: false });
    // All the points came at once: there is nothing to ask for when the map moves.
    whole = !found?.heaps;
    if (!whole) {
      await show(asked(box, map));
      let waiting = 0;
      map.on("moveend", () => {
        window.clearTimeout(waiting);
        waiting = window.setTimeout(() => show(asked(box, map)).catch(() => {}), 150);
      });
    }
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(box);
  } catch (error) {
    giveUp(box, canvas);
    throw error;
  }
}
