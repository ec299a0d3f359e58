// The live queue: rows come and change over the line, are kept in order, and never move the keyboard's focus.

import { countInTitle, ring, setSound, soundIsOn } from "./bell.js";
import { $, el, toast, write } from "./dom.js";
import { shortcuts } from "./keys.js";
import { Line } from "./line.js";
import { post } from "./post.js";
import { since, until } from "./time.js";

const page = $("console").dataset;
const mayAct = page.mayAct === "1";
const rows = new Map(); // id → row as the server sent it
const shown = new Map(); // id → its <tr>
let me = Number(page.me);
let loaded = false;

const sectionOf = (row) => (!row.agent ? "waiting" : row.agent.id === me ? "mine" : "others");
const byUrgency = (a, b) => a.priority - b.priority || order(a).localeCompare(order(b)) || a.id.localeCompare(b.id);
const order = (row) => row.due ?? row.since ?? "9";

function hear(frame) {
  if (frame.type === "queue") {
    me = frame.me;
    const fresh = loaded && frame.rows.some((row) => !rows.has(row.id) && !row.agent);
    rows.clear();
    frame.rows.forEach((row) => rows.set(row.id, row));
    draw(loaded);
    loaded = true;
    if (fresh) ring();
  } else if (frame.type === "rows") {
    const arrived = frame.rows.filter((row) => isNews(rows.get(row.id), row));
    frame.gone.forEach((id) => rows.delete(id));
    frame.rows.forEach((row) => rows.set(row.id, row));
    draw(true);
    if (arrived.length) ring();
  }
}

/** Worth a sound: somebody new waits, or a customer of mine wrote. */
function isNews(before, row) {
  if (!row.agent) return !before || Boolean(before.agent);
  return row.agent.id === me && row.unanswered > (before?.unanswered ?? 0);
}

function draw(animate) {
  const focused = document.activeElement?.closest("tr")?.dataset.id;
  const kept = document.activeElement;
  for (const [id, node] of shown) {
    if (!rows.has(id)) {
      node.remove();
      shown.delete(id);
    }
  }
  for (const body of document.querySelectorAll("tbody[data-section]")) drawSection(body, animate);
  if (focused && shown.has(focused) && document.activeElement !== kept) kept.focus({ preventScroll: true });
  const waiting = [...rows.values()].filter((row) => !row.agent).length;
  const asked = [...rows.values()].filter((row) => row.agent?.id === me && row.unanswered).length;
  write($("counts"), counts(waiting, asked));
  countInTitle(waiting + asked);
  tick();
}

const counts = (waiting, asked) =>
  [
    waiting === 0 ? "personne n'attend" : waiting === 1 ? "1 client attend" : `${waiting} clients attendent`,
    asked ? (asked === 1 ? "1 des miens attend une réponse" : `${asked} des miens attendent une réponse`) : "",
  ].filter(Boolean).join(" · ");

function drawSection(body, animate) {
  const { section, title, empty } = body.dataset;
  const mine = [...rows.values()].filter((row) => sectionOf(row) === section).sort(byUrgency);
  const head = body.querySelector(".k-section") ?? body.appendChild(sectionHead(title));
  write(head.querySelector(".k-badge"), String(mine.length));
  const blank = body.querySelector(".k-empty") ?? body.appendChild(emptyRow(empty));
  blank.hidden = mine.length > 0;
  let previous = blank;
  for (const row of mine) {
    const node = shown.get(row.id) ?? newRow(row, animate);
    fill(node, row);
    if (previous.nextSibling !== node) previous.after(node);
    previous = node;
  }
}

const sectionHead = (title) =>
  el("tr", { class: "k-section" },
    el("th", { colSpan: 8, scope: "rowgroup" }, title, " ", el("span", { class: "k-badge" }, "0")));

const emptyRow = (text) => el("tr", { class: "k-empty" }, el("td", { colSpan: 8 }, text));

function newRow(row, animate) {
  const node = el("tr", { class: animate ? "k-row k-new" : "k-row" },
    el("td", { class: "c-priority" }, el("span", { class: "k-priority" })),
    el("td", { class: "c-customer" },
      el("a", { class: "k-open", href: `${page.queueUrl}${row.id}/` }), el("span", { class: "k-sub" })),
    el("td", { class: "c-reason" }),
    el("td", { class: "c-excerpt" }, el("span", { class: "k-clamp" })),
    el("td", { class: "c-since" }),
    el("td", { class: "c-due" }),
    el("td", { class: "c-state" }, el("span"), el("span", { class: "k-sub" })),
    el("td", { class: "c-act" },
      mayAct && el("button", { class: "k-button", type: "button", onclick: () => take(row.id) }, "Prendre")));
  node.dataset.id = row.id;
  node.addEventListener("click", (event) => {
    if (!event.target.closest("a, button") && !getSelection().toString()) location.assign(node.querySelector("a").href);
  });
  shown.set(row.id, node);
  return node;
}

function fill(node, row) {
  const cell = (name) => node.querySelector(`.${name}`);
  const priority = cell("k-priority");
  priority.dataset.level = row.priority;
  write(priority, row.priority_label);
  write(cell("k-open"), row.customer);
  write(cell("c-customer").lastChild, row.channel_label);
  write(cell("c-reason"), row.reason);
  write(cell("k-clamp"), row.excerpt);
  write(cell("c-state").firstChild, row.state);
  write(cell("c-state").lastChild, row.agent && row.agent.id !== me ? row.agent.name : "");
  node.classList.toggle("k-asked", row.agent?.id === me && row.unanswered > 0);
  const button = node.querySelector("button");
  if (button) button.hidden = Boolean(row.agent);
}

function tick() {
  for (const [id, node] of shown) {
    const row = rows.get(id);
    write(node.querySelector(".c-since"), row.since ? since(row.since) : "—");
    const due = node.querySelector(".c-due");
    const left = row.due ? until(row.due) : { text: "faite", late: false, soon: false };
    write(due, left.text);
    due.classList.toggle("k-late", left.late);
    due.classList.toggle("k-soon", left.soon);
  }
}

async function take(id) {
  try {
    await post(`${page.queueUrl}${id}/take/`);
    location.assign(`${page.queueUrl}${id}/`);
  } catch (refusal) {
    toast(refusal.message);
  }
}

function move(step) {
  const links = [...document.querySelectorAll(".k-open")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement.closest?.("tr")?.querySelector(".k-open"));
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step));
  links[next].focus();
  links[next].closest("tr").scrollIntoView({ block: "nearest" });
}

function takeChosen() {
  const chosen = document.activeElement.closest?.("tr.k-row") ?? document.querySelector("tbody[data-section=waiting] .k-row");
  if (!mayAct || !chosen) return;
  if (rows.get(chosen.dataset.id).agent) toast("Cette conversation est déjà prise.");
  else take(chosen.dataset.id);
}

function showSound() {
  $("sound").setAttribute("aria-pressed", String(soundIsOn()));
  $("sound").firstElementChild.textContent = soundIsOn() ? "notifications_active" : "notifications_off";
  $("sound").title = soundIsOn() ? "Couper le son des arrivées (s)" : "Sonner à chaque arrivée (s)";
}

function toggleSound() {
  setSound(!soundIsOn());
  showSound();
}

$("sound").addEventListener("click", toggleSound);
shortcuts({ j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1), t: takeChosen, s: toggleSound });
showSound();
setInterval(tick, 1000);
new Line("", hear);
