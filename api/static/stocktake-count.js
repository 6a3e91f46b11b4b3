// Things are counted by scanning: each sight has a key of its own and stays in this browser until the
// server has acknowledged it. A line that is cut, a page that is closed or a battery that is empty only
// delays it. Without this script the list is typed and sent as a form.
(function () {
  "use strict";
  var RETRY_MS = 5000;
  var SEND_MS = 30000;
  var KEPT_MS = 7 * 24 * 60 * 60 * 1000;
  var AT_ONCE = 50;
  var MOST_KEPT = 2000;
  var MOST_ROWS = 100;
  var LONGEST = 400;
  var form = document.querySelector("[data-stocktake]");
  if (!form || !window.fetch || !window.crypto) return;
  var words = form.dataset;
  var name = "labshare-stocktake/" + (document.body.dataset.reader || "") + "/" + words.stocktake;
  var field = part("field");
  var rows = part("rows");
  var lines = {};
  var undone = {};
  var queue = load();
  var isSending = false;
  var isOver = false;
  var timer = null;
  var camera = null;
  var sound = null;
  import(words.soundModule).then(
    function (module) {
      sound = module.beep;
    },
    function () {}
  );

  function part(which) {
    return form.querySelector("[data-" + which + "]");
  }

  function filled(sentence, values) {
    return sentence.replace(/\{(\w+)\}/g, function (_, key) {
      return values[key] === undefined || values[key] === null ? "" : values[key];
    });
  }

  function load() {
    try {
      var found = JSON.parse(localStorage.getItem(name) || "[]");
      return found.filter(function (scan) {
        return scan.key && Date.now() - Date.parse(scan.at) < KEPT_MS;
      });
    } catch (refused) {
      return [];
    }
  }

  function save() {
    try {
      if (queue.length) localStorage.setItem(name, JSON.stringify(queue.slice(0, MOST_KEPT)));
      else localStorage.removeItem(name);
    } catch (refused) {
      say("bad", words.saidNotKept);
    }
  }

  // crypto.randomUUID is only there on https; a school's own server may be without.
  function newKey() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    var digits = Array.prototype.map
      .call(bytes, function (byte) {
        return (byte + 256).toString(16).slice(1);
      })
      .join("");
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  function say(tone, text) {
    var said = part("said");
    said.textContent = text;
    said.className = "scan-said is-" + tone;
    if (sound) sound(tone);
  }

  function showStatus(text, asksSignIn) {
    part("status").textContent = text;
    part("status").hidden = !text;
    part("sign-in").hidden = !asksSignIn;
  }

  function add(text) {
    text = text.trim().slice(0, LONGEST);
    if (!text || isOver) return;
    var place = words.place ? Number(words.place) : null;
    var scan = { key: newKey(), text: text, place_id: place, at: new Date().toISOString() };
    queue.push(scan);
    save();
    show(scan);
    send();
  }

  function show(scan) {
    var line = part("row").content.firstElementChild.cloneNode(true);
    line.querySelector("[data-tag]").textContent = scan.text;
    line.querySelector("[data-meta]").textContent = words.pending;
    line.classList.add("is-pending");
    line.querySelector("[data-undo]").addEventListener("click", function () {
      undo(scan, line);
    });
    rows.prepend(line);
    lines[scan.key] = line;
    while (rows.children.length > MOST_ROWS) rows.lastElementChild.remove();
  }

  function undo(scan, line) {
    if (queue.indexOf(scan) >= 0 && !isSending) {
      queue.splice(queue.indexOf(scan), 1);
      save();
      line.remove();
    } else if (line.dataset.scan) {
      takeBack(line);
    } else {
      // On its way: taken back as soon as it is known to have arrived.
      undone[scan.key] = true;
      line.querySelector("[data-undo]").disabled = true;
    }
  }

  function takeBack(line) {
    post(words.void.replace("/0/", "/" + line.dataset.scan + "/"), {}).then(function (answer) {
      line.querySelector("[data-undo]").disabled = false;
      if (!answer.ok) return explain(answer);
      line.classList.add("is-pending");
      line.querySelector("[data-meta]").textContent = words.voided;
      line.querySelector("[data-undo]").remove();
      return null;
    }, function () {
      line.querySelector("[data-undo]").disabled = false;
      wait();
    });
  }

  function meaning(answer) {
    var texts = {
      found: words.found,
      wrong_place: filled(words.wrongPlace, { place: answer.expected_place || "–" }),
      unexpected: words.unexpected,
      again: filled(words.again, { by: answer.by, at: time(answer.at) }),
      unknown: words.unknown,
      voided: words.voided
    };
    var said = [texts[answer.outcome]];
    if (answer.is_out) said.push(words.out);
    if (answer.is_lost) said.push(words.lost);
    if (answer.is_of_other_school) said.push(words.otherSchool);
    return said.join(" · ");
  }

  function time(at) {
    return new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  }

  function apply(answer) {
    var line = lines[answer.key];
    var isGood = answer.outcome === "found" && !answer.is_out;
    if (line) {
      line.classList.remove("is-pending");
      line.classList.toggle("is-refused", !isGood && answer.outcome !== "again");
      line.dataset.scan = answer.scan_id;
      line.querySelector("[data-tag]").textContent = answer.tag || answer.given;
      line.querySelector("[data-title]").textContent = answer.title;
      line.querySelector("[data-meta]").textContent = meaning(answer);
      var link = line.querySelector("[data-note]");
      link.href = words.page.replace(/0$/, answer.scan_id);
      link.hidden = false;
      if (undone[answer.key]) takeBack(line);
      delete undone[answer.key];
    }
    document.querySelectorAll("[data-expected]").forEach(function (row) {
      if (row.dataset.expected === answer.tag) row.remove();
    });
    return [isGood ? "good" : answer.outcome === "again" ? "wait" : "bad", (answer.tag || answer.given) + " " + meaning(answer)];
  }

  function post(address, body) {
    var stop = new AbortController();
    var ending = setTimeout(function () {
      stop.abort();
    }, SEND_MS);
    return fetch(address, {
      method: "POST",
      body: JSON.stringify(body),
      headers: { accept: "application/json", "content-type": "application/json" },
      signal: stop.signal
    }).finally(function () {
      clearTimeout(ending);
    });
  }

  function wait() {
    showStatus(filled(words.saidOffline, { count: queue.length }), false);
    clearTimeout(timer);
    timer = setTimeout(send, RETRY_MS);
  }

  // Signed out: kept. Ended or refused: said, and nothing is tried again by itself.
  function explain(answer) {
    if (answer.status === 401) return showStatus(words.saidSignIn, true);
    if (answer.status >= 500 || answer.status === 429) return wait();
    return answer.json().then(function (problem) {
      isOver = problem.code === "stocktake_is_open";
      var why = filled(words.saidRefused, { why: problem.detail || "" });
      showStatus(isOver ? filled(words.saidEnded, { count: queue.length }) : why, false);
    });
  }

  function send() {
    if (isSending || isOver || !queue.length) return;
    isSending = true;
    clearTimeout(timer);
    var sent = queue.slice(0, AT_ONCE);
    post(words.scans, { scans: sent })
      .then(function (answer) {
        if (!answer.ok) return explain(answer);
        return answer.json().then(function (answers) {
          var keys = sent.map(function (scan) {
            return scan.key;
          });
          queue = queue.filter(function (scan) {
            return keys.indexOf(scan.key) < 0;
          });
          save();
          var said = answers.map(apply);
          showStatus("", false);
          if (said.length === 1) say(said[0][0], said[0][1]);
          else say("good", filled(words.saidSent, { count: said.length }));
          timer = setTimeout(send, 0);
        });
      })
      .catch(wait)
      .finally(function () {
        isSending = false;
      });
  }

  function take() {
    add(field.value);
    field.value = "";
    field.focus();
  }

  function openCamera() {
    import(words.cameraModule)
      .then(function (module) {
        camera = camera || new module.Camera(form.querySelector("[data-scan-view]"), words, add);
        return camera.toggle();
      })
      .catch(function () {
        say("bad", words.saidNoCamera);
      });
  }

  part("entry").hidden = false;
  part("without-script").hidden = true;
  queue.forEach(show);
  field.addEventListener("keydown", function (event) {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    take();
  });
  part("add").addEventListener("click", take);
  part("camera").addEventListener("click", openCamera);
  window.addEventListener("online", send);
  if (queue.length && !navigator.onLine) wait();
  else send();
  field.focus();
})();
