// A menu that opens at a button: what can be done to a case, and until when it can sleep.

import { $, el } from "./dom.js";

const SNOOZES = [["1h", "1 heure"], ["4h", "4 heures"], ["tomorrow", "Demain 8 h"], ["monday", "Lundi 8 h"]];

/** Entries: [text, act], a string for a heading, or a node. The menu closes on a choice, Escape or a click elsewhere. */
export function openMenu(anchor, entries) {
  const menu = $("menu");
  menu.replaceChildren(...entries.map((entry) => entryNode(menu, entry)));
  menu.showPopover();
  place(menu, anchor.getBoundingClientRect());
  menu.querySelector(".q-item")?.focus();
  menu.ontoggle = (event) => event.newState === "closed" && anchor.isConnected && anchor.focus?.({ preventScroll: true });
}

/** The choices of a snooze; `snooze(until)` gets a choice or a day. */
export function snoozeEntries(snooze) {
  const day = el("input", { type: "date", class: "q-select", "aria-label": "Veille jusqu'au", min: new Date().toISOString().slice(0, 10) });
  const form = el("form", { class: "q-date", onsubmit: (event) => {
    event.preventDefault();
    if (!day.value) return day.focus();
    $("menu").hidePopover();
    snooze(day.value);
  } }, day, el("button", { type: "submit", class: "k-button" }, "8 h"));
  return ["Mettre en veille", ...SNOOZES.map(([choice, title]) => [title, () => snooze(choice)]), form];
}

function entryNode(menu, entry) {
  if (entry instanceof Node) return entry;
  if (typeof entry === "string") return el("p", { class: "q-heading" }, entry);
  const [text, act] = entry;
  return el("button", { type: "button", class: "q-item", onclick: () => { menu.hidePopover(); act(); } }, text);
}

function place(menu, at) {
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(8, Math.min(at.right - width, innerWidth - width - 8))}px`;
  menu.style.top = `${at.bottom + height + 8 < innerHeight ? at.bottom + 4 : Math.max(8, at.top - height - 4)}px`;
}

$("menu").addEventListener("keydown", (event) => {
  if (event.target.closest("input")) return;
  const items = [...$("menu").querySelectorAll(".q-item")];
  const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
  if (step) items.at((items.indexOf(document.activeElement) + step) % items.length).focus();
  if (step || event.key.length === 1) event.preventDefault();
});
