// Completing @names while one writes a note: a list under the field, arrows, Entrée or Tab to take one, Échap to leave.

import { el } from "./dom.js";

export class Mentions {
  /** `people()` resolves to [{username, name}]. */
  constructor(field, list, people) {
    this.field = field;
    this.list = list;
    this.people = people;
    this.found = [];
    this.at = 0;
    field.addEventListener("input", () => this.look());
    field.addEventListener("click", () => this.look());
    field.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    field.addEventListener("keydown", (event) => this.key(event), true);
  }

  /** The @word before the caret, without its @; null when there is none. */
  word() {
    return /(?:^|[^\w@.])@([\w.+-]*)$/.exec(this.field.value.slice(0, this.field.selectionStart))?.[1].toLowerCase() ?? null;
  }

  async look() {
    const word = this.word();
    if (word === null) return this.close();
    const people = await this.people();
    if (this.word() !== word) return;
    this.found = people.filter((one) => one.username.toLowerCase().startsWith(word) || one.name.toLowerCase().startsWith(word)).slice(0, 6);
    this.at = 0;
    this.draw();
  }

  draw() {
    this.list.hidden = this.found.length === 0;
    this.list.replaceChildren(...this.found.map((one, place) => el("li", {
      role: "option", id: `mention-${place}`, "aria-selected": String(place === this.at),
      onmousedown: (event) => { event.preventDefault(); this.take(one); },
    }, el("strong", {}, `@${one.username}`), ` ${one.name}`)));
    if (this.found.length) this.field.setAttribute("aria-activedescendant", `mention-${this.at}`);
    else this.field.removeAttribute("aria-activedescendant");
  }

  close() {
    this.found = [];
    this.draw();
  }

  key(event) {
    if (!this.found.length || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.at = (this.at + step + this.found.length) % this.found.length;
    else if (event.key === "Enter" || event.key === "Tab") this.take(this.found[this.at]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.draw();
  }

  take(one) {
    const end = this.field.selectionStart;
    const start = end - this.word().length;
    this.field.setRangeText(`${one.username} `, start, end, "end");
    this.close();
    this.field.focus();
  }
}
