// Two contacts that are one person: find the other, look at what both have, say why, and merge; or take it back.

import { $, el, icon, toast, write } from "./dom.js";
import { confirmed } from "./confirm.js";
import { get } from "./get.js";
import { post } from "./post.js";
import { moment } from "./time.js";

const PAUSE = 150; // milliseconds of no typing before the server is asked
const page = $("console").dataset;
let own = []; // conversations of this very contact: never offered
let compared = null; // what is on screen: { other, shown }
let asked = 0;
let pause;

/** What the section about the customer offers to who may: merge, and take a merge of this address back. */
export function contactActs({ contact, id, others }) {
  own = [id, ...others.map((each) => each.conversation)];
  const known = contact.merged && el("p", { class: "k-note k-merged" }, icon("group"),
    el("span", {}, "Réuni à la main", contact.was && ` ; connu avant comme « ${contact.was} »`));
  if (!contact.may) return known ? [known] : [];
  return [known, el("p", { class: "k-note k-merge-acts" },
    el("button", { class: "k-link", type: "button", "data-key": "merge", onclick: () => open() }, "Réunir avec un autre contact"),
    contact.merged && el("button", { class: "k-link", type: "button", "data-key": "separate", onclick: () => separate(id) }, "Séparer ce contact"))];
}

/** The same, beside another conversation of the customer. */
export const separator = (item) =>
  el("button", { class: "k-link", type: "button", "data-key": `separate-${item.conversation}`, onclick: () => separate(item.conversation, item) }, "Séparer");

/** Opens at the comparison when the other conversation is known, else at the search. */
export function open(other = null) {
  $("merge-form").reset();
  $("merge-found").replaceChildren();
  say("");
  show(false);
  $("merge").showModal();
  if (other) compare(other);
  else $("merge-search").focus();
}

async function separate(conversation, item = null) {
  const whom = item ? `${item.channel} ${item.address}` : "Cette adresse";
  const text = `${whom} redevient un contact à part, avec sa conversation et ses dossiers. C'est noté au journal.`;
  if (!(await confirmed("Séparer ce contact ?", text, "Séparer"))) return;
  try {
    await post(`${page.queueUrl}${conversation}/separate/`);
    toast("Le contact est séparé.");
  } catch (refusal) {
    toast(refusal.message);
  }
}

function typed() {
  clearTimeout(pause);
  asked += 1;
  if ($("merge-search").value.trim().length >= 2) pause = setTimeout(look, PAUSE);
  else $("merge-found").replaceChildren();
}

async function look() {
  clearTimeout(pause);
  const number = (asked += 1);
  try {
    const answer = await post($("search").dataset.url, { q: $("merge-search").value, after: null });
    if (number !== asked) return;
    const rows = answer.rows.filter((row) => !own.includes(row.id));
    $("merge-found").replaceChildren(...rows.map(found));
    say(rows.length ? "" : "Personne d'autre n'est trouvé. Cherchez un numéro entier, un nom ou une référence.");
  } catch (refusal) {
    if (number === asked) say(refusal.message);
  }
}

const found = (row) =>
  el("li", {}, el("button", { type: "button", class: "k-merge-row", onclick: () => compare(row.id) },
    el("span", { class: "k-who" }, row.customer),
    el("span", { class: "k-sub" }, [row.channel_label, row.agent ? `avec ${row.agent.name}` : row.owner_label, moment(row.at)].join(" · ")),
    row.excerpt.text && el("span", { class: "k-sub k-merge-words" }, row.excerpt.text)));

async function compare(other) {
  const number = (asked += 1);
  try {
    const both = await get(`${page.caseUrl}merge/compare/?with=${encodeURIComponent(other)}`);
    if (number !== asked) return;
    compared = { other, shown: both.shown };
    $("merge-sides").replaceChildren(side("Ce contact, qui reste", both.kept), side("L'autre, qui le rejoint", both.other));
    say("");
    show(true);
    $("merge-form").querySelector("input[name=reason]").focus();
  } catch (refusal) {
    say(refusal.message);
  }
}

const side = (title, data) =>
  el("section", { class: "k-merge-side" },
    el("h3", {}, title),
    el("p", { class: "k-who" }, data.name),
    el("p", { class: "k-sub" }, `connu depuis ${moment(data.since)}`),
    el("ul", {}, ...data.addresses.map((each) => el("li", {},
      el("span", { class: "k-merge-line" }, el("span", {}, `${each.channel} ${each.address}`), el("span", { class: "k-chip", "data-owner": each.owner }, each.owner_label)),
      el("span", { class: "k-sub" }, `dernier message ${moment(each.at)}${each.stopped ? " · a envoyé STOP" : ""}`))),
      rest(data.more_addresses)),
    el("h4", {}, "Dossiers ouverts"),
    data.claims.length
      ? el("ul", {}, ...data.claims.map((each) => el("li", { class: "k-merge-line" },
        el("span", {}, `${each.number} · ${each.kind}`), el("span", { class: "k-chip", "data-status": each.status }, each.status_label))), rest(data.more_claims))
      : el("p", { class: "k-sub" }, "aucun"));

const rest = (count) => count > 0 && el("li", { class: "k-sub" }, count === 1 ? "et 1 autre" : `et ${count} autres`);

async function merge() {
  const reason = $("merge-form").reason.value;
  if (!compared || !reason) return say("Dites pourquoi ces deux contacts sont la même personne.");
  $("merge-yes").disabled = true;
  try {
    await post(`${page.caseUrl}merge/`, { with: compared.other, reason, shown: compared.shown });
    $("merge").close();
    toast("Les contacts sont réunis.");
  } catch (refusal) {
    say(refusal.message);
  } finally {
    $("merge-yes").disabled = false;
  }
}

/** Either the search or the comparison. */
function show(comparison) {
  $("merge-seek").hidden = comparison;
  $("merge-compare").hidden = !comparison;
  $("merge-back").hidden = $("merge-yes").hidden = !comparison;
  if (!comparison) compared = null;
}

const say = (text) => write($("merge-error"), text);

if ($("merge")) {
  $("merge-search").addEventListener("input", typed);
  $("merge-search").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) look();
    else if (event.key === "ArrowDown") $("merge-found").querySelector("button")?.focus();
    else return;
    event.preventDefault();
  });
  $("merge-found").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const rows = [...$("merge-found").querySelectorAll("button")];
    (rows[rows.indexOf(document.activeElement) + step] ?? $("merge-search")).focus();
    event.preventDefault();
  });
  $("merge-back").addEventListener("click", () => { say(""); show(false); $("merge-search").focus(); });
  $("merge-cancel").addEventListener("click", () => $("merge").close());
  $("merge-form").addEventListener("submit", (event) => { event.preventDefault(); merge(); });
}
