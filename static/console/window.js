// Outside WhatsApp's 24 hours: which approved template invites the customer, as they will read it, and what waits behind.

import { $, el, write } from "./dom.js";
import { moment } from "./time.js";

const CHOICE = "window-template";

/** The template that goes with the next reply, by name; "" while the window is open or where none may go. */
export function chosenTemplate(invitation) {
  const template = invitation && !invitation.refused && find(invitation, $(CHOICE)?.value);
  return template && !template.refused ? template.name : "";
}

/** What the customer reads of a template. */
export const templateText = (invitation, name) => find(invitation, name)?.text ?? "";

/** Draws the plan; `invitation` is null while the window is open or has no part in it; `changed` hears of a choice. */
export function drawPlan(invitation, draft, changed) {
  const box = $("window-plan");
  box.hidden = !invitation;
  if (!invitation) return box.replaceChildren();
  const shape = JSON.stringify(invitation);
  if (box.dataset.shape !== shape) rebuild(box, invitation, changed);
  box.dataset.shape = shape;
  const text = $("window-text");
  if (text) write(text, find(invitation, $(CHOICE)?.value)?.text ?? "");
  write($("window-reply"), draft || (invitation.refused ? "écrivez-la ci-dessous" : "écrivez-la ci-dessous, ou envoyez le modèle seul"));
  $("window-reply").classList.toggle("k-sub", !draft);
}

/** Only when what may be chosen has changed: a select that is rebuilt closes under the hand that opens it. */
function rebuild(box, invitation, changed) {
  const before = $(CHOICE)?.value;
  box.replaceChildren(
    el("li", {}, ...(invitation.refused ? waiting(invitation) : choosing(invitation, before, changed))),
    el("li", {}, el("strong", {}, "Dès qu'il écrit, votre réponse"), " : ", el("span", { id: "window-reply" })));
}

/** Nobody is asked twice in a day. */
function waiting({ sent, sent_text: text, next, refused }) {
  if (!sent) return [el("strong", {}, "Pas de modèle maintenant"), ` : ${refused}`];
  return [
    el("strong", {}, `Invité à écrire (${moment(sent)})`), ` : « ${text} »`,
    el("span", { class: "k-sub" }, ` Un autre modèle pourra partir ${moment(next)}.`),
  ];
}

function choosing(invitation, before, changed) {
  const usable = invitation.templates.filter((each) => !each.refused);
  if (!invitation.templates.length) return [el("strong", {}, "Aucun modèle n'est configuré"), " : rien ne partira tant que le client n'écrit pas de lui-même."];
  const kept = usable.find((each) => each.name === before) ?? usable[0];
  const options = invitation.templates.map((each) =>
    el("option", { value: each.name, disabled: Boolean(each.refused), selected: each === kept },
      each.refused ? `${each.label} (${each.refused})` : each.label));
  return [
    el("label", { for: CHOICE }, el("strong", {}, "Tout de suite, par modèle"), " "),
    el("select", { class: "k-select", id: CHOICE, onchange: changed, disabled: !usable.length }, ...options),
    invitation.sent && el("span", { class: "k-sub" }, ` Déjà invité ${moment(invitation.sent)}, sans réponse.`),
    el("p", { class: "k-template", id: "window-text" }),
  ];
}

const find = (invitation, name) => invitation?.templates.find((each) => each.name === name);
