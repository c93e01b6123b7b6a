// A table that the keyboard drives: j and k move from row to row, Enter opens (it is a link).
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  const step = { j: 1, k: -1 }[event.key];
  const rows = [...document.querySelectorAll("[data-keys] tbody tr")];
  if (!step || !rows.length) return;
  const here = rows.findIndex((row) => row.contains(document.activeElement));
  const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), rows.length - 1);
  rows[next].querySelector("a").focus();
});
