// The transcript: bubbles in the order of their seq, words as they are spoken, replies on their way, days between them.

import { drawFiles } from "./attachments.js";
import { $, el, icon, write } from "./dom.js";
import { lessonButton } from "./lessons.js";
import { fileLinks } from "./files.js";
import { clockTime, dayName, sameDay } from "./time.js";
import { messageActs } from "./undo.js";
import { why } from "./why.js";

const NEAR_END = 80; // pixels: closer than this to the end, the reader follows it
const list = $("messages");
const box = $("transcript");
const bubbles = new Map(); // message id → {node, message}
const speaking = new Map(); // reply id → node
const pending = new Map(); // client id → node

/** Adds and updates messages; returns those that were not shown before. */
export function showMessages(messages, opening) {
  const stays = opening || atEnd();
  const fromEnd = box.scrollHeight - box.scrollTop;
  const older = !opening && messages.length > 0 && bubbles.size > 0 && messages.at(-1).seq < firstSeq();
  const fresh = messages.filter((message) => !bubbles.has(message.id));
  messages.forEach(showMessage);
  nameDays();
  if (older) box.scrollTop = box.scrollHeight - fromEnd;
  else if (stays) toEnd();
  else if (fresh.length) $("newer").hidden = false;
  return fresh;
}

/** The words of a reply while it is being spoken. */
export function showSpeaking(reply, text) {
  const stays = atEnd();
  const node = speaking.get(reply) ?? provisional("bot", "Assistant");
  speaking.set(reply, node);
  write(node.querySelector(".k-text"), text);
  write(node.querySelector(".k-meta"), "écrit en ce moment…");
  if (stays) toEnd();
}

/** A reply of ours that the transcript does not hold yet; `meta` says how it stands. */
export function showPending(entry, meta) {
  const node = pending.get(entry.clientId) ?? provisional("agent", "Moi");
  pending.set(entry.clientId, node);
  write(node.querySelector(".k-text"), entry.text || (entry.template ? `Modèle : ${entry.template.text}` : ""));
  node.classList.toggle("k-failed", Boolean(entry.why));
  node.querySelector(".k-files").replaceChildren(...fileLinks(entry.files));
  node.querySelector(".k-meta").replaceChildren(...meta);
  toEnd();
}

export function dropPending(clientId) {
  pending.get(clientId)?.remove();
  pending.delete(clientId);
}

/** Brings a message into view and points at it. */
export function pointAt(seq) {
  const node = list.querySelector(`[data-seq="${Number(seq)}"]`);
  if (!node) return false;
  node.scrollIntoView({ block: "center" });
  node.classList.remove("k-pointed");
  void node.offsetWidth; // lets the same animation start again
  node.classList.add("k-pointed");
  return true;
}

/** Shows or hides, under each message of the customer, how the assistant reads it. */
export function showReadings(on) {
  const stays = atEnd();
  list.classList.toggle("k-with-readings", on);
  list.querySelectorAll("[data-reading]").forEach((node) => { delete node.dataset.reading; });
  if (stays) toEnd();
}

const atEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
export const firstSeq = () => Number(list.querySelector("[data-seq]")?.dataset.seq ?? 0);

function toEnd() {
  box.scrollTop = box.scrollHeight;
  $("newer").hidden = true;
}

function showMessage(message) {
  if (message.author === "customer") forget(speaking); // the assistant starts again with the new message
  if (message.replaces) {
    speaking.get(message.replaces)?.remove();
    speaking.delete(message.replaces);
  }
  if (message.client_id) dropPending(message.client_id);
  const known = bubbles.get(message.id);
  const node = known?.node ?? bubble(message.author, message.name);
  bubbles.set(message.id, { node, message });
  fill(node, message);
  if (!known) place(node, message.seq);
}

function place(node, seq) {
  node.dataset.seq = seq;
  const later = [...list.querySelectorAll("[data-seq]")].find((other) => Number(other.dataset.seq) > seq);
  list.insertBefore(node, later ?? list.querySelector(".k-provisional"));
}

function fill(node, message) {
  write(node.querySelector(".k-text"), message.text);
  node.querySelector(".k-text").hidden = !message.text;
  write(node.querySelector(".k-reading"), message.normalised);
  drawFiles(node.querySelector(".k-files"), message);
  write(node.querySelector(".k-read"), message.read);
  dress(node, message);
  node.querySelector(".k-choices").replaceChildren(...message.choices.map((label) => el("li", {}, label)));
  node.querySelector(".k-meta").replaceChildren(
    el("time", { dateTime: message.at }, clockTime(message.at)), ...delivery(message.delivery), ...messageActs(message),
    ...cited(message.sources), ...[lessonButton(message)].filter(Boolean));
}

/** Once a bubble: why the assistant said it, or how it reads what the customer said. */
function dress(node, message) {
  const more = node.querySelector(".k-more");
  if (more.hasChildNodes()) return;
  if (message.author === "bot") more.append(...why(message));
  else if (message.author === "customer" && message.text) {
    if (message.normalised) more.append(comparing(node, message));
    more.append(...why(message));
  }
}

function comparing(node, message) {
  const shown = () => node.dataset.reading === "on" || (node.dataset.reading !== "off" && list.classList.contains("k-with-readings"));
  return el("button", {
    class: "k-link", type: "button", "aria-label": `Comparer avec la lecture de l'assistant (message ${message.seq})`,
    onclick: () => { node.dataset.reading = shown() ? "off" : "on"; },
  }, "Comparer");
}

function delivery(state) {
  if (!state) return [];
  const words = [state.label, state.why && ` : ${state.why}.`, state.todo && ` ${state.todo}`];
  return [el("span", { class: state.bad ? "k-why" : "k-state", "data-state": state.state },
    state.bad && icon("error"), words.filter(Boolean).join(""))];
}

/** The articles that a reply of the assistant quotes, for the agent who wants to know where it comes from. */
const cited = (sources) =>
  sources?.length ? [el("span", { class: "k-source" }, icon("menu_book"), `Source : ${sources.join(", ")}`)] : [];

const bubble = (author, name) =>
  el("li", { class: "k-message", "data-author": author },
    el("p", { class: "k-day", hidden: true }),
    el("div", { class: "k-bubble" },
      el("p", { class: "k-author" }, name),
      el("div", { class: "k-words" }, el("p", { class: "k-text", dir: "auto" }), el("p", { class: "k-reading" })),
      el("ul", { class: "k-files" }),
      el("p", { class: "k-read" }),
      el("ul", { class: "k-choices" }),
      el("div", { class: "k-foot" }, el("p", { class: "k-meta" }), el("div", { class: "k-more" }))));

function provisional(author, name) {
  const node = bubble(author, name);
  node.classList.add("k-provisional");
  list.append(node);
  return node;
}

function forget(nodes) {
  nodes.forEach((node) => node.remove());
  nodes.clear();
}

function nameDays() {
  let previous = null;
  const inOrder = [...bubbles.values()].sort((a, b) => a.message.seq - b.message.seq);
  for (const { node, message } of inOrder) {
    const label = node.querySelector(".k-day");
    label.hidden = previous !== null && sameDay(previous, message.at);
    if (!label.hidden) write(label, dayName(message.at));
    previous = message.at;
  }
}

let followed = true; // whether the reader was at the end before the box changed its size
box.addEventListener("scroll", () => {
  followed = atEnd();
  if (followed) $("newer").hidden = true;
}, { passive: true });
new ResizeObserver(() => { if (followed) toEnd(); }).observe(box);
$("newer").addEventListener("click", toEnd);
