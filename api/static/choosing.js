// Rows to choose in a list: all of this page at once, and how many are chosen. The boxes work without it.
(function () {
  "use strict";
  document.querySelectorAll("[data-choosing]").forEach(function (bar) {
    var form = bar.closest("form");
    var all = bar.querySelector("[data-choose-all]");
    var count = bar.querySelector("[data-chosen]");
    var boxes = Array.prototype.slice.call(form.querySelectorAll("tbody input[type=checkbox]"));

    function show() {
      var chosen = boxes.filter(function (box) {
        return box.checked;
      }).length;
      count.textContent = chosen ? count.dataset.chosen.replace("{count}", chosen) : "";
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
      bar.classList.toggle("nothing-chosen", chosen === 0);
    }

    all.addEventListener("change", function () {
      boxes.forEach(function (box) {
        box.checked = all.checked;
      });
      show();
    });
    form.addEventListener("change", show);
    // A page that comes back from the history has its boxes ticked again after this script ran.
    window.addEventListener("pageshow", show);
    all.closest("label").hidden = false;
    show();
  });
})();
