// The rows that the filters let through, in order, in their sections; never moving under somebody's pointer.

import { $, el, write } from "./dom.js";
import { COLUMNS, fill, newRow, tick } from "./queue_row.js";

const STILL = 6_000; // a pointer that has not moved for so long is not reading
const STEP = 200; // rows drawn at first, and more on demand

const sectionOf = (row) => (row.status === "resolved" ? "history" : !row.agent ? "waiting" : "given");
const byUrgency = (a, b) => a.priority - b.priority || order(a).localeCompare(order(b)) || a.id.localeCompare(b.id);
const order = (row) => row.due ?? row.since ?? "9";

export class List {
  /** `does` is what rows can be asked; `redraw()` is called when the list may move again. */
  constructor(does, redraw) {
    this.does = does;
    this.nodes = new Map(); // key → its <tr>
    this.rows = new Map(); // key → the row it shows
    this.limit = STEP;
    this.heldUntil = 0;
    this.late = 0; // rows that wait for the list to be free
    const hold = (event) => { if (event.pointerType === "mouse") this.heldUntil = Date.now() + STILL; };
    $("queue").addEventListener("pointermove", hold, { passive: true });
    $("queue").addEventListener("pointerleave", () => this.release(redraw));
    $("arrived").addEventListener("click", () => this.release(redraw));
    $("more").addEventListener("click", () => { this.limit += STEP; this.release(redraw); });
    setInterval(() => this.late && !this.held && this.release(redraw), 1000);
  }

  get held() {
    return Date.now() < this.heldUntil;
  }

  release(redraw) {
    this.heldUntil = 0;
    redraw();
  }

  /** Shows `rows` in their sections. While held, what is there changes in place, and what comes or goes waits. */
  draw(rows, me, { animate = true, sectioned = true, force = false } = {}) {
    const sorted = rows[0]?.status === "resolved" ? rows : [...rows].sort(byUrgency);
    const wanted = new Map(sorted.slice(0, this.limit).map((row) => [keyOf(row), row]));
    const still = this.held && !force;
    this.late = still ? [...wanted.keys()].filter((key) => !this.nodes.has(key)).length : 0;
    let leaving = 0;
    for (const [key, node] of this.nodes) {
      node.classList.toggle("q-left", still && !wanted.has(key));
      leaving += still && !wanted.has(key);
      if (!still && !wanted.has(key)) this.drop(key, node);
    }
    if (still && leaving && !this.late) this.late = leaving; // looked at again once the list is free
    const focused = document.activeElement;
    for (const body of document.querySelectorAll("tbody[data-section]")) this.section(body, wanted, me, { animate, sectioned, still });
    if (focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
    const arrived = still ? [...wanted.keys()].filter((key) => !this.nodes.has(key)).length : 0;
    $("arrived").hidden = !arrived;
    write($("arrived"), arrived === 1 ? "1 nouvelle ↑" : `${arrived} nouvelles ↑`);
    $("more").hidden = sorted.length <= this.limit;
    write($("more"), `Montrer la suite (${sorted.length - this.limit})`);
    this.tick();
  }

  drop(key, node) {
    node.remove();
    this.nodes.delete(key);
    this.rows.delete(key);
  }

  section(body, wanted, me, { animate, sectioned, still }) {
    const { section, title, empty } = body.dataset;
    const own = [...wanted].filter(([, row]) => place(row, me) === section);
    const head = body.querySelector(".k-section") ?? body.appendChild(sectionHead(title));
    write(head.querySelector(".k-badge"), String(own.length));
    head.hidden = !sectioned || section === "history";
    const blank = body.querySelector(".k-empty") ?? body.appendChild(emptyRow(empty));
    blank.hidden = !sectioned || own.length > 0 || section === "history";
    let previous = blank;
    for (const [key, row] of own) {
      const node = this.nodes.get(key) ?? (still ? null : this.make(key, row, animate));
      if (!node) continue;
      this.rows.set(key, row);
      fill(node, row, me, this.does);
      if (still) continue;
      if (previous.nextSibling !== node) previous.after(node);
      previous = node;
    }
  }

  make(key, row, animate) {
    const node = newRow(row, animate, this.does);
    this.nodes.set(key, node);
    return node;
  }

  tick() {
    for (const [key, node] of this.nodes) tick(node, this.rows.get(key));
  }

  /** Rows as they stand on the screen, from top to bottom. */
  shown() {
    return [...document.querySelectorAll("#queue .k-row:not(.q-left)")];
  }

  /** The row that has the keyboard, if any. */
  current() {
    return document.activeElement?.closest?.(".k-row");
  }

  move(step) {
    const links = this.shown().map((node) => node.querySelector(".k-open"));
    if (!links.length) return;
    const at = links.indexOf(this.current()?.querySelector(".k-open"));
    const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step));
    links[next].focus();
    links[next].closest("tr").scrollIntoView({ block: "nearest" });
  }
}

/** A conversation has one open case, but may have been resolved more than once. */
const keyOf = (row) => (row.status === "resolved" ? row.case : row.id);
const place = (row, me) => (sectionOf(row) === "given" ? (row.agent.id === me ? "mine" : "others") : sectionOf(row));

const sectionHead = (title) =>
  el("tr", { class: "k-section" },
    el("th", { colSpan: COLUMNS, scope: "rowgroup" }, title, " ", el("span", { class: "k-badge" }, "0")));

const emptyRow = (text) => el("tr", { class: "k-empty" }, el("td", { colSpan: COLUMNS }, text));
