// What a case has to do with others: the same reference open elsewhere, and the customer's other conversations.

import { $, el, icon } from "./dom.js";
import { open as merge, separator } from "./merging.js";
import { moment } from "./time.js";

const address = (conversation) => `${$("console").dataset.queueUrl}${conversation}/`;

/** The same reference or transaction with somebody else, said first; who may merge is a step away from it. */
export function alarms(items, mayMerge) {
  if (!items.length) return null;
  return el("section", { class: "k-block k-alarm", "aria-label": "Doublon possible" },
    ...items.map((item) => el("p", {}, icon("content_copy"),
      el("span", {}, `Même ${item.what} ouverte avec `, el("a", { class: "k-link", href: address(item.conversation) }, item.customer),
        ` (${[item.claim, item.status].filter(Boolean).join(", ")}). `,
        mayMerge && el("button", { class: "k-link", type: "button", "data-key": `merge-${item.conversation}`, onclick: () => merge(item.conversation) }, "La même personne ?")))));
}

export function others(items, mayMerge) {
  if (!items.length) return null;
  return el("section", { class: "k-block" }, el("h2", {}, "Ses autres conversations"),
    el("ul", { class: "k-others" }, ...items.map((item) => el("li", {},
      el("a", { class: "k-link", href: address(item.conversation) }, `${item.channel} ${item.address}`),
      el("span", { class: "k-chip", "data-owner": item.owner }, item.owner_label),
      el("span", { class: "k-sub" }, moment(item.at)),
      item.was && el("span", { class: "k-sub" }, `connu avant comme « ${item.was} »`),
      mayMerge && item.merged && separator(item)))));
}
