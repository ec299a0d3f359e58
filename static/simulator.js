// The simulator's page: one phone in hand, and the switches around it. Everything shown comes from the server's state.
"use strict";

const $ = (id) => document.getElementById(id);
const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
const ZONE = { timeZone: "Africa/Abidjan" };
const TIME = new Intl.DateTimeFormat("fr", { ...ZONE, hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("fr", { ...ZONE, weekday: "long", day: "numeric", month: "long" });
const STATES = {
  sending: ["◷", "envoi en cours"], sent: ["✓", "envoyé"], failed: ["!", "non envoyé"],
  delivered: ["✓✓", "remis"], read: ["✓✓", "lu"],
};
const FIRST = "+2250700000001";
const POLL = 1000, POLL_HIDDEN = 4000;

const drafts = new Map();
const rows = new Map(); // sid → { bubble, status }
let phone = /^\+\d{8,15}$/.test(decodeURIComponent(location.hash.slice(1))) ? decodeURIComponent(location.hash.slice(1)) : FIRST;
let state = null, ahead = 0, asked = 0, shown = 0, lastDay = "", timer = 0;

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// --- Talking to the server ---------------------------------------------------------------------------------------

async function call(action, fields = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries({ phone, ...fields })) form.append(name, value);
  const turn = ++asked;
  let answer;
  try {
    answer = await fetch(`/simulator/${action}/`, { method: "POST", body: form, headers: { "X-CSRFToken": token } });
  } catch {
    return complain("Le serveur ne répond pas. Nouvel essai…");
  }
  if (answer.status === 204) return complain("");
  const body = await answer.json().catch(() => null);
  if (!answer.ok) {
    if (action === "look" && answer.status === 400) choose(FIRST);
    return complain(body?.detail ?? `Le serveur a répondu ${answer.status}.`);
  }
  complain("");
  if (turn > shown && body.phone === phone) {
    shown = turn;
    render(body);
  }
}

function complain(text) {
  $("toast").textContent = text;
  $("toast").hidden = !text;
}

async function poll() {
  clearTimeout(timer);
  const hidden = document.visibilityState === "hidden";
  await call("look", { visible: hidden ? "0" : "1", revision: state?.phone === phone ? state.revision : "" });
  clearTimeout(timer);
  timer = setTimeout(poll, hidden ? POLL_HIDDEN : POLL);
}

// --- Showing -----------------------------------------------------------------------------------------------------

function render(next) {
  if (state?.phone !== next.phone) clearLog();
  state = next;
  ahead = Date.parse(next.now) - Date.now();
  renderContacts();
  renderLog();
  renderSettings();
  tick();
}

function renderContacts() {
  const items = state.phones.map((each) => {
    const button = make("button");
    button.type = "button";
    button.dataset.number = each.number;
    if (!each.online) button.className = "off";
    if (each.number === phone) button.setAttribute("aria-current", "true");
    button.append(make("span", "avatar", each.name.replace(/^… /, "").slice(0, 1)), make("span", "who", each.name));
    button.append(each.last ? make("span", "last", each.last) : make("span", "number", pretty(each.number)));
    if (each.unread) {
      const badge = make("span", "badge", each.unread);
      badge.setAttribute("aria-label", `${each.unread} non lus`);
      button.append(badge);
    }
    const item = make("li");
    item.append(button);
    return item;
  });
  const focused = document.activeElement?.dataset?.number;
  $("contacts").replaceChildren(...items);
  if (focused) $("contacts").querySelector(`[data-number="${CSS.escape(focused)}"]`)?.focus();
}

function renderLog() {
  const log = $("log");
  const below = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  const known = new Set(state.messages.map((each) => each.sid));
  for (const [sid, row] of rows) if (!known.has(sid)) { row.bubble.remove(); rows.delete(sid); }
  if (!rows.size) clearLog();
  let added = false;
  for (const each of state.messages) {
    const row = rows.get(each.sid);
    if (!row) { append(each); added = true; } else if (row.status !== each.status) mark(row, each);
  }
  log.querySelectorAll(".pending").forEach((each) => each.remove());
  $("empty").hidden = rows.size > 0;
  if (added && (below || state.messages.at(-1)?.mine)) log.scrollTop = log.scrollHeight;
}

function clearLog() {
  rows.clear();
  lastDay = "";
  $("log").replaceChildren($("empty"));
  $("empty").hidden = false;
}

function append(each) {
  const day = DAY.format(new Date(each.at));
  if (day !== lastDay) { $("log").append(make("p", "day", day)); lastDay = day; }
  const row = { bubble: bubble(each.text, each.media.map((sid) => `/simulator/media/${sid}/`), each.mine), status: "" };
  for (const address of each.files) row.bubble.append(fileLink(address));
  rows.set(each.sid, row);
  mark(row, each);
  $("log").append(row.bubble);
}

function bubble(text, pictures, mine) {
  const element = make("div", mine ? "bubble mine" : "bubble");
  for (const source of pictures) {
    const picture = make("img");
    picture.src = source;
    picture.alt = "Photo envoyée";
    picture.onload = () => { if (mine) $("log").scrollTop = $("log").scrollHeight; };
    element.append(picture);
  }
  if (text) element.append(make("p", "", text));
  return element;
}

/** A file that was received: its address opens it, as it would on a phone. */
function fileLink(address) {
  const link = make("a", "file", "Fichier reçu");
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener";
  return link;
}

function mark(row, each) {
  row.status = each.status;
  row.bubble.querySelector("small")?.remove();
  row.bubble.classList.toggle("read", each.status === "read");
  const [ticks, word] = STATES[each.status] ?? ["", each.status];
  const line = make("small");
  if (each.template) line.append(make("span", "tag", "Modèle"));
  if (each.mine && each.status === "failed") {
    const again = make("button", "again", "Non envoyé. Réessayer");
    again.type = "button";
    again.onclick = () => call("send-again", { sid: each.sid });
    line.append(again);
  }
  const sign = make("span", "ticks", ticks);
  sign.title = word;
  sign.setAttribute("role", "img");
  sign.setAttribute("aria-label", word);
  line.append(make("span", "", TIME.format(new Date(each.at)) + (each.mine ? "" : ` · ${word}`)), sign);
  row.bubble.append(line);
}

function renderSettings() {
  const mine = state.phones.find((each) => each.number === phone);
  $("bar-owner").textContent = `${mine.name} · ${pretty(mine.number)}`;
  $("bar-network").textContent = mine.online ? "4G" : "Hors ligne";
  for (const name of ["online", "receipts"]) document.querySelector(`[data-switch=${name}]`).checked = mine[name];
  $("fail").value = mine.fail_next;
  const left = mine.window_minutes;
  $("window").textContent = left ? `Ouverte encore ${span(left)}.` : "Fermée : seul un modèle approuvé passe.";
  $("window-left").value = left;
  $("ahead").textContent = state.ahead ? `En avance de ${span(state.ahead)}.` : "À l’heure de la machine.";
  const notice = mine.opted_out ? "Vous avez écrit STOP. Écrivez START pour recevoir à nouveau."
    : !mine.online && mine.waiting ? `Hors ligne : ${mine.waiting} message${mine.waiting > 1 ? "s attendent" : " attend"}.`
    : !mine.online ? "Hors ligne : rien n’arrive."
    : mine.failed ? `Un message n’est pas arrivé (erreur ${mine.failed}).` : "";
  $("notice").textContent = notice;
  $("notice").hidden = !notice;
}

function pretty(number) {
  return number.startsWith("+225") ? number.slice(4).replace(/(..)(?=.)/g, "$1 ") : number;
}

function span(minutes) {
  const hours = Math.floor(minutes / 60), rest = String(minutes % 60).padStart(2, "0");
  return hours ? `${hours} h ${rest}` : `${minutes} min`;
}

function tick() {
  const now = new Date(Date.now() + ahead);
  $("clock").textContent = $("bar-clock").textContent = TIME.format(now);
  $("date").textContent = DAY.format(now);
}

// --- Acting ------------------------------------------------------------------------------------------------------

function choose(number) {
  if (number === phone && state) return;
  drafts.set(phone, $("text").value);
  phone = number;
  history.replaceState(null, "", `#${number}`);
  $("text").value = drafts.get(phone) ?? "";
  openPictures(false);
  poll();
}

function send(fields, picture) {
  const pending = bubble(fields.text ?? "", picture ? [picture] : [], true);
  pending.classList.add("pending");
  pending.append(make("small", "", "◷"));
  $("empty").hidden = true;
  $("log").append(pending);
  $("log").scrollTop = $("log").scrollHeight;
  return call("send", fields).finally(() => pending.remove());
}

function openPictures(open) {
  $("pictures").hidden = !open;
  $("attach").setAttribute("aria-expanded", String(open));
}

function openSettings(open) {
  $("settings").classList.toggle("open", open);
  const opener = document.querySelector(".open-settings");
  opener.setAttribute("aria-expanded", String(open));
  (open ? document.querySelector(".close-settings") : opener).focus();
}

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value;
  if (!text.trim()) return;
  $("text").value = "";
  $("text").focus();
  send({ text });
});
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("composer").requestSubmit(); }
});
$("attach").addEventListener("click", () => openPictures($("pictures").hidden));
$("pictures").addEventListener("click", (event) => {
  const button = event.target.closest("[data-sample]");
  if (!button) return;
  openPictures(false);
  send({ sample: button.dataset.sample }, button.querySelector("img").src);
});
$("file").addEventListener("change", () => {
  const [file] = $("file").files;
  openPictures(false);
  if (file) send({ picture: file }).finally(() => { $("file").value = ""; });
});
$("contacts").addEventListener("click", (event) => {
  const button = event.target.closest("[data-number]");
  if (button) choose(button.dataset.number);
});
for (const button of document.querySelectorAll("[data-move]"))
  button.addEventListener("click", () => call("clock", { by: button.dataset.move }));
for (const input of document.querySelectorAll("[data-switch]"))
  input.addEventListener("change", () => call("switch", { switch: input.dataset.switch, on: input.checked ? "1" : "0" }));
$("fail").addEventListener("change", () => call("fail", { code: $("fail").value }));
$("forget").addEventListener("click", () => call("forget"));
document.querySelector(".open-settings").addEventListener("click", () => openSettings(true));
document.querySelector(".close-settings").addEventListener("click", () => openSettings(false));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (!$("pictures").hidden) { openPictures(false); $("attach").focus(); }
  else if ($("settings").classList.contains("open")) openSettings(false);
});
document.addEventListener("visibilitychange", poll);
setInterval(tick, 1000);
poll();
