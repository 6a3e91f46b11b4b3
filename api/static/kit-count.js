// A kit is counted by tapping: once on a tile for each part that is missing, a long press for one that
// is damaged. What was tapped stays in this browser until the server has it; a line that is cut only
// delays it. Without this script the numbers are typed.
(function () {
  "use strict";
  var HOLD_MS = 450;
  var RETRY_MS = 5000;
  var SEND_MS = 30000;
  var KEPT_MS = 7 * 24 * 60 * 60 * 1000;
  var form = document.querySelector("[data-kit-count]");
  if (!form || !window.fetch || !window.URLSearchParams) return;
  var words = form.dataset;
  var name = "labshare-kit/" + (document.body.dataset.reader || "") + "/" + words.kitCount;
  var tiles = form.querySelector(".part-tiles");
  var status = form.querySelector("[data-kit-status]");
  var isSending = false;

  function keep(value) {
    try {
      if (value === null) localStorage.removeItem(name);
      else localStorage.setItem(name, JSON.stringify(value));
    } catch (refused) {
      // Storage is switched off or full: the count is then only on this page, as without a script.
    }
  }

  function kept() {
    try {
      var found = JSON.parse(localStorage.getItem(name) || "null");
      return found && Date.now() - found.at < KEPT_MS ? found : null;
    } catch (refused) {
      return null;
    }
  }

  function say(text) {
    status.textContent = text;
    status.hidden = !text;
  }

  function typed() {
    return Array.prototype.filter.call(form.elements, function (field) {
      return field.name && field.name !== "parts_list_id" && field.name !== "phase";
    });
  }

  function save() {
    keep({
      at: Date.now(),
      fields: typed().map(function (field) {
        return [field.name, field.value.slice(0, 400)];
      })
    });
  }

  function number(field) {
    return Math.max(0, parseInt(field.value, 10) || 0);
  }

  function show(tile) {
    var fields = tile.querySelectorAll("input");
    var missing = number(fields[0]);
    var damaged = number(fields[1]);
    var parts = [];
    if (missing) parts.push(words.missing.replace("{count}", missing));
    if (damaged) parts.push(words.damaged.replace("{count}", damaged));
    tile.classList.toggle("is-missing", missing > 0);
    tile.classList.toggle("is-damaged", damaged > 0);
    tile.querySelector(".part-tile-state").textContent = parts.join(" · ");
  }

  // One more of it, and after the last none again.
  function count(tile, at) {
    var fields = tile.querySelectorAll("input");
    var room = Number(tile.dataset.quantity) - number(fields[1 - at]);
    fields[at].value = number(fields[at]) < room ? number(fields[at]) + 1 : 0;
    show(tile);
    save();
  }

  function listen(tile) {
    var face = tile.querySelector(".part-tile-face");
    var timer = null;
    var wasHeld = false;
    face.hidden = false;
    face.addEventListener("pointerdown", function (event) {
      if (event.button) return;
      wasHeld = false;
      timer = setTimeout(function () {
        wasHeld = true;
        if (navigator.vibrate) navigator.vibrate(30);
        count(tile, 1);
      }, HOLD_MS);
    });
    ["pointerup", "pointerleave", "pointercancel"].forEach(function (end) {
      face.addEventListener(end, function () {
        clearTimeout(timer);
      });
    });
    // The click that ends a long press is no tap; the keyboard's is one.
    face.addEventListener("click", function () {
      if (!wasHeld) count(tile, 0);
      wasHeld = false;
    });
    face.addEventListener("contextmenu", function (event) {
      event.preventDefault();
    });
    // On a keyboard D counts one that is damaged, as a long press does.
    face.addEventListener("keydown", function (event) {
      if (event.key === "d" || event.key === "D") count(tile, 1);
    });
    show(tile);
  }

  function send() {
    if (isSending) return;
    isSending = true;
    var stop = new AbortController();
    var timer = setTimeout(function () {
      stop.abort();
    }, SEND_MS);
    fetch(form.action.replace(/#.*/, ""), {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { accept: "text/html", "x-labshare-desk": "yes" },
      signal: stop.signal
    })
      .then(function (answer) {
        var onward = answer.headers.get("location");
        if (answer.ok && onward && !answer.redirected) {
          keep(null);
          location.assign(onward);
        } else {
          // What is wrong is said by the page itself, and signing in leads back here: the form goes as
          // it goes without a script.
          HTMLFormElement.prototype.submit.call(form);
        }
      })
      .catch(function () {
        isSending = false;
        say(words.offline);
        setTimeout(send, RETRY_MS);
      })
      .finally(function () {
        clearTimeout(timer);
      });
  }

  var before = form.querySelector("[aria-invalid]") ? null : kept();
  if (before) {
    before.fields.forEach(function (pair) {
      var field = form.elements[pair[0]];
      if (field && "value" in field) field.value = pair[1];
    });
    say(words.unsaved);
  }
  tiles.classList.add("is-tapped");
  form.querySelector("[data-kit-hint]").hidden = false;
  Array.prototype.forEach.call(tiles.children, listen);
  if (form.querySelector(".part-tile [aria-invalid]")) tiles.classList.add("is-typed");
  form.querySelector("[data-kit-numbers]").hidden = false;
  form.querySelector("[data-kit-numbers] button").addEventListener("click", function () {
    tiles.classList.toggle("is-typed");
  });
  form.addEventListener("input", function () {
    Array.prototype.forEach.call(tiles.children, show);
    save();
  });
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    save();
    send();
  });
  window.addEventListener("online", function () {
    if (!status.hidden && status.textContent === words.offline) send();
  });
})();
