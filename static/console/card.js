// The case card: why a person is needed, who writes, and what is known, fact by fact with its source and its age.

import { $, el, icon, write } from "./dom.js";
import { isEditing, slot } from "./facts.js";
import { contactActs } from "./merging.js";
import { order } from "./order.js";
import { alarms, others } from "./relations.js";
import { moment, since, until } from "./time.js";

let latest = null;

/** Draws the card anew; `reveal` is called when the agent asks for the whole numbers. */
export function drawCard(data, reveal) {
  latest = () => drawCard(data, reveal);
  if (isEditing(() => latest())) return; // what somebody is typing is not taken from under their hands
  const focused = $("card").contains(document.activeElement) ? document.activeElement.dataset.key : null;
  $("card").replaceChildren(
    ...[
      alarms(data.duplicates, data.contact.may), escalation(data.escalation), order(data.order), customer(data, reveal),
      ...data.collecting.map((item) => gathering(item, data.may_edit)), ...claims(data.claims, data.may_edit), others(data.others, data.contact.may),
    ].filter(Boolean));
  if (focused) $("card").querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  tickCard();
}

/** Ages and deadlines move on. */
export function tickCard() {
  for (const node of $("card").querySelectorAll("[data-since]")) write(node, since(node.dataset.since));
  for (const node of $("card").querySelectorAll("[data-until]")) {
    const left = until(node.dataset.until);
    write(node, left.text);
    node.classList.toggle("k-late", left.late);
    node.classList.toggle("k-soon", left.soon);
  }
}

const section = (title, ...children) =>
  el("section", { class: "k-block" }, el("h2", {}, title), ...children);
const facts = (...pairs) => el("dl", { class: "k-facts" }, ...pairs.flat());
const fact = (label, ...value) => [el("dt", {}, label), el("dd", {}, ...value)];

function escalation(data) {
  if (!data) return null;
  return section("Pourquoi une personne",
    el("p", { class: "k-reason" },
      el("span", { class: "k-priority", "data-level": data.priority }, data.priority_label), data.reason),
    data.summary && el("p", { class: "k-summary" }, data.summary),
    data.facts.length > 0 && facts(...data.facts.map((line) => fact(line.label, el("span", { class: "k-lines" }, line.value)))),
    facts(
      fact("Dans la file depuis", el("span", { "data-since": data.opened })),
      fact("1re réponse", data.due ? el("span", { "data-until": data.due }) : "faite")));
}

function customer(data, reveal) {
  const { customer: who, channel_label: channel, may_act: mayAct } = data;
  const number = who.number && [
    el("span", { class: "k-number" }, who.number),
    who.whole
      ? el("span", { class: "k-sub" }, "consultation notée au journal")
      : mayAct && el("button", { class: "k-link", type: "button", "data-key": "reveal", onclick: reveal }, "Afficher"),
  ];
  const hidden = !who.number && !who.whole && mayAct &&
    el("button", { class: "k-link", type: "button", "data-key": "reveal", onclick: reveal }, "Afficher les numéros");
  return section("Client",
    facts(
      fact("Nom", who.name),
      number ? fact("Numéro", ...number) : [],
      fact("Canal", channel),
      fact("Connu depuis", moment(who.since))),
    hidden && el("p", { class: "k-note" }, hidden),
    ...contactActs(data),
    who.stopped && el("p", { class: "k-warning" }, icon("block"), "Le client a envoyé STOP : il ne reçoit plus de modèle WhatsApp."));
}

const gathering = (item, mayEdit) =>
  section(`En cours : ${item.kind}`,
    facts(...item.slots.map((fact) => slot(fact, { case: item.case }, mayEdit))),
    item.lacking.length > 0 && el("p", { class: "k-missing" }, "Il manque : ", item.lacking.map((fact) => fact.label.toLowerCase()).join(", ")),
    mayEdit && item.lacking.length > 0 && facts(...item.lacking.map((fact) => slot(fact, { case: item.case }, mayEdit))));

function claims(items, mayEdit) {
  return items.map((item) =>
    section(item.kind,
      el("p", { class: "k-claim" },
        el("strong", {}, item.number), el("span", { class: "k-chip", "data-status": item.status }, item.status_label),
        item.elsewhere && el("a", { class: "k-link", href: `${$("console").dataset.queueUrl}${item.elsewhere}/` }, "autre conversation")),
      facts(...item.slots.map((fact) => slot(fact, { claim: item.number }, mayEdit))),
      el("ul", { class: "k-history" },
        ...item.events.map((event) => el("li", {}, el("time", { dateTime: event.at }, moment(event.at)), ` ${event.label}`)))));
}
