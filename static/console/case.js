// The case page: one line feeds transcript, card and composer; four buttons change who owns the conversation.

import { countInTitle, ring } from "./bell.js";
import { drawCard, tickCard } from "./card.js";
import { Composer } from "./composer.js";
import { confirmed } from "./confirm.js";
import { $, toast, write } from "./dom.js";
import { shortcuts } from "./keys.js";
import { Line } from "./line.js";
import { Notes } from "./notes.js";
import { post } from "./post.js";
import { askWhy } from "./reveal.js";
import { Side } from "./side.js";
import { Taking } from "./taking.js";
import { firstSeq, pointAt, showMessages, showReadings, showSpeaking } from "./transcript.js";

const page = $("console").dataset;
const KEEP_EVERY = 60_000;
const ACTIVE_FOR = 120_000;
let data = null;
let opened = false;
let waiting = null;
let token = null;
let activeAt = Date.now();
let typingTimer;
let sought = null;

const line = new Line(`?case=${page.case}`, hear, () => {
  if (token) line.say({ type: "reveal", token });
  composer.retryAll();
});
const side = new Side(page.caseUrl, () => token);
const notes = new Notes(page.caseUrl, page.case, async () => (await side.aids()).people);
const composer = new Composer(page.caseUrl, page.case, (frame) => line.say(frame));
const taking = new Taking(page, () => composer.settled());

function hear(frame) {
  if (frame.type === "case") drawCase(frame.case);
  else if (frame.type === "messages") drawMessages(frame);
  else if (frame.type === "speaking") showSpeaking(frame.reply, frame.text);
  else if (frame.type === "typing") customerTypes(frame.on);
  else if (frame.type === "counts") drawCounts(frame);
  else if (frame.type === "viewers") taking.watch(frame.viewers);
  else if (frame.type === "notes") notes.show(frame.notes);
}

function drawCase(fresh) {
  data = fresh;
  write($("customer"), data.customer.name);
  write($("owner"), data.mine ? "Avec moi" : data.agent ? `Avec ${data.agent.name}` : data.owner_label);
  $("customer").title = data.customer.name; // cut short on the bar
  $("owner").title = $("owner").textContent;
  $("owner").dataset.owner = data.mine ? "mine" : data.owner;
  $("take").hidden = data.mine || !data.may_act;
  $("take").disabled = Boolean(data.agent);
  $("take").title = data.agent ? `Déjà avec ${data.agent.name}` : "Prendre la conversation (t)";
  $("hand-back").hidden = $("close").hidden = !data.mine;
  composer.allow(data);
  taking.draw(data);
  drawCard(data, reveal);
  side.draw(data);
  notes.allow(data);
}

/** Just taken from the queue: the hands go on to the answer, once, before the line is there to send it. */
function startReply() {
  history.replaceState(null, "", location.pathname);
  $("text").disabled = false;
  $("text").focus();
}

function drawMessages(frame) {
  const fresh = showMessages(frame.messages, !opened);
  frame.messages.forEach((message) => message.client_id && composer.confirmed(message.client_id));
  $("older").hidden = !frame.older;
  if (fresh.some((message) => message.author === "customer")) customerTypes(false);
  if (opened && data?.mine && document.hidden && fresh.some((message) => message.author === "customer")) ring();
  opened = true;
  notes.arrange(frame.older);
  if (sought) seek(sought);
}

/** Brings a message into view, once there is anything to see; one that stands further up is fetched page by page. */
function seek(seq) {
  const further = opened && !pointAt(seq) && seq < firstSeq() && !$("older").hidden;
  sought = further || !opened ? seq : null;
  if (further) line.say({ type: "older" });
}

/** The address may name a message (…/#12): a result of the search does. */
function seekNamed() {
  const seq = Number(location.hash.slice(1));
  if (Number.isInteger(seq) && seq > 0) seek(seq);
}

function drawCounts(frame) {
  if (waiting !== null && frame.waiting > waiting) ring();
  waiting = frame.waiting;
  $("waiting").hidden = !waiting;
  write($("waiting"), String(waiting));
  $("waiting").title = waiting === 1 ? "1 client attend" : `${waiting} clients attendent`;
  countInTitle(frame.waiting + frame.mine);
}

function customerTypes(on) {
  clearTimeout(typingTimer);
  $("typing").firstElementChild.hidden = !on;
  if (on) typingTimer = setTimeout(() => customerTypes(false), 6000);
}

async function act(name) {
  try {
    await post(`${page.caseUrl}${name}/`);
    return true;
  } catch (refusal) {
    toast(refusal.message);
    return false;
  }
}

async function take() {
  if ($("take").hidden || $("take").disabled) return;
  $("take").disabled = true;
  if (await act("take")) $("text").focus();
  else $("take").disabled = Boolean(data?.agent);
}

/** Asks first only where something would be left hanging. */
async function end(name, title, verb) {
  if (!(await composer.settled())) return toast("Une réponse n'est pas partie : réessayez-la ou reprenez son texte d'abord.");
  const left = [
    data.unanswered && !composer.leaving && "Le dernier message du client n'a pas de réponse.",
    composer.draft && "Votre brouillon n'a pas été envoyé.",
  ].filter(Boolean);
  if (left.length && !(await confirmed(title, left.join(" "), verb))) return;
  if (await act(name)) location.assign(page.queueUrl);
}

async function reveal() {
  const why = await askWhy();
  if (!why) return;
  try {
    token = (await post(`${page.caseUrl}reveal/`, why)).token;
    line.say({ type: "reveal", token });
  } catch (refusal) {
    toast(refusal.message);
  }
}

function readings(on) {
  localStorage.setItem("console.readings", on ? "1" : "0");
  $("readings").setAttribute("aria-pressed", String(on));
  showReadings(on);
}

const toggleReadings = () => readings($("readings").getAttribute("aria-pressed") !== "true");

/** While the agent is here and active, the case stays theirs. */
function keep() {
  if (data?.mine && !document.hidden && Date.now() - activeAt < ACTIVE_FOR) act("keep");
}

for (const event of ["pointermove", "keydown", "wheel", "touchstart"]) {
  addEventListener(event, () => { activeAt = Date.now(); }, { passive: true });
}
$("take").addEventListener("click", take);
$("hand-back").addEventListener("click", () => end("hand-back", "Rendre à l'assistant ?", "Rendre"));
$("close").addEventListener("click", () => end("close", "Terminer la conversation ?", "Terminer"));
$("older").addEventListener("click", () => line.say({ type: "older" }));
$("readings").addEventListener("click", toggleReadings);
document.addEventListener("console:seek", (event) => seek(event.detail));
addEventListener("hashchange", seekNamed);
if (location.hash === "#repondre") startReply();
seekNamed();
readings(localStorage.getItem("console.readings") === "1");
shortcuts({
  t: take,
  c: () => taking.give(),
  l: toggleReadings,
  r: () => notes.choose(false),
  n: () => data?.may_act && notes.choose(true),
  q: () => location.assign(page.queueUrl),
});
setInterval(keep, KEEP_EVERY);
setInterval(() => { composer.tick(); tickCard(); taking.tick(); }, 1000);
