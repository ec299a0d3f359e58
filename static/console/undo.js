// Five seconds to think again. The server keeps the reply and lets it go: closing the tab loses nothing.

import { $, el, icon, toast, write } from "./dom.js";
import { post } from "./post.js";
import { now } from "./time.js";

const GONE_AFTER = 5000;

export class Undo {
  constructor(composer) {
    this.composer = composer;
    this.clocks = new Map(); // client id → {text, button}
    document.addEventListener("keydown", (event) => this.key(event));
    $("messages").addEventListener("click", (event) => this.act(event.target.closest("[data-act]")));
  }

  /** What stands under a reply that the server keeps: the seconds left and the way back. */
  meta(entry) {
    const text = el("span", {});
    const button = el("button", { class: "k-link", type: "button", onclick: () => this.back(entry) }, "Annuler (Ctrl+Z)");
    this.clocks.set(entry.clientId, { text, button, entry });
    this.tick();
    const first = entry.template && entry.text && el("span", {}, "Modèle d'abord ·");
    return [first, text, button].filter(Boolean);
  }

  tick() {
    for (const [clientId, { text, button, entry }] of this.clocks) {
      const left = Math.ceil((Date.parse(entry.due) - now()) / 1000);
      write(text, left > 0 ? `Envoi dans ${left} s ·` : "Envoi…");
      button.hidden = left <= 0;
      if (!this.composer.outbox.includes(entry)) this.clocks.delete(clientId);
    }
    this.composer.outbox
      .filter((entry) => entry.goneAt && Date.now() - entry.goneAt > GONE_AFTER)
      .forEach((entry) => this.composer.forget(entry.clientId)); // undone on another screen
  }

  /** The server's own list: what it keeps is shown here too, also after a reload; what it refused says why. */
  sync(kept) {
    const { composer } = this;
    for (const each of kept) {
      let entry = composer.outbox.find((one) => one.clientId === each.client_id);
      if (!entry) {
        entry = { clientId: each.client_id, text: each.text, files: each.files, template: each.template, sent: true };
        composer.outbox.push(entry);
      }
      const before = `${entry.due} ${entry.why}`;
      Object.assign(entry, { due: each.due, sent: true, seen: true });
      if (each.refused) Object.assign(entry, { why: each.refused, refused: true, kept: true });
      if (before !== `${entry.due} ${entry.why}` || !this.clocks.has(entry.clientId)) composer.show(entry);
    }
    const names = new Set(kept.map((each) => each.client_id));
    composer.outbox
      .filter((entry) => entry.seen && !names.has(entry.clientId) && !entry.kept)
      .forEach((entry) => { entry.goneAt ??= Date.now(); });
  }

  /** Takes a reply back into the composer; when it has left, says so. */
  async back(entry) {
    try {
      await post(`${this.composer.address}undo/`, { client_id: entry.clientId });
    } catch (refusal) {
      toast(refusal.message);
      return;
    }
    this.composer.restore(entry);
  }

  key(event) {
    const box = $("text");
    if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey) return;
    if (event.target.closest("input, textarea, select") && (event.target !== box || box.value)) return;
    const entry = this.composer.outbox.findLast((one) => one.due && !one.why && Date.parse(one.due) > now());
    if (!entry) return;
    event.preventDefault();
    this.back(entry);
  }

  async act(button) {
    if (!button || button.disabled) return;
    button.disabled = true;
    try {
      await post(`${this.composer.address}${button.dataset.act}/`, { message: button.dataset.message });
      if (button.dataset.act === "again") toast("Renvoyé comme nouveau message.");
    } catch (refusal) {
      toast(refusal.message);
    }
    button.disabled = false;
  }
}

/** What can be done about a reply of ours that did not arrive or is held. */
export function messageActs({ id, author, delivery }) {
  const act = (name, label, sign) =>
    el("button", { class: "k-link k-act", type: "button", "data-act": name, "data-message": id }, icon(sign), label);
  if (delivery?.again) return [act("again", "Réessayer", "refresh")];
  if (author === "agent" && delivery?.state === "held") return [act("cancel", "Annuler cet envoi", "undo")];
  return [];
}
