import { L, areas, boundsOf, create, inside } from "./map_base.js";

const DROP =
  '<svg viewBox="0 0 24 24" width="44" height="44" aria-hidden="true"><path d="M12 22c4.500-4.800 7-8.700 7-12a7 7 0 0 0-14 0c0 3.300 2.500 7.200 7 12Z"/><circle cx="12" cy="10" r="2.500"/></svg>';

export default async function mapPin(box) {
  const lat = document.getElementById(box.dataset.lat);
  const lon = document.getElementById(box.dataset.lon);
  const canvas = box.querySelector(".map-pin__map");
  const said = box.querySelector(".map-pin__said");
  if (!lat || !lon || !canvas) return;

  const map = create(canvas, box.dataset);
  map.getContainer().setAttribute("role", "group");
  map.getContainer().setAttribute("aria-label", box.dataset.label);
  map.fitBounds(boundsOf(null));
  const aim = document.createElement("span");
  aim.className = "map-pin__aim";
  canvas.append(aim);

  const drawn = await areas(map, box.dataset.areas, box.dataset.area).catch(() => null);
  const icon = L.divIcon({ className: "map-pin__drop", iconSize: [44, 44], iconAnchor: [22, 41], html: DROP });
  let pin = null;

  function say(text, wrong = false) {
    said.textContent = text;
    said.classList.toggle("map-pin__said--wrong", wrong);
  }

  function check(place) {
    const fits = !drawn || inside(drawn.shapes, box.dataset.area, place.lng, place.lat);
    say(fits ? box.dataset.textSet : box.dataset.textOutside, !fits);
  }

  function put(place, tell = true) {
    if (!pin) {
      pin = L.marker(place, { icon, draggable: true, keyboard: false, autoPan: true }).addTo(map);
      pin.on("dragend", () => put(pin.getLatLng()));
    }
    pin.setLatLng(place);
    check(place);
    if (!tell) return;
    lat.value = place.lat.toFixed(6);
    lon.value = place.lng.toFixed(6);
    for (const input of [lat, lon]) {
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  function read() {
    const place = [Number(lat.value.replace(",", ".")), Number(lon.value.replace(",", "."))];
    return lat.value && lon.value && place.every(Number.isFinite) ? L.latLng(place) : null;
  }

  const start = read();
  say(box.dataset.textEmpty);
  if (start) {
    put(start, false);
    map.setView(start, 15);
  } else {
    map.fitBounds(boundsOf(drawn, box.dataset.area));
  }

  map.on("click", (event) => put(event.latlng));
  canvas.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.closest("a, button")) return;
    event.preventDefault();
    put(map.getCenter());
  });
  for (const input of [lat, lon]) {
    input.addEventListener("change", (event) => {
      const place = event.isTrusted ? read() : null;
      if (!place) return;
      put(place, false);
      map.setView(place, Math.max(map.getZoom(), 14));
    });
  }
  if (navigator.geolocation) {
    const here = document.createElement("button");
    here.type = "button";
    here.className = "button button--secondary button--small map-pin__here";
    here.textContent = box.dataset.textHere;
    here.addEventListener("click", (event) => {
      event.stopPropagation();
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const place = L.latLng(coords.latitude, coords.longitude);
          put(place);
          map.setView(place, 16);
        },
        () => say(box.dataset.textNoHere, true),
        { timeout: 10000, maximumAge: 60000 },
      );
    });
    L.DomEvent.disableClickPropagation(here);
    canvas.append(here);
  }
}
