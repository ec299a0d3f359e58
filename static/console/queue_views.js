// A person's own views of the queue, as chips.

import { $, el, icon, toast } from "./dom.js";
import { same } from "./queue_filters.js";
import { openMenu } from "./queue_menu.js";
import { post } from "./post.js";

export class Views {
  /** `apply(filters)` shows a view; `current()` gives the filters of now. */
  constructor(address, views, apply, current) {
    this.address = address;
    this.views = views;
    this.apply = apply;
    this.current = current;
    $("save-view").addEventListener("click", () => this.save());
    this.draw();
  }

  draw() {
    $("views").replaceChildren(...this.views.map((view) => this.chip(view)));
    $("save-view").hidden = this.views.some((view) => same(view.filters, this.current()));
  }

  chip(view) {
    const active = same(view.filters, this.current());
    return el("span", { class: "q-view" },
      el("button", { type: "button", class: "q-view-name", "aria-pressed": String(active), title: view.first ? "S'ouvre en premier" : "", onclick: () => this.apply(view.filters) },
        view.first && icon("home"), view.name),
      el("button", { type: "button", class: "q-view-more", "aria-haspopup": "dialog", "aria-label": `Modifier la vue ${view.name}`, onclick: (event) => this.menu(view, event.currentTarget) }, icon("expand_more")));
  }

  menu(view, anchor) {
    const at = this.views.indexOf(view);
    openMenu(anchor, [
      ["Renommer", () => this.rename(view)],
      !same(view.filters, this.current()) && ["Remplacer par les filtres actuels", () => this.send(`${view.id}/`, { filters: this.current() })],
      [view.first ? "Ne plus ouvrir en premier" : "Ouvrir en premier", () => this.send(`${view.id}/`, { first: !view.first })],
      at > 0 && ["Déplacer à gauche", () => this.reorder(at, -1)],
      at < this.views.length - 1 && ["Déplacer à droite", () => this.reorder(at, 1)],
      ["Supprimer", () => this.send(`${view.id}/delete/`, {})],
    ].filter(Boolean));
  }

  async save() {
    const name = await askName("Enregistrer cette vue", "");
    if (name) await this.send("", { name, filters: this.current() });
  }

  async rename(view) {
    const name = await askName("Renommer la vue", view.name);
    if (name && name !== view.name) await this.send(`${view.id}/`, { name });
  }

  reorder(at, step) {
    const ids = this.views.map((view) => view.id);
    ids.splice(at + step, 0, ...ids.splice(at, 1));
    return this.send("order/", { ids });
  }

  async send(path, body) {
    try {
      this.views = (await post(`${this.address}${path}`, body)).views;
      this.draw();
    } catch (refusal) {
      toast(refusal.message);
    }
  }
}

function askName(title, name) {
  const dialog = $("view-dialog");
  $("view-title").textContent = title;
  $("view-name").value = name;
  dialog.returnValue = "no";
  dialog.showModal();
  $("view-name").select();
  return new Promise((resolve) =>
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? $("view-name").value.trim() : ""), { once: true }));
}
