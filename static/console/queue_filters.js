// What the queue shows: kept in the page's address, so that back and reload keep it.
//
// Filtering is done here and not on the server: every row is here for the sound and the title anyway, each tab's count is
// right at once, and one frame of the server serves all pages. Resolved cases are many and still: those the server filters.

import { now } from "./time.js";

const KEPT = "console.queue";
export const PLAIN = ["brand", "channel", "kind", "pair", "label", "team", "agent", "due"];
const SOON = 5 * 60_000; // as the live board has it
const NAMES = ["who", "status", "waiting", ...PLAIN];
export const ALL = { who: "all", status: "open" };

/** The filters of an address; null when it has none. */
function fromAddress(search) {
  const asked = new URLSearchParams(search);
  const filters = Object.fromEntries(NAMES.filter((name) => asked.get(name)).map((name) => [name, asked.get(name)]));
  return Object.keys(filters).length ? { ...ALL, ...filters } : null;
}

export function toAddress(filters) {
  return `?${new URLSearchParams(NAMES.filter((name) => filters[name]).map((name) => [name, filters[name]]))}`;
}

/** The address first, then what this tab last showed, then the view that opens first. */
export function atOpening(views) {
  const first = views.find((view) => view.first);
  return fromAddress(location.search) ?? fromAddress(sessionStorage.getItem(KEPT) ?? "") ?? { ...ALL, ...first?.filters };
}

export function keep(filters) {
  history.replaceState(null, "", toAddress(filters));
  sessionStorage.setItem(KEPT, toAddress(filters));
}

export const same = (a, b) => toAddress({ ...ALL, ...a }) === toAddress({ ...ALL, ...b });
export const isPlain = (filters) => !filters.waiting && PLAIN.every((name) => !filters[name]);

/** Whether a row passes; `but` overrides filters, to count what another tab would show. */
export function passes(row, filters, me, but = {}) {
  const wanted = { ...filters, ...but };
  if (row.status !== wanted.status) return false;
  if (wanted.who === "mine" && row.agent?.id !== me) return false;
  if (wanted.who === "unassigned" && row.agent) return false;
  if (wanted.waiting && !row.waits) return false;
  return PLAIN.every((name) => !wanted[name] || has(row, name, wanted[name]));
}

function has(row, name, value) {
  if (name === "label") return row.labels.some((label) => String(label.id) === value);
  if (name === "team") return String(row.team?.id) === value;
  if (name === "agent") return String(row.agent?.id) === value;
  if (name === "due") return isDue(row, value);
  return row[name] === value;
}

function isDue(row, when) {
  const left = row.due ? Date.parse(row.due) - now() : Infinity;
  return when === "late" ? left < 0 : left >= 0 && left < SOON;
}
