// Internal notes: written in a field that cannot be taken for the reply's, shown in yellow among the messages by time.

import { $, el, icon, write } from "./dom.js";
import { Mentions } from "./mentions.js";
import { post } from "./post.js";
import { moment } from "./time.js";

const MAXIMUM = 4000;

export class Notes {
  /** `address` is the case's own; `people()` resolves to those who can be mentioned. */
  constructor(address, name, people) {
    this.address = address;
    this.draftKey = `console.note.${name}`;
    this.shown = new Map(); // note id → {node, note}
    this.clientId = null;
    this.older = false;
    $("note-text").value = sessionStorage.getItem(this.draftKey) ?? "";
    $("note-text").addEventListener("input", () => this.changed());
    $("note-text").addEventListener("keydown", (event) => this.key(event));
    $("note-form").addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    $("tab-reply").addEventListener("click", () => this.choose(false));
    $("tab-note").addEventListener("click", () => this.choose(true));
    $("composer-tabs").addEventListener("keydown", (event) => this.arrows(event));
    new Mentions($("note-text"), $("mentions"), people);
    this.choose(false, false);
    this.fit();
  }

  allow(data) {
    $("composer-tabs").hidden = !data.may_act;
    if (!data.may_act) this.choose(false, false);
  }

  /** Shows the note's field, or the reply's. */
  choose(note, focus = true) {
    for (const [id, on] of [["tab-note", note], ["tab-reply", !note]]) {
      $(id).setAttribute("aria-selected", String(on));
      $(id).tabIndex = on ? 0 : -1;
    }
    $("note-form").hidden = !note;
    $("composer").hidden = note;
    if (focus) $(note ? "note-text" : "text").focus();
  }

  arrows(event) {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const note = $("tab-note").getAttribute("aria-selected") !== "true";
    this.choose(note, false);
    $(note ? "tab-note" : "tab-reply").focus();
  }

  changed() {
    sessionStorage.setItem(this.draftKey, $("note-text").value);
    this.clientId = null; // other words are another note
    this.fit();
  }

  fit() {
    const length = [...$("note-text").value].length;
    write($("note-length"), length > MAXIMUM * 0.8 ? `${length} / ${MAXIMUM}` : "");
    $("note-send").disabled = !$("note-text").value.trim() || Boolean(this.sending);
  }

  key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape" && !event.defaultPrevented) this.choose(false);
  }

  async submit() {
    const text = $("note-text").value.trim();
    if (!text || this.sending) return;
    this.clientId ??= crypto.randomUUID();
    this.sending = true;
    this.fit();
    write($("note-hint"), "Enregistrement…");
    try {
      const note = await post(`${this.address}note/`, { text, client_id: this.clientId });
      if ($("note-text").value.trim() === text) $("note-text").value = "";
      write($("note-hint"), note.mentions.length ? `Note ajoutée ; prévenus : ${note.mentions.join(", ")}.` : "Note ajoutée.");
      this.changed();
      this.show([note]);
      this.shown.get(note.id).node.scrollIntoView({ block: "nearest" });
    } catch (refusal) {
      write($("note-hint"), `Pas enregistrée : ${refusal.message}`);
    }
    this.sending = false;
    this.fit();
  }

  show(notes) {
    for (const note of notes) {
      this.shown.get(note.id)?.node.remove();
      this.shown.set(note.id, { node: bubble(note), note });
    }
    this.arrange(this.older);
  }

  /** Puts every note where its time belongs; those older than the messages shown wait for them. */
  arrange(older) {
    this.older = older;
    const list = $("messages");
    const bubbles = [...list.querySelectorAll(".k-message[data-seq]")].map((node) => ({ node, at: Date.parse(node.querySelector("time").dateTime) }));
    const inOrder = [...this.shown.values()].sort((a, b) => Date.parse(a.note.at) - Date.parse(b.note.at));
    for (const { node, note } of inOrder) {
      const at = Date.parse(note.at);
      node.hidden = older && bubbles.length > 0 && at < bubbles[0].at;
      const later = bubbles.find((one) => one.at > at)?.node ?? list.querySelector(".k-provisional");
      if (node.parentNode !== list || node.nextElementSibling !== later) list.insertBefore(node, later);
    }
  }
}

const bubble = (note) =>
  el("li", { class: "k-note-item", "data-note": note.id },
    el("div", { class: "k-note-bubble" },
      el("p", { class: "k-note-head" }, icon("lock"), el("span", {}, `Note interne de ${note.author}`), el("time", { dateTime: note.at }, moment(note.at))),
      el("p", { class: "k-text", dir: "auto" }, ...marked(note))));

/** The words of a note, those mentioned set apart. */
function marked({ text, mentions }) {
  const names = new Set(mentions.map((name) => name.toLowerCase()));
  return text.split(/(@[\w.+-]+)/).map((part) => {
    const name = part.slice(1).replace(/[.+-]+$/, "").toLowerCase();
    return part.startsWith("@") && names.has(name) ? el("span", { class: "k-mention" }, part) : part;
  });
}
