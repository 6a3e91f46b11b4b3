// Rows to choose in a list: all of this page at once, all that are found, and how many are chosen.
// The boxes work without it.
(function () {
  "use strict";
  document.querySelectorAll("[data-choosing]").forEach(function (bar) {
    var form = bar.closest("form");
    var all = bar.querySelector("[data-choose-all]");
    var found = bar.querySelector("[data-choose-found]");
    var count = bar.querySelector("[data-chosen]");
    var boxes = Array.prototype.slice.call(form.querySelectorAll("tbody input[type=checkbox], .list input[type=checkbox]"));

    function tick(checked) {
      boxes.forEach(function (box) {
        box.checked = checked;
      });
    }

    function show() {
      var chosen = boxes.filter(function (box) {
        return box.checked;
      }).length;
      if (found && chosen < boxes.length) {
        found.checked = false;
      }
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
      var many = found && found.checked ? found.dataset.chooseFound : chosen;
      count.textContent = chosen ? count.dataset.chosen.replace("{count}", many) : "";
      bar.classList.toggle("nothing-chosen", chosen === 0);
    }

    all.addEventListener("change", function () {
      tick(all.checked);
    });
    if (found) {
      found.addEventListener("change", function () {
        tick(found.checked);
      });
    }
    form.addEventListener("change", show);
    // A page that comes back from the history has its boxes ticked again after this script ran.
    window.addEventListener("pageshow", show);
    all.closest("label").hidden = false;
    show();
  });
})();
