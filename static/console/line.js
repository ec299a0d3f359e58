// The line to the server: opens, opens again with back-off, and says honestly when what is shown may be old.

import { $, write } from "./dom.js";
import { setNow } from "./time.js";

const SILENCE = 12_000; // the server tells the time every five seconds
const WAITS = [500, 1000, 2000, 4000, 8000, 15000];
const SIGNED_OUT = 4401;
const NOT_FOUND = 4404;

export class Line {
  /** `query` is added to the address; `hear(frame)` gets every frame; `opened()` is called on each connection. */
  constructor(query, hear, opened = () => {}) {
    this.query = query;
    this.hear = hear;
    this.opened = opened;
    this.tries = 0;
    this.heardAt = Date.now();
    setInterval(() => this.listen(), 1000);
    addEventListener("online", () => this.again(0));
    document.addEventListener("visibilitychange", () => !document.hidden && this.listen());
    this.open();
  }

  open() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws/console/${this.query}`);
    this.socket = socket;
    this.heardAt = Date.now();
    socket.onopen = () => this.opened();
    socket.onmessage = (event) => this.take(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.socket && this.closed(event.code);
  }

  take(frame) {
    this.heardAt = Date.now();
    this.tries = 0;
    if (frame.type === "time") {
      setNow(frame.now);
      this.show("live", "En direct");
    }
    this.hear(frame);
    document.dispatchEvent(new CustomEvent("console:frame", { detail: frame })); // for what is on every page: bell, status
  }

  say(frame) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  listen() {
    if (this.over) return;
    if (Date.now() - this.heardAt > SILENCE) {
      this.socket.close();
      this.closed(0);
    }
  }

  closed(code) {
    if (code === SIGNED_OUT) return this.end("Votre session est terminée.", true);
    if (code === NOT_FOUND) return this.end("Cette conversation n'existe plus.", false);
    this.show("lost", "Hors ligne");
    this.banner("Connexion perdue. Ce que vous voyez peut dater ; nous essayons de la rétablir.");
    this.again(WAITS[Math.min(this.tries++, WAITS.length - 1)] * (0.75 + Math.random() / 2));
  }

  again(wait) {
    if (this.over || (this.socket.readyState === WebSocket.OPEN && Date.now() - this.heardAt < SILENCE)) return;
    clearTimeout(this.timer);
    this.heardAt = Date.now() + wait;
    this.timer = setTimeout(() => this.open(), wait);
  }

  end(text, signedOut) {
    this.over = true;
    this.show("lost", "Hors ligne");
    this.banner(text, signedOut);
  }

  show(state, text) {
    $("live").dataset.state = state;
    write($("live-text"), text);
    if (state === "live") $("line").hidden = true;
  }

  banner(text, signIn = false) {
    const node = $("line");
    node.textContent = text;
    if (signIn) {
      const link = document.createElement("a");
      link.href = `${$("console").dataset.loginUrl}?next=${encodeURIComponent(location.pathname)}`;
      link.textContent = "Se reconnecter";
      node.append(" ", link);
    }
    node.hidden = false;
  }
}
