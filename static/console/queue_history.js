// Resolved cases, read page by page.

import { get } from "./get.js";
import { toAddress } from "./queue_filters.js";

export class History {
  /** `draw()` is called whenever what is known has changed. */
  constructor(address, draw) {
    this.address = address;
    this.draw = draw;
    this.forget();
  }

  forget() {
    this.rows = [];
    this.asked = null; // the filters it holds the answer to
    this.more = this.loading = false;
    this.failure = "";
  }

  show(filters) {
    const asked = toAddress(filters);
    if (asked === this.asked) return;
    this.forget();
    this.asked = asked;
    this.load();
  }

  async load() {
    const { asked, rows } = this;
    const before = rows.length ? `&before=${rows.at(-1).case}` : "";
    this.loading = true;
    this.failure = "";
    this.draw();
    try {
      const page = await get(`${this.address}${asked}${before}`);
      if (asked !== this.asked) return; // somebody has asked for something else meanwhile
      this.rows = [...rows, ...page.rows];
      this.more = page.more;
    } catch (refusal) {
      if (asked !== this.asked) return;
      this.failure = refusal.message;
    }
    this.loading = false;
    this.draw();
  }
}
