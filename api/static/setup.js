// The one-time code stands behind the # of the link, which browsers never send: put it where it is asked.
(function () {
  "use strict";
  var field = document.getElementById("setup_code");
  var code = decodeURIComponent(location.hash.slice(1));
  if (field && !field.value && /^[0-9A-Za-z-]{8,64}$/.test(code)) {
    field.value = code;
    // Out of the address bar, the history and any screenshot.
    history.replaceState(null, "", location.pathname);
  }
})();
