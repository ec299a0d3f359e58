// Choosing rows, and doing one thing to all that are chosen; each case has its own outcome.

import { $, el, toast, write } from "./dom.js";
import { openMenu, snoozeEntries } from "./queue_menu.js";
import { post } from "./post.js";

const STATES = [{ id: "open", name: "Ouverte" }, { id: "pending", name: "En attente du client" }];

export class Bulk {
  /** `confirmed(title, text, verb)` asks first; `finished()` is called when the list may move. */
  constructor(address, choices, list, { confirmed, finished }) {
    this.address = address;
    this.list = list;
    this.confirmed = confirmed;
    this.finished = finished;
    this.chosen = new Set();
    this.last = null;
    this.busy = false;
    $("choose-all").addEventListener("click", () => this.chooseAll($("choose-all").checked));
    $("outcome-close").addEventListener("click", () => { $("outcome").hidden = true; });
    if (choices.may_act) this.bar(choices);
  }

  bar(choices) {
    const button = (title, act) => el("button", { type: "button", class: "k-button", onclick: act }, title);
    // A menu, not a select: an arrow key on a closed select chooses at once, and here that would act on all.
    const menu = (title, ...groups) => groups.some((group) => group.length) &&
      button(title, (event) => openMenu(event.currentTarget, groups.flat()));
    const items = (named, body) => named.map((item) => [item.name, () => this.act([...this.chosen], body(item.id))]);
    const titled = (title, entries) => (entries.length ? [title, ...entries] : []);
    $("bulk-acts").append(...[
      button("Prendre", () => this.act([...this.chosen], { act: "take" })),
      choices.may_assign && menu("Confier à…",
        titled("Équipes", items(choices.team, (team) => ({ act: "assign", team }))),
        titled("Collègues", items(choices.agent, (to) => ({ act: "assign", to })))),
      menu("Étiquette…", items(choices.label, (label) => ({ act: "label", label }))),
      menu("Priorité…", items(choices.priority, (priority) => ({ act: "priority", priority }))),
      menu("État…", items(STATES, (status) => ({ act: "status", status }))),
      button("Veille…", (event) => openMenu(event.currentTarget, snoozeEntries((until) => this.snooze([...this.chosen], until)))),
      button("Terminer", () => this.close([...this.chosen])),
    ].filter(Boolean));
    $("bulk-clear").addEventListener("click", () => this.chooseAll(false));
  }

  choose(id, event) {
    const on = !this.chosen.has(id);
    const ids = this.list.shown().map((node) => node.dataset.id);
    const [from, to] = [ids.indexOf(this.last), ids.indexOf(id)].sort((a, b) => a - b);
    const range = event?.shiftKey && from >= 0 ? ids.slice(from, to + 1) : [id];
    range.forEach((each) => (on ? this.chosen.add(each) : this.chosen.delete(each)));
    this.last = id;
    this.draw();
  }

  chooseAll(on) {
    this.chosen = new Set(on ? this.list.shown().map((node) => node.dataset.id) : []);
    this.draw();
  }

  /** What is no longer shown is no longer chosen. */
  draw() {
    const nodes = this.list.shown();
    const ids = new Set(nodes.map((node) => node.dataset.id));
    for (const id of this.chosen) if (!ids.has(id)) this.chosen.delete(id);
    for (const node of nodes) {
      const on = this.chosen.has(node.dataset.id);
      node.classList.toggle("q-chosen", on);
      const box = node.querySelector(".q-choose");
      if (box) box.checked = on;
    }
    const count = this.chosen.size;
    $("bulk").hidden = !count;
    write($("bulk-count"), count === 1 ? "1 choisie" : `${count} choisies`);
    $("choose-all").checked = count > 0 && count === nodes.length;
    $("choose-all").indeterminate = count > 0 && count < nodes.length;
  }

  snooze(ids, until) {
    return this.act(ids, { act: "snooze", status: "snoozed", until });
  }

  async close(ids) {
    const many = ids.length > 1 ? `Terminer ${ids.length} conversations ?` : "Terminer la conversation ?";
    if (await this.confirmed(many, "Seules celles que vous avez prises se terminent. Le client peut toujours écrire à nouveau.", "Terminer")) {
      await this.act(ids, { act: "close" });
    }
  }

  async act(ids, body) {
    if (!ids.length || this.busy) return;
    this.busy = true;
    $("bulk").classList.add("q-busy");
    try {
      const { refused, text, done } = await post(this.address, { ids, ...body });
      done.forEach((id) => this.chosen.delete(id)); // what was refused stays chosen, to try something else
      this.tell(text, refused.length > 0);
    } catch (refusal) {
      toast(refusal.message);
    } finally {
      this.busy = false;
      $("bulk").classList.remove("q-busy");
      this.finished();
      this.draw();
    }
  }

  /** An outcome with refusals stays until it is read. */
  tell(text, refusals) {
    $("outcome").hidden = !refusals;
    if (refusals) write($("outcome-text"), text);
    else toast(text);
  }
}
