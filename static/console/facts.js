// One fact of a case: value, where it comes from, how far to trust it, what it was before, and a field to correct it.

import { $, el, icon, toast } from "./dom.js";
import { post } from "./post.js";
import { moment } from "./time.js";
import { seek } from "./why.js";

const opened = new Set(); // histories left open, by key: the card is drawn anew under the reader's eyes
let editing = null;
let closed = () => {};

/** Whether a fact is being corrected: the card then waits. `then` is called when it no longer is. */
export function isEditing(then) {
  closed = then;
  return editing !== null && editing.isConnected;
}

/** A fact as dt and dd; `where` says what it belongs to ({claim} or {case}), `mayEdit` whether it can be corrected. */
export function slot(item, where, mayEdit) {
  const key = `${where.claim ?? where.case} ${item.name}`;
  const cell = el("dd", { class: item.value ? "" : "k-lacking" });
  cell.append(...content(item, where, mayEdit, key, cell));
  return [el("dt", {}, item.label), cell];
}

function content(item, where, mayEdit, key, cell) {
  const source = item.seq && el("button", {
    class: "k-link", type: "button", "data-key": `see ${key}`,
    "aria-label": `Voir le message d'où vient « ${item.label} »`, onclick: () => seek(item.seq),
  }, "voir");
  const edit = mayEdit && item.editable && el("button", {
    class: "k-link k-edit", type: "button", "data-key": `edit ${key}`, title: item.value ? "Corriger" : "Renseigner",
    "aria-label": `${item.value ? "Corriger" : "Renseigner"} « ${item.label} »`, onclick: () => correct(item, where, cell),
  }, icon("edit"), item.value ? null : "Renseigner");
  return [
    el("span", { class: "k-value" }, item.value || "manque", item.value && edit),
    el("span", { class: "k-sub" },
      item.validity && el("span", { class: item.doubtful ? "k-doubt" : "k-sure" }, icon(item.doubtful ? "help" : "check"), item.validity),
      item.at && el("span", {}, "il y a ", el("span", { "data-since": item.at })),
      item.source && el("span", {}, item.source), source, !item.value && edit),
    item.history.length > 0 && history(item, key),
  ].filter(Boolean);
}

const history = (item, key) =>
  el("details", {
    class: "k-past", open: opened.has(key),
    ontoggle: (event) => (event.target.open ? opened.add(key) : opened.delete(key)),
  },
  el("summary", {}, `Historique (${item.history.length})`),
  el("ul", {}, ...item.history.map((change) => el("li", {},
    el("span", {}, change.before || "vide"), " → ", el("strong", {}, change.after),
    `, par ${change.by}, ${moment(change.at)}`))));

function correct(item, where, cell) {
  if (editing?.isConnected) return editing.querySelector("input").focus();
  const before = [...cell.childNodes];
  const masked = item.value.includes("•");
  const field = el("input", {
    type: "text", maxLength: 200, required: true, value: masked ? "" : item.value, placeholder: masked ? item.value : "",
    "aria-label": `Nouvelle valeur de « ${item.label} »`, "aria-describedby": "fact-error",
  });
  const fault = el("p", { class: "k-fault", id: "fact-error", role: "alert" });
  const save = el("button", { class: "k-button k-primary", type: "submit" }, "Enregistrer");
  const leave = () => {
    editing = null;
    cell.replaceChildren(...before);
    cell.querySelector(".k-edit")?.focus();
    closed();
  };
  editing = el("form", {
    class: "k-fact-form",
    onkeydown: (event) => { if (event.key === "Escape") leave(); },
    onsubmit: async (event) => {
      event.preventDefault();
      save.disabled = true;
      try {
        await post(`${$("console").dataset.caseUrl}correct/`, { ...where, slot: item.name, value: field.value });
        toast(`« ${item.label} » est enregistré.`);
        leave();
      } catch (refusal) {
        fault.textContent = refusal.message;
        save.disabled = false;
        field.focus();
      }
    },
  }, field, fault, el("div", { class: "k-fact-foot" }, el("button", { class: "k-button", type: "button", onclick: leave }, "Annuler"), save));
  cell.replaceChildren(editing);
  field.focus();
  field.select();
}
