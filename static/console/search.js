// The search of the bar: a combobox over everything staff may see. "/" goes there, arrows choose, Enter opens, Esc leaves.

import { $, el, write } from "./dom.js";
import { post } from "./post.js";
import { moment } from "./time.js";

const PAUSE = 120; // milliseconds of no typing before the server is asked
const SLOW = 400; // and of waiting for it before we say so
const box = $("search");
const field = $("search-text");
const panel = $("search-panel");
const list = $("search-found");
const note = $("search-note");
let asked = 0; // every question has a number: an answer to an older one is dropped
let active = -1;
let pause;
let slow;

const options = () => [...list.children];

function show(open) {
  panel.hidden = !open;
  field.setAttribute("aria-expanded", String(open));
  if (!open) choose(-1);
}

function say(text, state = "") {
  write(note, text);
  note.hidden = !text;
  note.dataset.state = state;
}

function typed() {
  clearTimeout(pause);
  asked += 1;
  clearTimeout(slow);
  if (field.value.trim().length < 2) {
    list.replaceChildren();
    show(false);
    return;
  }
  pause = setTimeout(() => ask(), PAUSE);
}

/** Asks for the first page, or with `after` for what follows the page shown. */
async function ask(after = null) {
  clearTimeout(pause);
  clearTimeout(slow);
  const number = (asked += 1);
  slow = setTimeout(() => { say("Recherche…"); show(true); }, SLOW);
  try {
    const answer = await post(box.dataset.url, { q: field.value, after });
    if (number === asked) fill(answer, after);
  } catch (refusal) {
    if (number === asked) refused(refusal, after);
  } finally {
    if (number === asked) clearTimeout(slow);
  }
}

function fill(answer, after) {
  clearTimeout(slow);
  const rows = answer.rows.map(row);
  list.querySelector(".k-search-more")?.remove();
  if (after) list.append(...rows);
  else list.replaceChildren(...rows);
  if (answer.after) list.append(more(answer.after));
  options().forEach((option, place) => { option.id = `search-${place}`; });
  const found = list.querySelectorAll("[data-id]").length;
  if (answer.empty) say("Ces mots sont dans presque toutes les conversations. Ajoutez-en un plus précis.");
  else if (found) say(counted(found, Boolean(answer.after)));
  else if (answer.after) say("Rien parmi les plus récentes.");
  else say("Aucune conversation trouvée. Cherchez un mot entier, une référence ou un numéro.");
  show(true);
  choose(after ? options().indexOf(rows[0]) : found ? 0 : -1);
}

const counted = (found, goesOn) =>
  goesOn ? `Les ${found} plus récentes` : found === 1 ? "1 conversation" : `${found} conversations`;

function refused(refusal, after) {
  if (!after) list.replaceChildren();
  say(refusal.message, "error");
  show(true);
}

function row(found) {
  const owner = found.agent ? `Avec ${found.agent.name}` : found.owner_label;
  return el("li", { role: "option", "aria-selected": "false", "data-id": found.id, "data-seq": String(found.seq), onclick: open },
    el("div", { class: "k-search-head" },
      el("span", { class: "k-search-name" }, found.customer),
      el("span", { class: "k-sub" }, [found.channel_label, owner, found.status].filter(Boolean).join(" · ")),
      el("span", { class: "k-search-when" }, moment(found.at))),
    el("div", { class: "k-search-words" },
      found.where && el("span", { class: "k-search-where" }, `${found.where} : `),
      ...marked(found.excerpt)));
}

const more = (after) =>
  el("li", { class: "k-search-more", role: "option", "aria-selected": "false", "data-after": after, onclick: open }, "Plus anciennes");

/** The excerpt as text nodes, what was found in <mark>. */
function marked({ text, marks }) {
  const parts = [];
  let done = 0;
  for (const [start, end] of marks) {
    if (start < done) continue;
    parts.push(text.slice(done, start), el("mark", {}, text.slice(start, end)));
    done = end;
  }
  return [...parts, text.slice(done)];
}

function choose(place) {
  active = place;
  options().forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
  const chosen = options()[place];
  if (chosen) field.setAttribute("aria-activedescendant", chosen.id);
  else field.removeAttribute("aria-activedescendant");
  chosen?.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const count = options().length;
  if ((panel.hidden || !count) && field.value.trim().length >= 2) return ask();
  if (count) choose((active + step + count) % count);
}

/** Opens a conversation at the message that was found; with Ctrl in a tab of its own. */
function open(event, chosen = event.currentTarget) {
  if (chosen.dataset.after) return ask(chosen.dataset.after);
  const { id, seq } = chosen.dataset;
  const address = `${box.dataset.caseUrl}${id}/${seq === "0" ? "" : `#${seq}`}`;
  if (event.ctrlKey || event.metaKey) window.open(address, "_blank", "noopener");
  else location.assign(address);
}

function pressed(event) {
  if (event.isComposing) return;
  if (event.key === "ArrowDown") move(1);
  else if (event.key === "ArrowUp") move(-1);
  else if (event.key === "Enter" && !panel.hidden && options()[active]) open(event, options()[active]);
  else if (event.key === "Enter") ask();
  else if (event.key === "Escape") leave();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** The first Esc closes the panel, the next one empties the field and goes back to the page. */
function leave() {
  asked += 1;
  clearTimeout(pause);
  clearTimeout(slow);
  if (!panel.hidden) return show(false);
  field.value = "";
  list.replaceChildren();
  field.blur();
}

field.addEventListener("input", typed);
field.addEventListener("keydown", pressed);
field.addEventListener("focus", () => { if (list.childElementCount && field.value.trim()) show(true); });
box.addEventListener("mousedown", (event) => { if (event.target !== field) event.preventDefault(); }); // keeps the focus
box.addEventListener("focusout", (event) => { if (!box.contains(event.relatedTarget)) show(false); });
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  field.focus();
  field.select();
});
