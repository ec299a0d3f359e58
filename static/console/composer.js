// Writing to the customer: a draft that survives, replies sent once and in order, and the truth when one could not be.

import { $, write } from "./dom.js";
import { post } from "./post.js";
import { now, until } from "./time.js";
import { dropPending, showPending } from "./transcript.js";

const MAXIMUM = 4000;
const SOON = 2 * 3600_000;
const TYPING_EVERY = 3000;
const TYPING_ENDS = 5000;

export class Composer {
  /** `address` is the case's own; `say(frame)` speaks down the line. What is not sent stays in this tab's storage. */
  constructor(address, name, say) {
    this.address = address;
    this.say = say;
    this.draftKey = `console.draft.${name}`;
    this.outboxKey = `console.outbox.${name}`;
    this.outbox = JSON.parse(sessionStorage.getItem(this.outboxKey) ?? "[]");
    this.typedAt = 0;
    $("text").value = sessionStorage.getItem(this.draftKey) ?? "";
    $("text").addEventListener("input", () => this.changed());
    $("text").addEventListener("keydown", (event) => this.key(event));
    $("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.outbox.forEach((entry) => this.show({ ...entry, why: entry.why ?? "la page a été fermée avant la réponse du serveur." }));
    this.fit();
  }

  /** Resolves once nothing is on its way any more: to true when all was sent, to false when something could not be. */
  async settled() {
    while (this.outbox.some((entry) => !entry.why)) {
      if (this.outbox.some((entry) => entry.why)) return false;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return this.outbox.length === 0;
  }

  get draft() {
    return $("text").value.trim();
  }

  /** Opens or closes the composer as the case allows, and says why. */
  allow(data) {
    this.mine = data.mine && data.may_act;
    this.window = data.window;
    $("text").disabled = false;
    $("text").readOnly = !this.mine;
    $("composer").classList.toggle("k-closed", !this.mine);
    write($("composer-hint"), why(data));
    this.fit();
    this.tick();
  }

  /** The 24-hour window, as a countdown. */
  tick() {
    const note = $("window");
    note.hidden = !this.window;
    if (!this.window) return;
    const left = until(this.window);
    note.dataset.state = left.late ? "closed" : Date.parse(this.window) - now() < SOON ? "soon" : "open";
    write(note, left.late
      ? "La fenêtre WhatsApp de 24 h est fermée : votre réponse sera retenue, et un modèle invitera le client à écrire."
      : `Fenêtre WhatsApp : se ferme ${left.text}.`);
  }

  /** Sends again what failed for want of a connection; the server knows each reply by its identifier. */
  retryAll() {
    this.outbox.filter((entry) => entry.why && !entry.refused).forEach((entry) => { delete entry.why; });
    this.work();
  }

  /** The server shows this reply: it is no longer ours to send. */
  confirmed(clientId) {
    this.outbox = this.outbox.filter((entry) => entry.clientId !== clientId);
    this.keep();
    this.work(); // what waited behind it
  }

  changed() {
    sessionStorage.setItem(this.draftKey, $("text").value);
    this.fit();
    if (!this.draft) this.typing(false);
    else if (Date.now() - this.typedAt > TYPING_EVERY) this.typing(true);
    clearTimeout(this.idle);
    this.idle = setTimeout(() => this.typing(false), TYPING_ENDS);
  }

  typing(on) {
    if (!this.mine || (!on && !this.typedAt)) return;
    this.typedAt = on ? Date.now() : 0;
    this.say({ type: "typing", on });
  }

  key(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape") $("text").blur();
  }

  fit() {
    const length = [...$("text").value].length;
    write($("length"), length > MAXIMUM * 0.8 ? `${length} / ${MAXIMUM}` : "");
    $("send").disabled = !this.mine || !this.draft;
  }

  submit() {
    if (!this.mine || !this.draft) return;
    this.outbox.push({ clientId: crypto.randomUUID(), text: this.draft });
    this.keep();
    $("text").value = "";
    sessionStorage.removeItem(this.draftKey);
    clearTimeout(this.idle);
    this.typing(false);
    this.fit();
    $("text").focus();
    this.outbox.forEach((entry) => this.show(entry));
    this.work();
  }

  async work() {
    if (this.working) return;
    this.working = true;
    let entry;
    while ((entry = this.outbox.find((one) => !one.sent)) && !entry.why) {
      this.show(entry);
      try {
        await post(`${this.address}reply/`, { client_id: entry.clientId, text: entry.text });
        entry.sent = true; // the bubble stays until the transcript brings the stored message
      } catch (refusal) {
        entry.why = refusal.message;
        entry.refused = refusal.status !== 0;
        if (this.outbox.includes(entry)) this.show(entry);
      }
      this.keep();
    }
    this.working = false;
  }

  show(entry) {
    showPending(entry, () => this.retry(entry.clientId), () => this.takeBack(entry.clientId));
  }

  retry(clientId) {
    const entry = this.outbox.find((one) => one.clientId === clientId);
    if (!entry) return;
    delete entry.why;
    delete entry.refused;
    this.work();
  }

  takeBack(clientId) {
    const entry = this.outbox.find((one) => one.clientId === clientId);
    if (!entry) return;
    this.confirmed(clientId);
    dropPending(clientId);
    $("text").value = [entry.text, $("text").value].filter(Boolean).join("\n");
    this.changed();
    $("text").focus();
  }

  keep() {
    if (this.outbox.length) sessionStorage.setItem(this.outboxKey, JSON.stringify(this.outbox));
    else sessionStorage.removeItem(this.outboxKey);
  }
}

function why(data) {
  if (!data.may_act) return "Votre rôle permet de lire, pas de répondre.";
  if (data.mine) return "Ctrl + Entrée pour envoyer";
  if (data.agent) return `Cette conversation est avec ${data.agent.name} : vous pourrez répondre quand elle sera rendue.`;
  if (data.owner === "queue") return "Prenez la conversation pour répondre.";
  if (data.owner === "bot") return "L'assistant répond. Prenez la conversation pour répondre à sa place.";
  return "Conversation terminée. Prenez-la pour écrire au client.";
}
