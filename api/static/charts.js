// Draws every <figure data-chart> with uPlot, from data-json or from the JSON at data-src.
// Colours come from the stylesheet, so light and dark are right; a table stands below for others.
(function () {
  "use strict";

  // The clock on the wall of the reader's school.
  const ZONE = (document.querySelector("meta[name=school-zone]") || {}).content || "Asia/Shanghai";
  const LINES = ["--brand", "--accent", "--info-lamp", "--warn-lamp", "--idle-lamp"];
  const BARS_FILL_ALPHA = "cc";
  const BAND_FILL_ALPHA = "2e";
  // More bands than this hide each other.
  const MOST_BANDS = 2;
  const ALERT_LINE_PIXELS = 4;

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  // A day's year is in the legend; below the axis there is room for month and day.
  function short(label) {
    const day = /^\d{4}-(\d\d-\d\d)$/.exec(label);
    return day ? day[1] : String(label);
  }

  function moment(seconds, language) {
    return new Date(seconds * 1000).toLocaleString(language, {
      timeZone: ZONE, month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
    });
  }

  // Twenty-four hours and the day as the page's language writes it; the year where it changes.
  function moments(language) {
    const zone = { timeZone: ZONE };
    const clock = new Intl.DateTimeFormat(language, Object.assign({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, zone));
    const day = new Intl.DateTimeFormat(language, Object.assign({ month: "short", day: "numeric" }, zone));
    return function (plot, places) {
      let before = "";
      const isLong = places.length > 1 && places[places.length - 1] - places[0] >= 3 * 86400;
      return places.map(function (seconds) {
        const at = new Date(seconds * 1000);
        const date = day.format(at);
        const line = isLong ? (date === before ? "" : date) : clock.format(at) + (date === before ? "" : "\n" + date);
        before = date;
        return line;
      });
    };
  }

  function axes(data, language) {
    const ink = colour("--muted");
    const grid = { stroke: colour("--line"), width: 1 };
    const font = "12px " + getComputedStyle(document.body).fontFamily;
    const across = { stroke: ink, font: font, grid: { show: false }, ticks: grid };
    if (data.time) {
      across.values = moments(language);
    } else {
      across.splits = function (plot, axis, least, most) {
        const step = Math.max(1, Math.ceil((most - least) / Math.max(1, plot.width / 80)));
        const places = [];
        for (let i = Math.max(0, Math.ceil(least)); i <= most && i < data.x.length; i += step) places.push(i);
        return places;
      };
      across.values = function (plot, places) {
        return places.map(function (i) { return data.x[i] === undefined ? "" : short(data.x[i]); });
      };
    }
    const up = { stroke: ink, font: font, grid: grid, ticks: { show: false }, size: 56 };
    return [across, up];
  }

  function series(data, zone, words) {
    const bars = data.kind === "bars" ? uPlot.paths.bars({ size: [0.7, 48], align: 0 }) : undefined;
    const unit = data.unit ? " " + data.unit : "";
    const lines = data.series.map(function (one, index) {
      const stroke = colour(LINES[index % LINES.length]);
      return {
        label: one.label,
        stroke: stroke,
        width: bars ? 0 : 2,
        fill: bars ? stroke + (stroke.length === 7 ? BARS_FILL_ALPHA : "") : undefined,
        paths: bars,
        points: { show: !bars && data.x.length < 40, size: 5 },
        value: function (plot, value) { return value == null ? "–" : value.toLocaleString(zone) + unit; },
      };
    });
    const isDay = short(data.x[0]) !== String(data.x[0]) || /^(\d\d\/\d\d|\d{4}-\d\d)$/.test(data.x[0]);
    const name = { label: data.time ? words.time : isDay ? words.day : words.name };
    if (data.time) name.value = function (plot, seconds) { return seconds == null ? "–" : moment(seconds, zone); };
    if (!data.time) name.value = function (plot, i) { return i == null || data.x[i] === undefined ? "–" : String(data.x[i]); };
    return [name].concat(lines);
  }

  // All of the time that was asked for, whether or not something was read at its ends.
  function wholeTime(data) {
    if (!data.since) return undefined;
    return [Date.parse(data.since) / 1000, Date.parse(data.until) / 1000];
  }

  // Of 230 volts the height says nothing and the last two digits all; of a share the height does.
  function isFarFromZero(data, low, high) {
    return data.time && data.unit !== "%" && low > high * 0.6 && high > 0;
  }

  function hasBands(data) {
    return data.series.length <= MOST_BANDS && data.series.every(function (one) { return one.low && one.low.length; });
  }

  // Low and high are lines without ink; what is between them is filled. They stay out of the legend.
  function bands(data, options, columns) {
    if (!hasBands(data)) return;
    options.bands = [];
    data.series.forEach(function (one, index) {
      [one.high, one.low].forEach(function (values) {
        columns.push(values);
        options.series.push({ class: "chart-edge", width: 0, points: { show: false } });
      });
      const stroke = colour(LINES[index % LINES.length]);
      options.bands.push({
        series: [columns.length - 2, columns.length - 1],
        fill: stroke.length === 7 ? stroke + BAND_FILL_ALPHA : "transparent",
      });
    });
  }

  function marked(plot, mark, paint) {
    const left = plot.bbox.left, right = left + plot.bbox.width;
    const from = Math.max(left, plot.valToPos(Date.parse(mark.since) / 1000, "x", true));
    const to = mark.until ? Math.min(right, plot.valToPos(Date.parse(mark.until) / 1000, "x", true)) : right;
    if (to > left && from < right) paint(from, Math.max(2, to - from));
  }

  // Maintenance lies behind the lines, alerts run along the bottom.
  function marks(data, options) {
    if (!data.time || !data.marks || !data.marks.length) return;
    options.hooks = {
      drawAxes: [function (plot) {
        data.marks.forEach(function (mark) {
          if (mark.kind !== "maintenance") return;
          marked(plot, mark, function (from, width) {
            plot.ctx.fillStyle = colour("--line");
            plot.ctx.globalAlpha = 0.6;
            plot.ctx.fillRect(from, plot.bbox.top, width, plot.bbox.height);
            plot.ctx.globalAlpha = 1;
          });
        });
      }],
      draw: [function (plot) {
        const height = ALERT_LINE_PIXELS * devicePixelRatio;
        data.marks.forEach(function (mark) {
          if (mark.kind !== "alert") return;
          marked(plot, mark, function (from, width) {
            plot.ctx.fillStyle = colour(mark.severity === "critical" ? "--bad-lamp" : "--warn-lamp");
            plot.ctx.fillRect(from, plot.bbox.top + plot.bbox.height - height, width, height);
          });
        });
      }],
    };
  }

  function note(figure, text) {
    const words = document.createElement("p");
    words.className = "muted small";
    words.textContent = text;
    figure.append(words);
  }

  function isEmpty(data) {
    return !data.series.some(function (one) { return one.values.some(function (value) { return value != null; }); });
  }

  function draw(figure, data) {
    if (figure.dataset.empty && isEmpty(data)) return note(figure, figure.dataset.empty);
    const canvas = figure.querySelector(".chart-canvas");
    const language = document.documentElement.lang || "en";
    canvas.hidden = false;
    canvas.textContent = "";
    const most = data.x.length - 1;
    const options = {
      width: Math.max(240, canvas.clientWidth),
      height: Number(figure.dataset.height) || 220,
      legend: { live: true },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: {
        x: data.time ? { time: true, range: wholeTime(data) } : { time: false, range: [-0.6, most + 0.6] },
        y: { range: function (plot, low, high) {
          if (low == null) return [0, 1];
          const floor = isFarFromZero(data, low, high) ? low - Math.max(high - low, high * 0.02) : Math.min(0, low);
          return [floor, high === floor ? floor + 1 : high + (high - floor) * 0.08];
        } },
      },
      axes: axes(data, language),
      series: series(data, language, figure.dataset),
    };
    if (data.time) {
      options.tzDate = function (seconds) { return uPlot.tzDate(new Date(seconds * 1000), ZONE); };
    }
    const x = data.time ? data.x : data.x.map(function (_, i) { return i; });
    const columns = [x].concat(data.series.map(function (one) { return one.values; }));
    bands(data, options, columns);
    marks(data, options);
    const isMarked = Boolean(options.hooks);
    // What stands at the pointer is in the legend; without a pointer there is nothing to say.
    options.hooks = Object.assign({ setLegend: [function (drawn) {
      drawn.root.classList.toggle("chart-pointed", drawn.cursor.idx != null);
    }] }, options.hooks);
    const plot = new uPlot(options, columns, canvas);
    if (isMarked && !figure.dataset.told) {
      figure.dataset.told = "1";
      note(figure, figure.dataset.marks);
    }
    figure.plot = plot;
    new ResizeObserver(function () {
      const width = Math.max(240, canvas.clientWidth);
      if (Math.abs(width - plot.width) > 2) plot.setSize({ width: width, height: plot.height });
    }).observe(canvas);
  }

  function failed(figure) {
    note(figure, figure.dataset.failed);
  }

  function begin(root) {
    root.querySelectorAll("figure[data-chart]").forEach(function (figure) {
      if (figure.plot || figure.dataset.begun) return;
      figure.dataset.begun = "1";
      if (figure.dataset.json) {
        draw(figure, JSON.parse(figure.dataset.json));
      } else if (figure.dataset.src) {
        fetch(figure.dataset.src, { headers: { accept: "application/json" } })
          .then(function (answer) { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
          .then(function (data) { draw(figure, data); })
          .catch(function () { failed(figure); });
      }
    });
  }

  begin(document);
  document.addEventListener("htmx:load", function (event) { begin(event.detail.elt); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () {
    document.querySelectorAll("figure[data-chart]").forEach(function (figure) {
      if (!figure.plot) return;
      figure.plot.destroy();
      figure.plot = null;
      delete figure.dataset.begun;
    });
    begin(document);
  });
})();
