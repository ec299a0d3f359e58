// The live queue: rows come and change over the line; filters, views, bulk acts and the keyboard work on them.

import { countInTitle, ring, setSound, soundIsOn } from "./bell.js";
import { confirmed } from "./confirm.js";
import { $, toast, write } from "./dom.js";
import { shortcuts } from "./keys.js";
import { Line } from "./line.js";
import { post } from "./post.js";
import { Bar } from "./queue_bar.js";
import { Bulk } from "./queue_bulk.js";
import { ALL, atOpening, isPlain, keep, passes } from "./queue_filters.js";
import { History } from "./queue_history.js";
import { List } from "./queue_list.js";
import { openMenu, snoozeEntries } from "./queue_menu.js";
import { Views } from "./queue_views.js";

const page = $("console").dataset;
const choices = JSON.parse($("choices").textContent);
const mayAct = page.mayAct === "1";
const rows = new Map(); // id → row as the server sent it
const address = (id) => `${page.queueUrl}${id}/`;
const NOTHING = {
  mine: "Vous n'avez aucune conversation ici.",
  unassigned: "Aucune conversation n'attend d'être prise.",
  pending: "Aucune conversation n'attend une réponse du client.",
  snoozed: "Aucune conversation n'est en veille.",
  resolved: "Aucune conversation résolue ne correspond.",
  filtered: "Aucune conversation ne correspond à ces filtres.",
};
let me = Number(page.me);
let loaded = false;
let filters = atOpening(choices.views);

const list = new List({ mayAct, brands: choices.brand.length, address, take, choose: (id, event) => bulk.choose(id, event), menu: rowMenu }, () => draw({ force: true }));
const history = new History(`${page.queueUrl}history/`, () => draw({ animate: false }));
const bar = new Bar(choices, show);
const bulk = new Bulk(`${page.queueUrl}bulk/`, choices, list, { confirmed, finished: () => draw({ force: true }) });
const views = new Views(`${page.queueUrl}views/`, choices.views, (wanted) => show({ ...ALL, ...wanted }), () => filters);

function hear(frame) {
  if (frame.type === "queue") {
    me = frame.me;
    const fresh = loaded && frame.rows.some((row) => !rows.has(row.id) && !row.agent && row.status === "open");
    rows.clear();
    frame.rows.forEach((row) => rows.set(row.id, row));
    const animate = loaded;
    loaded = true;
    draw({ animate });
    if (fresh) ring();
  } else if (frame.type === "rows") {
    const arrived = frame.rows.some((row) => isNews(rows.get(row.id), row));
    frame.gone.forEach((id) => rows.delete(id));
    frame.rows.forEach((row) => rows.set(row.id, row));
    draw();
    if (arrived && !frame.opening) ring();
  }
}

/** Worth a sound, whatever the filters: somebody new waits, a customer of mine wrote, or what slept is due. */
function isNews(before, row) {
  if (row.status !== "open" || (row.agent && row.agent.id !== me)) return false;
  if (before && before.status === "snoozed") return true;
  if (!row.agent) return !before || Boolean(before.agent);
  return row.unanswered > (before?.unanswered ?? 0);
}

function show(wanted) {
  filters = { ...wanted };
  if (filters.status === "resolved" && filters.who === "unassigned") filters.who = "all";
  keep(filters);
  list.limit = 200;
  draw({ animate: false, force: true });
  document.querySelector(".q-scroll").scrollTop = 0;
}

function draw({ animate = true, force = false } = {}) {
  const all = [...rows.values()];
  const resolved = filters.status === "resolved";
  if (resolved) history.show(filters);
  else history.forget();
  const found = resolved ? history.rows : all.filter((row) => passes(row, filters, me));
  const sectioned = filters.who === "all" && filters.status === "open" && isPlain(filters);
  bar.draw(filters, all, me);
  views.draw();
  list.draw(found, me, { animate, sectioned, force });
  bulk.draw();
  drawState(found.length, sectioned);
  const standing = all.filter((row) => row.status === "open");
  const waiting = standing.filter((row) => !row.agent).length;
  const asked = standing.filter((row) => row.agent?.id === me && row.waits).length;
  write($("counts"), counts(waiting, asked));
  countInTitle(waiting + asked);
}

const counts = (waiting, asked) =>
  [
    waiting === 0 ? "personne n'attend" : waiting === 1 ? "1 client attend" : `${waiting} clients attendent`,
    asked ? (asked === 1 ? "1 des miens attend une réponse" : `${asked} des miens attendent une réponse`) : "",
  ].filter(Boolean).join(" · ");

/** Loading, failed, empty, or more to come. */
function drawState(found, sectioned) {
  const resolved = filters.status === "resolved";
  $("choose-all").hidden = resolved || !mayAct;
  $("loading").hidden = resolved ? !history.loading : loaded;
  $("failed").hidden = !resolved || !history.failure;
  write($("failed-text"), history.failure);
  $("older").hidden = !resolved || !history.more || history.loading;
  $("nothing").hidden = found > 0 || sectioned || (!resolved && !loaded) || (resolved && (history.loading || Boolean(history.failure)));
  write($("nothing"), !isPlain(filters) ? NOTHING.filtered : NOTHING[filters.status] ?? NOTHING[filters.who] ?? NOTHING.filtered);
}

async function take(id) {
  try {
    await post(`${address(id)}take/`);
    location.assign(`${address(id)}#repondre`); // or the first words typed there would be shortcuts
  } catch (refusal) {
    toast(refusal.message);
  }
}

function rowMenu(id, anchor) {
  const row = rows.get(id);
  if (!row) return;
  openMenu(anchor, [
    row.status !== "open" && ["Rouvrir", () => bulk.act([id], { act: "status", status: "open" })],
    row.status !== "pending" && ["En attente du client", () => bulk.act([id], { act: "status", status: "pending" })],
    row.agent?.id === me && ["Terminer", () => bulk.close([id])],
    ...snoozeEntries((until) => bulk.snooze([id], until)),
  ].filter(Boolean));
}

/** What a key acts on: the chosen rows, or the one that has the keyboard. */
function targets() {
  const current = list.current()?.dataset.id;
  return bulk.chosen.size ? [...bulk.chosen] : current ? [current] : [];
}

function onTargets(act) {
  if (!mayAct || filters.status === "resolved") return;
  const ids = targets();
  if (ids.length) act(ids);
  else toast("Choisissez d'abord une conversation avec « j ».");
}

function takeChosen() {
  const chosen = list.current() ?? document.querySelector("tbody[data-section=waiting] .k-row");
  if (!mayAct || !chosen || filters.status === "resolved") return;
  if (rows.get(chosen.dataset.id)?.agent) toast("Cette conversation est déjà prise.");
  else take(chosen.dataset.id);
}

const snoozeChosen = () => onTargets((ids) =>
  openMenu(list.current() ?? $("bulk-count"), snoozeEntries((until) => bulk.snooze(ids, until))));

function showSound() {
  $("sound").setAttribute("aria-pressed", String(soundIsOn()));
  $("sound").firstElementChild.textContent = soundIsOn() ? "notifications_active" : "notifications_off";
  $("sound").title = soundIsOn() ? "Couper le son des arrivées (s)" : "Sonner à chaque arrivée (s)";
}

function toggleSound() {
  setSound(!soundIsOn());
  showSound();
}

// « g » then a letter goes to a tab.
const TABS = { t: { ...ALL }, m: { ...ALL, who: "mine" }, n: { ...ALL, who: "unassigned" }, a: { ...ALL, status: "pending" }, v: { ...ALL, status: "snoozed" }, r: { ...ALL, status: "resolved" } };
let going = 0;
const orGo = (key, act = () => {}) => () => {
  if (Date.now() < going && TABS[key]) show(TABS[key]);
  else act();
  going = 0;
};

$("sound").addEventListener("click", toggleSound);
$("older").addEventListener("click", () => history.load());
$("retry").addEventListener("click", () => history.load());
shortcuts({
  j: () => list.move(1), ArrowDown: () => list.move(1), k: () => list.move(-1), ArrowUp: () => list.move(-1),
  t: orGo("t", takeChosen), m: orGo("m"), n: orGo("n"), a: orGo("a"), v: orGo("v"), r: orGo("r"),
  x: () => list.current() && mayAct && filters.status !== "resolved" && bulk.choose(list.current().dataset.id),
  e: () => onTargets((ids) => bulk.close(ids)), z: snoozeChosen, s: toggleSound,
  g: () => { going = Date.now() + 1500; },
  "/": () => $("search-text").focus(),
});
showSound();
keep(filters);
bar.draw(filters, [], me);
if (filters.status === "resolved") draw({ animate: false });
setInterval(() => list.tick(), 1000);
new Line("", hear);
