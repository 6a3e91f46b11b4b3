// A form with one field that a camera can fill: what it reads is sent at once.

for (const form of document.querySelectorAll("[data-scan-form]")) {
  const button = form.querySelector("[data-scan-camera]");
  let camera;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const { Camera } = await import(form.dataset.cameraModule);
    camera ??= new Camera(form.querySelector("[data-scan-view]"), form.dataset, (text) => {
      form.querySelector("input").value = text;
      form.submit();
    });
    await camera.toggle();
  });
}
