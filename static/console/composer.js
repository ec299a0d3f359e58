// Writing to the customer: a draft that survives, replies sent once and in order, and the truth when one could not be.

import { Canned, selectGap } from "./canned.js";
import { $, el, icon, toast, write } from "./dom.js";
import { Files } from "./files.js";
import { Macros } from "./macros.js";
import { post } from "./post.js";
import { Suggest } from "./suggest.js";
import { now, until } from "./time.js";
import { dropPending, showPending } from "./transcript.js";
import { Undo } from "./undo.js";
import { chosenTemplate, drawPlan, templateText } from "./window.js";

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
    this.outbox = JSON.parse(sessionStorage.getItem(this.outboxKey) ?? "[]").filter((entry) => !entry.sent); // the server has those
    this.typedAt = 0;
    $("text").value = sessionStorage.getItem(this.draftKey) ?? "";
    $("text").addEventListener("input", () => this.changed());
    $("text").addEventListener("keydown", (event) => this.key(event));
    $("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.undo = new Undo(this);
    this.files = new Files(this, name);
    this.canned = new Canned(this);
    this.macros = new Macros(this);
    this.suggest = new Suggest(this);
    this.outbox.forEach((entry) => this.show({ ...entry, why: entry.why ?? "la page a été fermée avant la réponse du serveur." }));
    this.fit();
  }

  /** Resolves once the server has all there is: to true, or to false when something could not be sent. */
  async settled() {
    while (this.outbox.some((entry) => !entry.why && !entry.sent)) {
      if (this.outbox.some((entry) => entry.why)) return false;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return !this.outbox.some((entry) => entry.why);
  }

  /** Whether a reply is on its way that the transcript does not show yet. */
  get leaving() {
    return this.outbox.some((entry) => entry.sent && !entry.why);
  }

  get draft() {
    return $("text").value.trim();
  }

  /** Opens or closes the composer as the case allows, and says why. */
  allow(data) {
    this.mine = data.mine && data.may_act;
    this.window = data.window;
    this.invitation = data.invitation;
    this.undo.sync(data.pending ?? []);
    $("text").disabled = false;
    $("text").readOnly = !this.mine;
    $("composer").classList.toggle("k-closed", !this.mine);
    write($("composer-hint"), why(data));
    this.fit();
    this.tick();
    if (this.early) this.submit();
  }

  /** The 24-hour window, as a countdown. */
  tick() {
    this.undo.tick();
    const note = $("window");
    note.hidden = !this.window;
    if (!this.window) return;
    const left = until(this.window);
    note.dataset.state = left.late ? "closed" : Date.parse(this.window) - now() < SOON ? "soon" : "open";
    write(note, left.late
      ? "La fenêtre WhatsApp de 24 h est fermée : votre réponse sera retenue jusqu'à ce que le client écrive."
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
    this.early = false; // what was asked for was another text
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
    if (this.canned.menu.key(event)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.submit();
    } else if (event.code === "Space" && event.ctrlKey) {
      event.preventDefault();
      this.suggest.ask();
    } else if (event.key === "Escape") $("text").blur();
  }

  fit() {
    const length = [...$("text").value].length;
    write($("length"), length > MAXIMUM * 0.8 ? `${length} / ${MAXIMUM}` : "");
    drawPlan(this.mine ? this.invitation : null, this.draft, () => this.fit());
    const says = this.draft || this.files?.items.length;
    $("send").disabled = !this.mine || !(says || chosenTemplate(this.invitation));
    write($("send"), !says && this.mine && chosenTemplate(this.invitation) ? "Envoyer le modèle" : "Envoyer");
  }

  submit() {
    this.early = this.mine === undefined; // asked for before the line has said that the case is ours
    if ($("send").disabled) return;
    if (selectGap()) return toast("Complétez ce qui manque avant d'envoyer.");
    if (!this.files.ready) return toast("Une pièce jointe n'est pas encore prête : attendez-la, ou retirez-la.");
    const suggestion = this.suggest.use(this.draft);
    const name = chosenTemplate(this.invitation);
    const template = name ? { name, text: templateText(this.invitation, name) } : null;
    this.outbox.push({ clientId: crypto.randomUUID(), text: this.draft, files: this.files.take(), suggestion, template });
    this.keep();
    this.clear();
    $("text").focus();
    this.outbox.forEach((entry) => this.show(entry));
    this.work();
  }

  clear() {
    $("text").value = "";
    sessionStorage.removeItem(this.draftKey);
    clearTimeout(this.idle);
    this.typing(false);
    this.fit();
  }

  /** Puts a text into the composer in place of what is there. */
  put(text) {
    $("text").value = text;
    this.changed();
    $("text").focus();
  }

  async work() {
    if (this.working) return;
    this.working = true;
    let entry;
    while ((entry = this.outbox.find((one) => !one.sent)) && !entry.why) {
      this.show(entry);
      try {
        const files = entry.files?.map((each) => each.file) ?? [];
        const answer = await post(`${this.address}reply/`, {
          client_id: entry.clientId, text: entry.text, files, suggestion: entry.suggestion, template: entry.template?.name,
        });
        Object.assign(entry, { sent: true, due: answer?.pending?.due }); // the bubble stays until the transcript brings the message
        if (entry.due && this.outbox.includes(entry)) this.show(entry);
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
    const button = (label, act) => el("button", { class: "k-link", type: "button", onclick: act }, label);
    showPending(entry, entry.why
      ? [
          el("span", { class: "k-why" }, icon("error"), `Pas envoyé : ${entry.why}`),
          button("Réessayer", () => this.retry(entry.clientId)),
          button("Reprendre le texte", () => this.takeBack(entry.clientId)),
        ]
      : entry.due ? this.undo.meta(entry) : ["Envoi…"]);
  }

  retry(clientId) {
    const entry = this.outbox.find((one) => one.clientId === clientId);
    if (!entry) return;
    delete entry.why;
    delete entry.refused;
    entry.sent = entry.kept = false;
    this.work();
  }

  takeBack(clientId) {
    const entry = this.outbox.find((one) => one.clientId === clientId);
    if (!entry) return;
    if (entry.kept) this.undo.back(entry); // the server keeps it too
    else this.restore(entry);
  }

  /** The words and files of a reply that did not leave, back where they were written. */
  restore(entry) {
    this.forget(entry.clientId);
    this.files.giveBack(entry.files ?? []);
    this.put([entry.text, $("text").value].filter(Boolean).join("\n"));
  }

  forget(clientId) {
    this.confirmed(clientId);
    dropPending(clientId);
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
