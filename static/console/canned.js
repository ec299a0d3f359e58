// Ready replies: « / » at the start of a line or after a space opens the list; what is typed after it finds one.

import { $, el, icon, toast } from "./dom.js";
import { Menu, plain } from "./menu.js";
import { post } from "./post.js";

const FRESH = 60_000;
const SLASH = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u;
const GAP = /\[(?:client|dossier|reference|montant|statut|agent|marque) \?\]/u;

export class Canned {
  constructor(composer) {
    this.composer = composer;
    this.menu = new Menu($("canned"), $("text"), (item) => this.insert(item));
    this.menu.foot.append(...this.keeping());
    $("text").addEventListener("input", () => this.look());
    $("open-canned").addEventListener("click", () => this.slash());
  }

  /** Replies and macros of this case, read again now and then: facts of the case move on. */
  async load() {
    if (!this.known || Date.now() - this.readAt > FRESH) {
      this.known = await post(`${this.composer.address}insertable/`);
      this.readAt = Date.now();
    }
    return this.known;
  }

  /** What stands after a slash before the caret; null where there is none. */
  wanted() {
    const before = $("text").value.slice(0, $("text").selectionStart);
    return SLASH.exec(before)?.[1] ?? null;
  }

  async look() {
    if (!this.composer.mine || this.wanted() === null) return this.menu.close();
    let replies;
    try {
      ({ replies } = await this.load());
    } catch (refusal) {
      return toast(refusal.message);
    }
    const words = this.wanted();
    if (words === null) return this.menu.close();
    this.menu.open(found(replies, words), "Aucune réponse prête. Échap pour fermer.");
  }

  insert(reply) {
    const box = $("text");
    const start = box.selectionStart - (this.wanted()?.length ?? -1) - 1;
    box.setRangeText(reply.text, Math.max(0, start), box.selectionStart, "end");
    this.composer.changed();
    selectGap();
  }

  slash() {
    const box = $("text");
    box.focus();
    const before = box.value.slice(0, box.selectionStart);
    box.setRangeText(!before || /\s$/.test(before) ? "/" : " /", box.selectionStart, box.selectionEnd, "end");
    this.composer.changed();
    this.look();
  }

  /** The foot of the list: the present draft becomes a ready reply of one's own. */
  keeping() {
    const name = el("input", { class: "k-input", type: "text", maxLength: 30, "aria-label": "Raccourci de ma réponse", placeholder: "raccourci" });
    const keep = async () => {
      const text = $("text").value.replace(SLASH, "").trim();
      if (!text || !name.value.trim()) return toast("Écrivez d'abord la réponse, puis son raccourci.");
      try {
        await post(`${this.composer.address}canned/keep/`, { shortcut: name.value, text });
      } catch (refusal) {
        return toast(refusal.message);
      }
      toast(`Gardée : /${name.value.trim().toLowerCase()}`);
      name.value = "";
      this.known = null;
      this.menu.close();
      $("text").focus();
    };
    name.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { this.menu.close(); $("text").focus(); }
      if (event.key !== "Enter") return;
      event.preventDefault();
      keep();
    });
    return [name, el("button", { class: "k-link", type: "button", onclick: keep }, icon("bookmark_add"), "Garder mon texte")];
  }
}

function found(replies, words) {
  const asked = plain(words);
  const rank = (reply) =>
    plain(reply.shortcut).startsWith(asked) ? 0 : plain(reply.title).includes(asked) ? 1 : plain(reply.text).includes(asked) ? 2 : 3;
  return replies
    .map((reply) => ({ ...reply, key: `/${reply.shortcut}`, title: reply.own ? `${reply.title} (à moi)` : reply.title, rank: rank(reply) }))
    .filter((reply) => reply.rank < 3)
    .sort((a, b) => a.rank - b.rank);
}

/** Selects the first fact that is still to be filled in; tells whether there is one. */
export function selectGap() {
  const gap = GAP.exec($("text").value);
  if (!gap) return false;
  $("text").focus();
  $("text").setSelectionRange(gap.index, gap.index + gap[0].length);
  return true;
}
