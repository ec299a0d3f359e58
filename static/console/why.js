// « Pourquoi ? » under a message of the assistant: what it understood, planned, and who worded it. « Compris ? » under one of
// the customer: how it was read, also while a person answers. Asked for on click.

import { $, el } from "./dom.js";
import { get } from "./get.js";

/** The disclosure for a message of the assistant or of the customer. */
export function why(message) {
  const box = el("div", { class: "k-why-box", id: `why-${message.seq}`, hidden: true });
  const button = el("button", {
    class: "k-link k-why-open", type: "button", "aria-expanded": "false", "aria-controls": box.id,
    "aria-label": message.author === "customer"
      ? `Compris ? Comment l'assistant a lu ce message (message ${message.seq})`
      : `Pourquoi l'assistant a dit cela (message ${message.seq})`,
    onclick: () => toggle(button, box, message.seq),
  }, message.author === "customer" ? "Compris ?" : "Pourquoi ?");
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
      ...[found.answers && link(found.answers.first, `Répond au message n° ${found.answers.label}`),
        found.reply && link(found.reply, `Réponse : message n° ${found.reply}`)].filter(Boolean));
    box.dataset.full = "1";
  } catch (refusal) {
    box.replaceChildren(el("p", { class: "k-sub" }, refusal.message));
  }
}

const link = (seq, label) => el("button", { class: "k-link", type: "button", onclick: () => seek(seq) }, label);

/** Asks the page to bring a message into view, older pages included. */
export function seek(seq) {
  document.dispatchEvent(new CustomEvent("console:seek", { detail: seq }));
}
