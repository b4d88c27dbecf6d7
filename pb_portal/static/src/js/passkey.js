// Makes or uses a passkey: asks the server what to sign, the device to sign it, and sends the answer.
const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const known = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

async function create(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: known(options.excludeCredentials),
    },
  });
  return {
    clientDataJSON: text(made.response.clientDataJSON),
    attestationObject: text(made.response.attestationObject),
    made,
  };
}

async function get(options) {
  const made = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: known(options.allowCredentials),
    },
  });
  return {
    clientDataJSON: text(made.response.clientDataJSON),
    authenticatorData: text(made.response.authenticatorData),
    signature: text(made.response.signature),
    made,
  };
}

async function answer(form) {
  const asked = await fetch(form.dataset.options, {
    method: "POST",
    headers: { "X-CSRFToken": form.querySelector("[name=csrf_token]").value, Accept: "application/json" },
    credentials: "same-origin",
  });
  if (!asked.ok || asked.redirected) throw new Error("no options");
  const { made, ...response } = await { create, get }[form.dataset.act](await asked.json());
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response });
}

export default function passkey(form) {
  const field = form.querySelector("[name=credential]");
  const problem = form.querySelector("[data-passkey-error]");
  if (!window.PublicKeyCredential) {
    form.hidden = true;
    return;
  }
  form.addEventListener(
    "submit",
    async (event) => {
      if (field.value) return;
      event.preventDefault();
      event.stopPropagation();
      const name = form.querySelector("[name=name]");
      if (name && !name.value.trim()) {
        form.submit();
        return;
      }
      problem.hidden = true;
      try {
        field.value = await answer(form);
        form.submit();
      } catch {
        problem.textContent = form.dataset.textFailed;
        problem.hidden = false;
      }
    },
    true,
  );
  window.addEventListener("pageshow", () => (field.value = ""));
}
