// The camera with the old photo over it, to stand where that one was taken.
const LONGEST = 1920;

// A photo no larger than the portal keeps it, upright.
export async function smaller(source) {
  const picture = await createImageBitmap(source, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.86));
}

export function camera(opener, dialog, taken) {
  const video = dialog?.querySelector("video");
  if (!opener || !video || !navigator.mediaDevices?.getUserMedia) return;
  opener.hidden = false;
  let stream = null;

  opener.addEventListener("click", async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: LONGEST } } });
    } catch {
      // No camera or not allowed: the file field beside it does the same.
      opener.hidden = true;
      return;
    }
    video.srcObject = stream;
    await video.play();
    dialog.showModal();
  });

  dialog.addEventListener("close", () => {
    for (const track of stream?.getTracks() ?? []) track.stop();
    video.srcObject = null;
  });

  dialog.querySelector("[data-shoot]").addEventListener("click", async () => {
    if (!video.videoWidth) return;
    taken(await smaller(video));
    dialog.close();
  });
}
