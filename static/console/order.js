// What the assistant was told when it got the conversation back, on the case card.

import { el, icon } from "./dom.js";
import { moment } from "./time.js";

/** The section of the card; null where nothing was ordered. */
export function order(data) {
  if (!data || !(data.label || data.alone || data.note)) return null;
  return el("section", { class: "k-block" },
    el("h2", {}, "Consigne donnée à l'assistant"),
    data.label && el("p", { class: "k-summary" }, data.label),
    data.alone && el("p", { class: "k-order" }, icon("voice_over_off"), "Ne propose plus de conseiller, sauf si le client en demande un."),
    data.note && el("p", { class: "k-order" }, icon("lock"), el("span", {}, "Note pour lui seul : « ", data.note, " »")),
    el("p", { class: "k-sub" }, [data.by, moment(data.at)].filter(Boolean).join(", ")));
}
