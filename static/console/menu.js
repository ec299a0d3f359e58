// A list above the composer: found by typing, walked with the arrows, chosen with Enter. The text keeps the focus.

import { el, write } from "./dom.js";

export class Menu {
  /** `box` holds the list; `field` is the text that keeps the focus, null where the list takes it; `choose(item)` is called. */
  constructor(box, field, choose) {
    this.box = box;
    this.choose = choose;
    this.items = [];
    this.at = 0;
    this.list = el("ul", { class: "k-menu-list", id: `${box.id}-list`, role: "listbox", tabIndex: 0, "aria-label": box.dataset.label });
    this.count = el("p", { class: "k-menu-count", role: "status" });
    this.foot = el("div", { class: "k-menu-foot" });
    this.field = field ?? this.list;
    this.list.addEventListener("keydown", (event) => this.key(event));
    box.append(this.list, this.count, this.foot);
    box.addEventListener("mousedown", (event) => event.target.closest("button, input") || event.preventDefault());
    this.field.addEventListener("blur", () => setTimeout(() => this.box.contains(document.activeElement) || this.close(), 100));
  }

  get isOpen() {
    return !this.box.hidden;
  }

  /** Shows items {key, title, text, act?}; the first is current. */
  open(items, nothing) {
    this.items = items;
    this.at = 0;
    this.list.replaceChildren(...items.map((item, i) =>
      el("li", { class: "k-option", role: "option", id: `${this.list.id}-${i}`, onclick: () => this.pick(i) },
        el("span", { class: "k-option-head" }, el("strong", {}, item.key), ` ${item.title}`),
        el("span", { class: "k-option-text" }, item.text))));
    write(this.count, items.length ? `${items.length} choix · ↑ ↓ puis Entrée` : nothing);
    this.box.hidden = false;
    if (this.field === this.list) this.list.focus();
    else this.field.setAttribute("aria-controls", this.list.id);
    this.mark();
  }

  close() {
    this.box.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
    this.field.removeAttribute("aria-controls");
  }

  /** Takes a key of the text when the list is open; tells whether it did. */
  key(event) {
    if (!this.isOpen || event.ctrlKey || event.metaKey) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.items.length) {
      this.at = (this.at + step + this.items.length) % this.items.length;
      this.mark();
    } else if ((event.key === "Enter" || event.key === "Tab") && this.items.length) this.pick(this.at);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    return true;
  }

  pick(index) {
    const item = this.items[index];
    this.close();
    this.field.focus();
    this.choose(item);
  }

  mark() {
    [...this.list.children].forEach((node, i) => node.setAttribute("aria-selected", String(i === this.at)));
    const current = this.list.children[this.at];
    if (!current) return this.field.removeAttribute("aria-activedescendant");
    this.field.setAttribute("aria-activedescendant", current.id);
    current.scrollIntoView({ block: "nearest" });
  }
}

/** « Réclamé » is found by « recl ». */
export const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
