// Labels of a conversation: chips that come off, a small menu to put one on, and to make one for those who may.

import { $, el, icon, toast } from "./dom.js";
import { post } from "./post.js";

export class Labels {
  /** `aids()` resolves to {labels, colours, may_create}, read anew when the menu opens. */
  constructor(address, aids) {
    this.address = address;
    this.aids = aids;
    this.labels = [];
    $("labels-add").addEventListener("click", () => this.toggle());
    $("labels-menu").addEventListener("keydown", (event) => { if (event.key === "Escape") this.toggle(false); });
    document.addEventListener("click", (event) => { if (!$("labels").contains(event.target)) this.toggle(false); });
  }

  draw(data) {
    this.labels = data.labels;
    $("labels-add").hidden = !data.may_act;
    $("labels").hidden = !data.may_act && !data.labels.length;
    $("labels-on").replaceChildren(...data.labels.map((label) => el("li", { class: "k-label", "data-colour": label.colour }, label.name,
      data.may_act && el("button", {
        type: "button", "aria-label": `Retirer l'étiquette ${label.name}`, onclick: () => this.change({ remove: label.id }),
      }, icon("close")))));
  }

  async toggle(open = $("labels-menu").hidden) {
    if ($("labels-menu").hidden === !open) return;
    const inside = $("labels-menu").contains(document.activeElement); // else somebody has gone on to something else
    $("labels-menu").hidden = !open;
    $("labels-add").setAttribute("aria-expanded", String(open));
    if (!open) return inside && $("labels-add").focus();
    try {
      this.fill(await this.aids());
    } catch (refusal) {
      toast(refusal.message);
    }
  }

  fill({ labels, colours, may_create: mayCreate }) {
    const on = new Set(this.labels.map((label) => label.id));
    const free = labels.filter((label) => !on.has(label.id));
    const choices = free.map((label) => el("li", {}, el("button", {
      type: "button", class: "k-label", "data-colour": label.colour, onclick: () => this.change({ add: label.id }),
    }, label.name)));
    const none = el("p", { class: "k-sub" }, labels.length ? "Toutes les étiquettes sont mises." : "Aucune étiquette n'existe encore.");
    $("labels-menu").replaceChildren(...[free.length ? el("ul", { class: "k-label-list" }, ...choices) : none, mayCreate && this.maker(colours)].filter(Boolean));
    $("labels-menu").querySelector("button, input")?.focus();
  }

  maker(colours) {
    const name = el("input", { type: "text", maxLength: 40, required: true, "aria-label": "Nom de la nouvelle étiquette", placeholder: "Nouvelle étiquette" });
    const colour = el("select", { "aria-label": "Couleur" }, ...colours.map((one) => el("option", { value: one.value }, one.label)));
    return el("form", {
      class: "k-label-new",
      onsubmit: (event) => { event.preventDefault(); this.change({ create: name.value, colour: colour.value }); },
    }, name, colour, el("button", { class: "k-button", type: "submit" }, "Créer"));
  }

  async change(body) {
    try {
      const answer = await post(`${this.address}labels/`, body);
      this.toggle(false);
      this.draw({ labels: answer.labels, may_act: true });
    } catch (refusal) {
      toast(refusal.message);
    }
  }
}
