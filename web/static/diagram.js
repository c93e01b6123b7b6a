// Draws the BPMN diagrams of a page and marks where the case stands. The viewer is bpmn-js
// (global BpmnJS); its watermark stays visible, as its licence demands.
"use strict";

async function draw(box) {
  const note = box.querySelector(".diagram-note");
  try {
    const answer = await fetch(box.dataset.diagram);
    if (!answer.ok) throw new Error(String(answer.status));
    const viewer = new BpmnJS({ container: box });
    await viewer.importXML(await answer.text());
    const canvas = viewer.get("canvas");
    const registry = viewer.get("elementRegistry");
    const mark = (ids, name) => {
      for (const id of (ids || "").split(" ")) if (registry.get(id)) canvas.addMarker(id, name);
    };
    mark(box.dataset.finished, "past");
    mark(box.dataset.active, "now");
    canvas.zoom("fit-viewport", "auto");
    tools(box, canvas, viewer.get("zoomScroll"));
    note.remove();
    box.dataset.drawn = "";
  } catch (error) {
    note.textContent += " ✕ " + error.message;
  }
}

function tools(box, canvas, zoomScroll) {
  const work = { in: () => zoomScroll.stepZoom(1), out: () => zoomScroll.stepZoom(-1) };
  work.fit = () => canvas.zoom("fit-viewport", "auto");
  const bar = box.nextElementSibling;
  for (const button of bar.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", work[button.dataset.zoom]);
  }
}

document.querySelectorAll("[data-diagram]").forEach(draw);
