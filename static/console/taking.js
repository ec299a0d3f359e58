// Who holds the case and for how long, who else is at it, and the ways it changes hands.

import { $, el, toast, write } from "./dom.js";
import { post } from "./post.js";
import { load, state, team } from "./presence.js";
import { now, span } from "./time.js";

const SOON = 120_000;

export class Taking {
  /** `ready()` resolves to true once no reply of ours is on its way. */
  constructor(page, ready) {
    this.page = page;
    this.ready = ready;
    this.viewers = [];
    $("give-button").addEventListener("click", () => this.give());
    $("instruct-button").addEventListener("click", () => open("instruct"));
    $("take-over-button").addEventListener("click", () => open("take-over"));
    for (const name of ["give", "instruct", "take-over"]) $(`${name}-cancel`).addEventListener("click", () => $(name).close());
    submits("give", () => this.send("give", "give", { ...recipient(), note: $("give-note").value }));
    submits("instruct", () => this.send("instruct", "instruct", {
      instruction: chosen("instruction"), words: $("words").value, alone: $("instruct-alone").checked, note: $("instruct-note").value,
    }));
    submits("take-over", () => this.takeOver());
    $("put-back").addEventListener("click", () => this.send("give", "put-back", { note: $("give-note").value }));
    $("instruct-form").addEventListener("change", showWords);
    document.addEventListener("visibilitychange", () => this.react());
    showWords();
  }

  /** Called with every fresh card. */
  draw(data) {
    const before = this.data;
    this.data = data;
    const others = Boolean(data.agent) && !data.mine;
    $("take-over-button").hidden = !(others && data.may_assign);
    if (others && data.may_assign) $("take").hidden = true;
    $("give-button").hidden = !(data.mine || (data.may_assign && data.escalation));
    $("put-back").hidden = $("instruct-button").hidden = !data.mine;
    if (before?.mine && !data.mine && !this.leaving) tellOfLoss(data);
    if (data.mine && !before?.mine) this.react();
    if (data.mine && before?.agent && !before.mine && !this.takingOver) toast(`${before.agent.name} vous a confié la conversation.`);
    write($("hold-note"), data.hold?.note ? `${data.hold.note.author} : « ${data.hold.note.text} »` : "");
    $("hold-note").title = data.hold?.note?.text ?? "";
    this.tick();
  }

  /** The colleagues at the case, each {name, writes}. */
  watch(viewers) {
    this.viewers = viewers;
    this.tick();
  }

  tick() {
    const until = this.data?.hold?.until;
    const left = until ? Date.parse(until) - now() : 0;
    const who = this.data?.mine ? "Réservée à vous" : `Réservée à ${this.data?.agent?.name}`;
    write($("hold-time"), !until ? "" : left > 0 ? `${who} encore ${span(left)}` : "Revient dans la file…");
    $("hold-time").classList.toggle("k-soon", Boolean(until) && left < SOON);
    write($("viewers"), company(this.viewers));
    $("hold").hidden = !until && !this.viewers.length;
  }

  /** A case given to us unasked waits only a little until we look at it: a page in sight is a look. */
  react() {
    if (this.data?.mine && !document.hidden) post(`${this.page.caseUrl}keep/`).catch(() => {}); // said every minute anyway
  }

  async give() {
    if ($("give-button").hidden) return;
    const fresh = await team();
    const people = (fresh?.members ?? []).filter((one) => one.id !== this.data.agent?.id && !(one.me && this.data.mine));
    const teams = fresh?.teams ?? [];
    $("give-people").replaceChildren(...people.map(person), ...teams.map(teamEntry));
    const none = fresh ? "Aucun collègue n'a encore ouvert la console." : "La liste de l'équipe n'est pas arrivée. Réessayez.";
    if (!people.length) $("give-people").append(el("p", { class: "k-sub" }, none));
    $("give-yes").disabled = !people.some(reachable) && !teams.length;
    open("give");
  }

  async takeOver() {
    this.takingOver = true;
    try {
      await post(`${this.page.caseUrl}take-over/`, { reason: chosen("reason") });
      $("take-over").close();
      $("text").focus();
    } catch (refusal) {
      write($("take-over-error"), refusal.message);
    }
    setTimeout(() => { this.takingOver = false; }, 3000); // the fresh card comes over the line
  }

  /** Gives the case away; then there is nothing left to do on this page. */
  async send(dialog, name, body) {
    if (!(await this.ready())) return write($(`${dialog}-error`), "Une réponse n'est pas partie : réessayez-la ou reprenez son texte d'abord.");
    this.leaving = true;
    try {
      await post(`${this.page.caseUrl}${name}/`, body);
      location.assign(this.page.queueUrl);
    } catch (refusal) {
      this.leaving = false;
      write($(`${dialog}-error`), refusal.message);
    }
  }
}

/** « Koffi regarde · Ama écrit… » */
function company(viewers) {
  const writing = viewers.filter((one) => one.writes).map((one) => one.name);
  const looking = viewers.filter((one) => !one.writes).map((one) => one.name);
  return [
    looking.length && `${list(looking)} ${looking.length > 1 ? "regardent" : "regarde"}`,
    writing.length && `${list(writing)} ${writing.length > 1 ? "écrivent" : "écrit"}…`,
  ].filter(Boolean).join(" · ");
}

const list = (names) => new Intl.ListFormat("fr").format(names);
const reachable = (member) => member.here && member.availability !== "away";
const chosen = (name) => document.querySelector(`input[name="${name}"]:checked`)?.value ?? "";
const chosenNumber = (name) => Number(chosen(name)) || null;

/** Whom the dialog names: a colleague, or a team. */
const recipient = () => (chosen("to").startsWith("team-") ? { team: Number(chosen("to").slice(5)) } : { to: chosenNumber("to") });

const teamEntry = (team) =>
  el("label", { class: "k-for-team", title: team.description },
    el("input", { type: "radio", name: "to", value: `team-${team.id}`, required: true }),
    el("span", { class: "k-here", "data-state": team.here ? "available" : "gone", "aria-hidden": "true" }),
    el("span", { class: "k-who" }, `Équipe ${team.name}`),
    el("span", { class: "k-sub" }, team.here === 0 ? "personne en ce moment" : team.here === 1 ? "1 personne là" : `${team.here} personnes là`));

const person = (member) =>
  el("label", { class: reachable(member) ? "" : "k-off" },
    el("input", { type: "radio", name: "to", value: String(member.id), required: true, disabled: !reachable(member) }),
    el("span", { class: "k-here", "data-state": state(member), "aria-hidden": "true" }),
    el("span", { class: "k-who" }, member.name, member.me && " (moi)"),
    el("span", { class: "k-sub" }, member.label),
    load(member));

function open(name) {
  write($(`${name}-error`), "");
  $(name).showModal();
}

function submits(name, act) {
  $(`${name}-form`).addEventListener("submit", (event) => {
    event.preventDefault();
    act();
  });
}

function showWords() {
  $("instruct-words").hidden = chosen("instruction") !== "say";
}

function tellOfLoss(data) {
  const kept = "Votre brouillon est gardé.";
  if (data.agent) toast(`La conversation est maintenant avec ${data.agent.name}. ${kept}`);
  else if (data.owner === "queue") toast(`La conversation est revenue dans la file. ${kept}`);
}
