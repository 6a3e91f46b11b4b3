// A field to sign in: strokes as "x y x y;x y …" on a board of the canvas's own size. Without a
// script the page says that it is printed and signed on paper.
(function () {
  "use strict";
  var MOST_POINTS = 4000;
  var MOST_STROKES = 200;
  document.querySelectorAll("[data-signing]").forEach(function (form) {
    var canvas = form.querySelector("canvas");
    var field = form.querySelector("[name=strokes]");
    var pen = canvas.getContext("2d");
    var strokes = [];
    var points = 0;
    var open = null;

    if (!pen || !window.PointerEvent) {
      return;
    }

    function place(event) {
      var box = canvas.getBoundingClientRect();
      var x = ((event.clientX - box.left) * canvas.width) / box.width;
      var y = ((event.clientY - box.top) * canvas.height) / box.height;
      return [
        Math.min(Math.max(Math.round(x), 0), canvas.width),
        Math.min(Math.max(Math.round(y), 0), canvas.height)
      ];
    }

    function draw() {
      pen.clearRect(0, 0, canvas.width, canvas.height);
      pen.lineWidth = 3;
      pen.lineCap = pen.lineJoin = "round";
      pen.strokeStyle = getComputedStyle(canvas).color;
      strokes.forEach(function (stroke) {
        pen.beginPath();
        pen.moveTo(stroke[0], stroke[1]);
        for (var n = 0; n < stroke.length; n += 2) {
          pen.lineTo(stroke[n], stroke[n + 1]);
        }
        pen.stroke();
      });
    }

    function store() {
      field.value = strokes
        .map(function (stroke) {
          return stroke.join(" ");
        })
        .join(";");
    }

    function add(event) {
      var at = place(event);
      var last = open.length;
      var moved = Math.abs(open[last - 2] - at[0]) + Math.abs(open[last - 1] - at[1]);
      if (points < MOST_POINTS && (last === 0 || moved >= 3)) {
        open.push(at[0], at[1]);
        points += 1;
        draw();
      }
    }

    canvas.addEventListener("pointerdown", function (event) {
      if (event.button || strokes.length >= MOST_STROKES || points >= MOST_POINTS) {
        return;
      }
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      open = [];
      strokes.push(open);
      add(event);
    });
    canvas.addEventListener("pointermove", function (event) {
      if (open) {
        add(event);
      }
    });
    ["pointerup", "pointercancel"].forEach(function (name) {
      canvas.addEventListener(name, function () {
        open = null;
        store();
      });
    });
    form.querySelector("[data-clear]").addEventListener("click", function () {
      strokes = [];
      points = 0;
      draw();
      store();
    });

    // What was drawn before a refusal stands there again.
    strokes = field.value
      .split(";")
      .filter(Boolean)
      .map(function (stroke) {
        return stroke.split(" ").map(Number);
      });
    strokes.forEach(function (stroke) {
      points += stroke.length / 2;
    });
    form.querySelector("[data-without-script]").hidden = true;
    form.querySelector("[data-board]").hidden = false;
    form.querySelector("[data-submit]").hidden = false;
    draw();
  });
})();
