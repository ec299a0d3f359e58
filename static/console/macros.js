// Macros: several acts under one choice. A reply that lacks a fact comes into the composer first, and nothing is done.

import { $, toast } from "./dom.js";
import { selectGap } from "./canned.js";
import { Menu } from "./menu.js";
import { post } from "./post.js";

export class Macros {
  constructor(composer) {
    this.composer = composer;
    this.menu = new Menu($("macros"), null, (item) => this.run(item));
    this.unfinished = ""; // the macro whose reply the agent is completing
    $("open-macros").addEventListener("click", () => (this.menu.isOpen ? this.menu.close() : this.open()));
  }

  async open() {
    if (!this.composer.mine) return;
    try {
      const { macros } = await this.composer.canned.load();
      this.menu.open(macros.map((macro) => ({ key: macro.name, title: "", text: macro.steps.join(" · ") })), "Aucune macro.");
    } catch (refusal) {
      toast(refusal.message);
    }
  }

  async run({ key: name }) {
    $("text").focus();
    const own = this.unfinished === name ? this.composer.draft : "";
    if (!own && this.composer.draft) return toast("Envoyez ou effacez votre brouillon avant de lancer une macro.");
    try {
      const { done } = await post(`${this.composer.address}macro/`, { name, text: own, client_id: crypto.randomUUID() });
      if (own) this.composer.clear();
      this.unfinished = "";
      toast(`${name} : ${done.join(", ")}.`);
    } catch (refusal) {
      if (refusal.body?.code === "gap") {
        this.unfinished = name;
        this.composer.put(refusal.body.text);
        selectGap();
      }
      toast(refusal.message);
    }
  }
}
