// « Pourquoi ? » under a message of the assistant: what it understood, planned, and who worded it. Asked for on click.

import { $, el } from "./dom.js";
import { get } from "./get.js";

/** The disclosure for a message of the assistant. */
export function why(message) {
  const box = el("div", { class: "k-why-box", id: `why-${message.seq}`, hidden: true });
  const button = el("button", {
    class: "k-link k-why-open", type: "button", "aria-expanded": "false", "aria-controls": box.id,
    "aria-label": `Pourquoi l'assistant a dit cela (message ${message.seq})`,
    onclick: () => toggle(button, box, message.seq),
  }, "Pourquoi ?");
  return [button, box];
}

async function toggle(button, box, seq) {
  box.hidden = !box.hidden;
  button.setAttribute("aria-expanded", String(!box.hidden));
  if (box.hidden || box.dataset.full) return;
  box.replaceChildren(el("p", { class: "k-sub" }, "Chargement…"));
  try {
    const found = await get(`${$("console").dataset.caseUrl}why/${seq}/`);
    box.replaceChildren(
      el("dl", { class: "k-why-lines" }, ...found.lines.flatMap((line) => [el("dt", {}, line.label), el("dd", {}, line.value)])),
      el("button", { class: "k-link", type: "button", onclick: () => seek(found.answers.first) }, `Répond au message n° ${found.answers.label}`));
    box.dataset.full = "1";
  } catch (refusal) {
    box.replaceChildren(el("p", { class: "k-sub" }, refusal.message));
  }
}

/** Asks the page to bring a message into view, older pages included. */
export function seek(seq) {
  document.dispatchEvent(new CustomEvent("console:seek", { detail: seq }));
}
