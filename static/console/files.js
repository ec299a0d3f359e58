// Files of a reply: taken by button, drag or paste, sent up at once, and never lost: what failed says so and can be tried again.

import { $, el, icon, toast } from "./dom.js";
import { post, token } from "./post.js";

const MAXIMUM = 5;
const LARGEST = 8_388_608;
const TIMEOUT = 90_000;

export class Files {
  constructor(composer, name) {
    this.composer = composer;
    this.key = `console.files.${name}`;
    this.items = JSON.parse(sessionStorage.getItem(this.key) ?? "[]");
    $("attach").addEventListener("click", () => $("file").click());
    $("file").addEventListener("change", () => { this.add($("file").files); $("file").value = ""; });
    $("text").addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      this.add(event.clipboardData.files);
    });
    this.drop($("composer").parentElement);
    this.draw();
  }

  get ready() {
    return this.items.every((item) => item.file);
  }

  add(list) {
    if (!this.composer.mine) return;
    for (const blob of list) {
      if (this.items.length >= MAXIMUM) return toast(`Au plus ${MAXIMUM} fichiers à la fois.`);
      const item = { name: blob.name, blob };
      this.items.push(item);
      if (blob.size > LARGEST) item.why = "dépasse 8 Mo";
      else this.send(item);
    }
    this.draw();
  }

  async send(item) {
    delete item.why;
    this.draw();
    const form = new FormData();
    form.append("file", item.blob, item.name);
    try {
      const answer = await fetch(`${this.composer.address}files/`, {
        method: "POST",
        headers: { "X-CSRFToken": token() },
        body: form,
        signal: AbortSignal.timeout(TIMEOUT),
      });
      const json = await answer.json().catch(() => ({}));
      if (answer.ok) Object.assign(item, json, { blob: null });
      else Object.assign(item, { why: json.detail ?? "Le serveur a rencontré une erreur.", final: answer.status < 500 });
    } catch {
      item.why = "Le serveur ne répond pas.";
    }
    this.draw();
  }

  remove(item) {
    this.items = this.items.filter((other) => other !== item);
    if (item.file) post(`${this.composer.address}files/drop/`, { file: item.file }).catch(() => {}); // it was never part of a message
    this.draw();
    $("text").focus();
  }

  /** The files of the reply about to leave. */
  take() {
    const taken = this.items.map(({ file, name, type, url }) => ({ file, name, type, url }));
    this.items = [];
    this.draw();
    return taken;
  }

  giveBack(files) {
    this.items.push(...files.filter((file) => !this.items.some((item) => item.file === file.file)));
    this.draw();
  }

  draw() {
    const kept = this.items.filter((item) => item.file).map(({ blob, ...item }) => item);
    if (kept.length) sessionStorage.setItem(this.key, JSON.stringify(kept));
    else sessionStorage.removeItem(this.key);
    $("attached").replaceChildren(...this.items.map((item) =>
      el("li", { class: item.why ? "k-chip-file k-failed-file" : "k-chip-file" },
        icon(item.why ? "error" : item.file ? "attach_file" : "hourglass_top"),
        el("span", {}, item.name, item.why ? ` : ${item.why}` : item.file ? "" : " · envoi…"),
        item.why && item.blob && !item.final && item.blob.size <= LARGEST &&
          el("button", { class: "k-link", type: "button", onclick: () => this.send(item) }, "Réessayer"),
        el("button", { class: "k-icon", type: "button", "aria-label": `Retirer ${item.name}`, onclick: () => this.remove(item) }, icon("close")))));
    this.composer.fit();
  }

  drop(zone) {
    const over = (on) => zone.classList.toggle("k-dropping", on && this.composer.mine);
    zone.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      over(true);
    });
    zone.addEventListener("dragleave", (event) => event.relatedTarget && zone.contains(event.relatedTarget) || over(false));
    zone.addEventListener("drop", (event) => {
      over(false);
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      this.add(event.dataTransfer.files);
    });
  }
}

/** The files of a bubble: pictures small, everything as a link. */
export const fileLinks = (files) =>
  (files ?? []).map((file) =>
    el("li", {},
      el("a", { class: "k-file", href: file.url, target: "_blank", rel: "noopener" },
        file.type?.startsWith("image/") && file.url
          ? el("img", { class: "k-thumb", src: file.url, alt: "", loading: "lazy" })
          : icon("picture_as_pdf"),
        file.name)));
