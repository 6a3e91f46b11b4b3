// What was typed and not saved outlives a change of the language, and a session that ended
// meanwhile: it waits in this tab until its page opens again for the same person. Passwords and
// files are left out; whatever else opens first throws it away.
(function () {
  "use strict";
  var KEY = "labshare-draft";
  var here = location.pathname + location.search;
  var reader = document.body.dataset.reader || "";

  function storage(use) {
    try {
      return use(window.sessionStorage);
    } catch (refused) {
      return null; // Storage is switched off or full: then nothing outlives the page, as before.
    }
  }

  function typedFields(form) {
    return Array.prototype.filter.call(form.elements, function (field) {
      return field.name && ["hidden", "password", "file", "submit", "button"].indexOf(field.type) < 0;
    });
  }

  function forms() {
    return Array.prototype.slice.call(document.querySelectorAll("main form[method=post]"));
  }

  function save(isSure) {
    var draft = { here: here, reader: reader, isSure: isSure, forms: [] };
    forms().forEach(function (form) {
      draft.forms.push({
        action: form.getAttribute("action"),
        values: typedFields(form).map(function (field) {
          var isBox = field.type === "checkbox" || field.type === "radio";
          return [field.name, isBox ? field.value : "", isBox ? field.checked : field.value];
        }),
      });
    });
    storage(function (kept) {
      kept.setItem(KEY, JSON.stringify(draft));
    });
  }

  function fill(form, values) {
    typedFields(form).forEach(function (field, at) {
      var value = values[at];
      var isBox = field.type === "checkbox" || field.type === "radio";
      if (!value || value[0] !== field.name || (isBox && value[1] !== field.value)) return;
      if (value[2] === (isBox ? field.checked : field.value)) return;
      if (isBox) field.checked = value[2];
      else field.value = value[2];
      for (var fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) {
        fold.open = true;
      }
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  function restore(draft) {
    // The page of a form that was refused has the form's address; its own is one step above.
    var isHere = draft.here === here || draft.here.indexOf(location.pathname + "/") === 0;
    if (!draft.isSure || draft.reader !== reader || !isHere) return;
    var left = draft.forms.slice();
    forms().forEach(function (form) {
      // Forms of one address, as in a list, are told apart by their order.
      for (var at = 0; at < left.length; at += 1) {
        if (left[at].action === form.getAttribute("action")) {
          fill(form, left.splice(at, 1)[0].values);
          return;
        }
      }
    });
  }

  var text = storage(function (kept) {
    return kept.getItem(KEY);
  });
  if (text && !reader) {
    // Signing in: what the last form held was not saved, whoever is at the tab.
    storage(function (kept) {
      kept.setItem(KEY, JSON.stringify(Object.assign(JSON.parse(text), { isSure: true })));
    });
  } else if (text) {
    storage(function (kept) {
      kept.removeItem(KEY);
    });
    restore(JSON.parse(text));
  }

  document.addEventListener("submit", function (event) {
    if (!reader || event.target.method !== "post") return;
    if (event.target.matches("[data-language]")) save(true);
    else if (event.target.closest("main")) save(false);
  });
})();
