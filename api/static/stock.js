// Parts in stock: one more, one less.

for (const stepper of document.querySelectorAll("[data-stepper]")) {
  const field = stepper.querySelector("input");
  for (const [name, change] of [["less", -1], ["more", 1]]) {
    const button = stepper.querySelector(`[data-${name}]`);
    button.hidden = false;
    button.addEventListener("click", () => {
      const least = Number(field.min);
      field.value = Math.max(least, (Number.parseInt(field.value, 10) || least) + change);
    });
  }
}
