// What the assistant would say, as a draft that says where it comes from. The agent reads, changes and sends it.

import { $, el, icon, toast } from "./dom.js";
import { selectGap } from "./canned.js";
import { post } from "./post.js";

export class Suggest {
  constructor(composer) {
    this.composer = composer;
    this.key = `console.suggestion.${composer.address}`;
    this.text = sessionStorage.getItem(this.key) ?? "";
    if (this.text && $("text").value) this.say([]); // a draft that survived a reload still says where it comes from
    else this.done();
    $("suggest").addEventListener("click", () => this.ask());
  }

  async ask() {
    if (!this.composer.mine || this.asking) return;
    this.asking = true;
    $("suggest").setAttribute("aria-busy", "true");
    try {
      const { text, warnings } = await post(`${this.composer.address}suggest/`);
      this.text = text;
      sessionStorage.setItem(this.key, text);
      this.composer.put([this.composer.draft, text].filter(Boolean).join("\n\n"));
      this.say(warnings);
      selectGap();
    } catch (refusal) {
      toast(refusal.message);
    }
    $("suggest").removeAttribute("aria-busy");
    this.asking = false;
  }

  say(warnings) {
    $("suggested").hidden = false;
    $("suggested").replaceChildren(
      icon("auto_awesome"),
      el("span", {}, el("strong", {}, "Suggestion de l'assistant"), " : relisez-la avant de l'envoyer. ", warnings.join(" ")),
      el("button", { class: "k-link", type: "button", onclick: () => this.remove() }, "Retirer"));
  }

  remove() {
    this.composer.put($("text").value.replace(this.text, "").trim());
    this.done();
  }

  /** How the reply about to leave uses the suggestion: "as_is", "edited", or "" for not at all. */
  use(draft) {
    const used = !this.text ? "" : draft === this.text.trim() ? "as_is" : "edited";
    this.done();
    return used;
  }

  done() {
    this.text = "";
    sessionStorage.removeItem(this.key);
    $("suggested").hidden = true;
  }
}
