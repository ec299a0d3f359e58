// The live board: asks the server every five seconds while somebody looks, and says how fresh what it shows is.

import { $, el, write } from "./dom.js";
import { showLowScores } from "./board_marks.js";
import { clockTime, now, setNow, span } from "./time.js";

const EVERY = 5_000;
const board = $("board");
let shownAt = 0;

async function refresh() {
  try {
    const answer = await fetch(board.dataset.stateUrl, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(4_500) });
    if (!answer.ok) throw new Error(answer.status === 403 ? "Votre session a changé. Rechargez la page." : "");
    show(await answer.json());
    fresh("");
  } catch (error) {
    fresh(error.message.startsWith("Votre") ? error.message : "Le serveur ne répond pas.");
  }
}

function fresh(trouble) {
  $("fresh").classList.toggle("r-problem", trouble !== "");
  const since = shownAt ? `Vu à ${clockTime(shownAt)}` : "";
  write($("fresh"), trouble ? `${trouble} ${since}` : `${since}, mis à jour toutes les 5 secondes.`);
}

function show(state) {
  setNow(state.now);
  shownAt = state.now;
  const waiting = state.priorities.reduce((sum, each) => sum + each.count, 0);
  $("tiles").replaceChildren(
    tile("Attendent un conseiller", waiting, "", "?who=unassigned&status=open"),
    tile("La plus ancienne attend depuis", state.waiting.oldest ? age(state.waiting.oldest) : "—", "", state.waiting.case && `${state.waiting.case}/`),
    tile("Délai dépassé", state.late.breached, "", "?who=all&status=open&due=late", state.late.breached > 0),
    tile("Délai dans moins de 5 min", state.late.soon, "", "?who=all&status=open&due=soon"),
    tile("Client sans réponse", state.late.asked, `dont ${state.late.unanswered} avec un conseiller`, "?who=all&status=open&waiting=1"),
    tile("En attente du client", state.late.pending, "", "?who=all&status=pending"),
    tile("En veille", state.late.snoozed, "", "?who=all&status=snoozed"),
  );
  $("priorities").replaceChildren(...state.priorities.map((each) => row(each.label, [each.count, each.oldest ? age(each.oldest) : "—"])));
  $("people").replaceChildren(...state.people.map(person));
  $("nobody").hidden = state.people.length > 0;
  showLowScores(state.low_scores, board.dataset.caseUrl);
  $("hour").replaceChildren(
    row("Messages de clients", [state.hour.customer]),
    row("Réponses de l'assistant", [state.hour.bot]),
    row("Réponses de conseillers", [state.hour.agent]),
    row("Demandes ouvertes", [state.hour.opened]),
    row("Demandes terminées", [state.hour.closed]),
  );
}

function tile(title, value, sub, where, alarm = false) {
  const figure = where ? el("a", { class: "r-big r-link", href: `${board.dataset.caseUrl}${where}` }, String(value)) : el("span", { class: "r-big" }, String(value));
  return el("div", { class: alarm ? "r-alarm" : null }, el("dt", {}, title), el("dd", {}, figure, sub && el("span", { class: "r-sub" }, sub)));
}

function person(each) {
  const presence = each.there ? each.label : each.seen_at ? `Vu il y a ${age(each.seen_at)}` : "Pas vu";
  const name = el("th", { scope: "row" }, el("span", { class: `r-dot${each.there ? " r-there" : ""}`, "aria-hidden": "true" }), each.name, el("span", { class: "r-sub" }, presence));
  const load = each.capacity === null ? String(each.cases) : `${each.cases} sur ${each.capacity}`;
  const theirs = each.cases ? el("a", { class: "r-link", href: `${board.dataset.caseUrl}?who=all&status=open&agent=${each.id}` }, load) : load;
  return el("tr", {}, name, el("td", {}, theirs), el("td", {}, String(each.asked)));
}

const row = (title, values) => el("tr", {}, el("th", { scope: "row" }, title), ...values.map((value) => el("td", {}, String(value))));
const age = (iso) => span(now() - Date.parse(iso));

refresh();
setInterval(() => { if (!document.hidden) refresh(); }, EVERY);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
