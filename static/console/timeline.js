// « Tout ce qui s'est passé »: acts, claims, notes and troubles of a case, newest first, a page at a time.

import { $, el, icon } from "./dom.js";
import { get } from "./get.js";
import { moment } from "./time.js";
import { seek } from "./why.js";

const ICONS = { act: "person", escalation: "support_agent", claim: "folder", note: "lock", trouble: "error", satisfaction: "star", start: "waving_hand" };

export class Timeline {
  /** `token()` is what shows whole numbers, or null. */
  constructor(address, token) {
    this.address = `${address}timeline/`;
    this.token = token;
  }

  get visible() {
    return !$("timeline").hidden;
  }

  /** Reads the newest page anew; while it is not on screen nothing is asked. */
  refresh() {
    if (!this.visible) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), 300);
  }

  async load(before = null) {
    const list = $("timeline-list");
    try {
      const page = await get(before ? `${this.address}?before=${encodeURIComponent(before)}` : this.address, this.token());
      const items = page.entries.map(line);
      if (before) list.append(...items);
      else list.replaceChildren(...items);
      $("timeline-more").hidden = !page.before;
      $("timeline-more").onclick = () => this.load(page.before);
      $("timeline-note").hidden = true;
    } catch (refusal) {
      $("timeline-note").textContent = refusal.message;
      $("timeline-note").hidden = false;
    }
  }
}

const line = (entry) =>
  el("li", { class: "k-event", "data-kind": entry.kind },
    icon(ICONS[entry.kind] ?? "circle"),
    el("div", {},
      el("p", { class: "k-event-text" }, el("strong", {}, entry.who), ` ${entry.text}`),
      el("p", { class: "k-sub" }, el("time", { dateTime: entry.at }, moment(entry.at)),
        entry.seq && el("button", { class: "k-link", type: "button", onclick: () => seek(entry.seq) }, "voir le message"))));
