// The bar of filters: whose, in what state, and what else; each tab with its count.

import { $, el, write } from "./dom.js";
import { ALL, isPlain, passes, PLAIN } from "./queue_filters.js";

const WHO = [["all", "Toutes"], ["mine", "Les miennes"], ["unassigned", "Non attribuées"]];
const STATUS = [["open", "Ouvertes"], ["pending", "En attente du client"], ["snoozed", "En veille"], ["resolved", "Résolues"]];
const TITLES = { brand: "Marque", channel: "Canal", kind: "Nature", pair: "Opérateurs", label: "Étiquette", team: "Équipe", agent: "Conseiller", due: "Délai" };
const DUE = [["late", "Délai dépassé"], ["soon", "Délai dans moins de 5 min"]];
export const pairName = (pair) => pair.replace(">", " → ");

export class Bar {
  /** `changed(filters)` is called with the filters somebody chose. */
  constructor(choices, changed) {
    this.changed = changed;
    this.tabs = [
      ...WHO.map(([value, title]) => this.tab("who", value, title)),
      ...STATUS.map(([value, title]) => this.tab("status", value, title)),
    ];
    this.selects = PLAIN.filter((name) => options(choices, name).length > (name === "brand" ? 1 : 0)).map((name) => this.select(name, choices));
    $("only-waiting").addEventListener("click", () => this.set({ waiting: this.filters.waiting ? "" : "1" }));
    $("clear-filters").addEventListener("click", () => this.changed({ ...ALL, who: this.filters.who, status: this.filters.status }));
  }

  set(part) {
    this.changed({ ...this.filters, ...part });
  }

  tab(name, value, title) {
    const node = el("button", { type: "button", class: "q-tab", onclick: () => this.set({ [name]: value }) },
      el("span", {}, title), el("span", { class: "q-count" }));
    $(`${name}-tabs`).append(node);
    return { node, name, value };
  }

  select(name, choices) {
    const node = el("select", { class: "q-select", "aria-label": TITLES[name], onchange: () => this.set({ [name]: node.value }) },
      el("option", { value: "" }, TITLES[name]), options(choices, name).map(([value, title]) => el("option", { value }, title)));
    $("selects").append(node);
    return { node, name };
  }

  draw(filters, rows, me) {
    this.filters = filters;
    for (const { node, name, value } of this.tabs) {
      node.setAttribute("aria-pressed", String(filters[name] === value));
      const resolved = filters.status === "resolved";
      // Resolved cases are not counted: there is no end of them.
      const counted = value !== "resolved" && !(name === "who" && resolved);
      write(node.lastChild, counted ? String(count(rows, filters, me, { [name]: value })) : "");
      node.disabled = resolved && value === "unassigned";
    }
    for (const { node, name } of this.selects) {
      const wanted = filters[name] ?? "";
      if (wanted && ![...node.options].some((option) => option.value === wanted)) node.append(el("option", { value: wanted }, pairName(wanted)));
      node.value = wanted;
      node.classList.toggle("q-on", Boolean(wanted));
      node.hidden = name === "due" && !wanted; // the live board leads here with it; else the bar has no room for it
    }
    $("only-waiting").setAttribute("aria-pressed", String(Boolean(filters.waiting)));
    $("only-waiting").hidden = filters.status === "resolved";
    write($("only-waiting").lastElementChild, String(count(rows, filters, me, { waiting: "1" })));
    $("clear-filters").hidden = isPlain(filters);
  }
}

const count = (rows, filters, me, but) => rows.reduce((sum, row) => sum + passes(row, filters, me, but), 0);

function options(choices, name) {
  if (name === "due") return DUE;
  if (name === "brand") return choices.brand.map((brand) => [brand, brand]);
  if (name === "pair") return choices.pair.map((pair) => [pair, pairName(pair)]);
  return choices[name].map((each) => [String(each.id), each.name]);
}
