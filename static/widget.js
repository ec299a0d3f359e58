/* <akwaba-chat>, Akwaba's web widget: see docs/widget.md. */
(() => {
  "use strict";

  const MAX_TEXT = 4000; // code points, as the server counts
  const COUNT_FROM = 3500; // then the counter shows
  const KEPT = 200; // messages kept in this tab
  const LATE_MS = 20_000; // no answer: a dead line, even on 2G
  const STALE_MS = 60_000; // an unfinished reply or a sleeping line is dead
  const BACKOFF_MS = 1_000;
  const BACKOFF_MAX_MS = 30_000;

  // ── Words

  const WORDS = {
    fr: {
      open: "Ouvrir la discussion", close: "Fermer la discussion", heading: "Assistance", log: "Messages", input: "Votre message",
      placeholder: "Écrivez votre message…", send: "Envoyer", latest: "Dernier message", choices: "Réponses proposées",
      unread: (n) => `${n} ${n > 1 ? "messages non lus" : "message non lu"}`,
      customer: "Vous", bot: "Assistant", agent: "Conseiller", system: "Information", typing: (who) => `${who} écrit…`,
      here: "Répond tout de suite", person: "Un conseiller vous répond", connecting: "Connexion…",
      hello: "Bonjour et akwaba !", help: "Dites-nous ce qui se passe, avec vos mots. Nous sommes là jour et nuit.",
      safety: "Ne donnez jamais votre code secret, même ici.",
      starters: ["Mon transfert n’est pas arrivé", "Où en est mon dossier ?", "Quels sont les frais ?", "Parler à un conseiller"],
      waiting: "Un conseiller va vous répondre.", next: "Vous êtes le prochain.", place: (n) => `Vous êtes ${n}ᵉ dans la file.`,
      joined: "Un conseiller a rejoint la discussion.", ended: "L’assistant reprend la discussion avec vous.",
      pending: "En attente", stored: "Envoyé", read: "Lu", failed: "Non envoyé", retry: "Réessayer", discard: "Supprimer",
      attachment: "Pièce jointe", kb: "Ko",
      lost: "Pas de connexion. Vos messages partiront dès son retour.",
      renewed: "Votre session a expiré : une nouvelle discussion commence.",
      rate_limited: (s) => `Vous écrivez très vite ! L’envoi reprend dans ${s} s.`,
      too_long: "Ce message est trop long. Coupez-le en deux, rien n’est perdu.",
      bad_message: "Nous n’avons pas pu lire ce message. Réessayez.",
      forbidden: "Cette discussion n’est plus accessible. Contactez-nous autrement, nous vous aiderons.",
      other: "Un souci de notre côté. Réessayez dans un instant.",
    },
    en: {
      open: "Open chat", close: "Close chat", heading: "Support", log: "Messages", input: "Your message",
      placeholder: "Write your message…", send: "Send", latest: "Latest message", choices: "Suggested answers",
      unread: (n) => `${n} unread ${n > 1 ? "messages" : "message"}`,
      customer: "You", bot: "Assistant", agent: "Adviser", system: "Notice", typing: (who) => `${who} is typing…`,
      here: "Answers right away", person: "An adviser is answering you", connecting: "Connecting…",
      hello: "Hello and akwaba!", help: "Tell us what happened, in your own words. We are here day and night.",
      safety: "Never give your PIN to anyone, not even here.",
      starters: ["My transfer has not arrived", "Where is my case?", "What are the fees?", "Talk to an adviser"],
      waiting: "An adviser will answer you.", next: "You are next.", place: (n) => `You are number ${n} in the queue.`,
      joined: "An adviser has joined the chat.", ended: "The assistant is back with you.",
      pending: "Waiting", stored: "Sent", read: "Read", failed: "Not sent", retry: "Try again", discard: "Delete",
      attachment: "Attachment", kb: "kB",
      lost: "No connection. Your messages will leave when it is back.",
      renewed: "Your session has expired: a new chat starts here.",
      rate_limited: (s) => `You are writing very fast! Sending resumes in ${s} s.`,
      too_long: "This message is too long. Cut it in two, nothing is lost.",
      bad_message: "We could not read this message. Please try again.",
      forbidden: "This chat is no longer available. Contact us another way, we will help you.",
      other: "Something went wrong on our side. Try again in a moment.",
    },
  };

  // ── Small tools

  const script = document.currentScript;
  const lengthOf = (text) => [...text].length;

  /** Text children become text nodes: no markup can run. */
  function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value != null && value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child != null));
    return element;
  }

  const ICONS = {
    chat: "M12 3.5c-5 0-9 3.3-9 7.5 0 2.2 1.1 4.2 2.9 5.5L5.2 20.5l4-2c.9.2 1.8.3 2.8.3 5 0 9-3.3 9-7.8s-4-7.5-9-7.5zM8 11l4-3.6 4 3.6-4 3.6z",
    close: "M6 6l12 12M18 6L6 18",
    send: "M4 12l16-7.5-5 15-3.5-5.5zM11.5 14L20 4.5",
    down: "M6 9.5l6 6 6-6",
    pending: "M12 4a8 8 0 100 16 8 8 0 000-16zM12 8v4.3l3 1.7",
    stored: "M5 12.5l4.5 4.5L19 7.5",
    read: "M2 12.5L6.5 17 15 8M11.5 16l1 1L22 7.5",
    failed: "M12 4a8 8 0 100 16 8 8 0 000-16zM12 8v5M12 16v.2",
    lock: "M7 11h10v8H7zM9 11V8.5a3 3 0 016 0V11",
    person: "M12 5a3.5 3.5 0 100 7 3.5 3.5 0 000-7zM5.5 19.5c.8-3.3 3.3-5 6.5-5s5.7 1.7 6.5 5",
  };

  function icon(name, label) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    if (label) svg.setAttribute("role", "img"), svg.setAttribute("aria-label", label);
    else svg.setAttribute("aria-hidden", "true");
    const path = svg.appendChild(document.createElementNS(svg.namespaceURI, "path"));
    path.setAttribute("d", ICONS[name]);
    return svg;
  }

  /** Without https there is no randomUUID; a blob's address ends in one. */
  const uuid = () => crypto.randomUUID?.() ?? URL.createObjectURL(new Blob()).slice(-36);

  // ── Store: what survives a reload

  /** The browser's storage, or a map where it is forbidden. */
  function shelf(name) {
    try {
      window[name].getItem("");
      return window[name];
    } catch {
      const map = new Map();
      return { getItem: (k) => map.get(k) ?? null, setItem: (k, v) => map.set(k, v), removeItem: (k) => map.delete(k) };
    }
  }

  /** Read anew at every get: another tab may have written. */
  class Store {
    constructor(name) {
      this.name = name;
      this.shared = shelf("localStorage");
      this.tab = shelf("sessionStorage");
      this.unsaved = {};
    }
    get(where, key, fallback) {
      try {
        return this.unsaved[key] ?? JSON.parse(where.getItem(this.name + key)) ?? fallback;
      } catch {
        return fallback; // not ours: as good as absent
      }
    }
    set(where, key, value) {
      try {
        delete this.unsaved[key];
        if (value === null) where.removeItem(this.name + key);
        else where.setItem(this.name + key, JSON.stringify(value));
      } catch {
        this.unsaved[key] = value; // full: this page's memory will do
      }
    }
  }
  for (const [key, where, fallback] of [
    ["session", "shared", null],
    ["outbox", "shared", []],
    ["read", "shared", 0],
    ["log", "tab", {}],
    ["draft", "tab", ""],
  ]) {
    Object.defineProperty(Store.prototype, key, {
      get() { return this.get(this[where], key, fallback); },
      set(value) { this.set(this[where], key, value); },
    });
  }

  // ── Socket: the line to the server

  /** chat.hear gets every frame, and our own "link" and "session". */
  class Socket {
    constructor(server, body, store, chat) {
      Object.assign(this, { server, body, store, chat });
      this.ws = null;
      this.ready = false;
      this.wanted = false;
      this.failures = 0;
      this.refusals = 0; // while the network was there
      addEventListener("online", () => this.hurry());
      addEventListener("offline", () => this.drop());
    }

    start() {
      this.wanted = true;
      this.hurry();
    }

    send(frame) {
      if (this.ready) this.ws.send(JSON.stringify(frame));
    }

    hurry() {
      if (!this.wanted || this.ws) return;
      clearTimeout(this.timer);
      this.failures = 0;
      this.connect();
    }

    drop() {
      const ws = this.ws;
      if (!ws) return;
      ws.onmessage = ws.onclose = null;
      ws.close();
      this.lost();
    }

    forget() {
      this.store.session = null;
      this.drop();
    }

    async connect() {
      if (this.busy || this.ws) return;
      this.busy = true;
      try {
        const session = await this.session();
        this.chat.hear({ type: "session", conversation: session.conversation });
        const query = new URLSearchParams({ token: session.token, after: this.chat.seq });
        this.ws = new WebSocket(`${this.server.replace(/^http/, "ws")}/ws/chat/?${query}`);
      } catch {
        this.lost();
        return;
      } finally {
        this.busy = false;
      }
      this.timer = setTimeout(() => this.drop(), LATE_MS);
      this.ws.onmessage = (event) => this.receive(event.data);
      this.ws.onclose = () => {
        if (!this.ready && navigator.onLine && ++this.refusals === 3) this.store.session = null;
        this.lost();
      };
    }

    async session() {
      const kept = this.store.session;
      if (kept && !(Date.parse(kept.expires_at) < Date.now())) return kept;
      const response = await fetch(`${this.server}/api/v1/sessions`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(this.body),
        signal: AbortSignal.timeout?.(LATE_MS),
      });
      if (!response.ok) throw new Error(response.status);
      return (this.store.session = await response.json());
    }

    receive(data) {
      let frame;
      try {
        frame = JSON.parse(data);
      } catch {
        return; // not ours to understand
      }
      if (frame?.type === "ready") {
        clearTimeout(this.timer);
        this.ready = true;
        this.failures = this.refusals = 0;
        this.chat.hear({ type: "link", up: true });
      }
      this.chat.hear(frame);
    }

    lost() {
      this.ws = null;
      this.ready = false;
      this.chat.hear({ type: "link", up: false });
      if (!this.wanted) return;
      const wait = Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** this.failures++);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.connect(), wait * (0.5 + Math.random() / 2));
    }
  }

  // ── Style

  const FULL = "(max-width:520px),(max-height:480px)"; // the panel takes the whole screen

  const STYLE = `
:host{all:initial;--bg:#fffdf9;--ink:#1b2a23;--soft:#56655c;--line:#e7dfd0;--sand:#f4ecdf;--green:#0c5a40;--leaf:#0c5a40;--deep:#07402d;
--accent:#b4460c;--on-accent:#fff;--gold:#eaa83c;--tint:#fdf1dd;--red:#a92318;--shadow:0 18px 48px #0b2e2138;
color-scheme:light dark;font-family:system-ui,sans-serif;line-height:1.45;color:var(--ink)}
@media(prefers-color-scheme:dark){:host{--bg:#101814;--ink:#eaf1ec;--soft:#a3b4aa;--line:#283830;--sand:#1d2923;--green:#12694b;--leaf:#3fae80;--deep:#0a3526;
--accent:#f2935a;--on-accent:#2b1203;--tint:#33260f;--red:#ff9c8f;--shadow:0 18px 48px #000a,0 0 0 1px #283830}}
*{box-sizing:border-box}[hidden]{display:none!important}
button,textarea{font:inherit;color:inherit;margin:0}button{cursor:pointer;border:0;background:none;padding:0}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
svg{width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round;flex:none}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}

.launcher{position:fixed;z-index:2147483000;right:calc(20px + env(safe-area-inset-right));bottom:calc(20px + env(safe-area-inset-bottom));width:62px;height:62px;
border-radius:50%;background:linear-gradient(150deg,var(--green),var(--deep));color:#fff;display:grid;place-items:center;box-shadow:var(--shadow)}
.launcher:hover{filter:brightness(1.1)}.launcher svg{width:32px;height:32px}
.launcher::after{content:"";position:absolute;inset:-3px;border-radius:50%;border:2px solid var(--gold)}
.badge{position:absolute;z-index:1;top:-5px;right:-5px;min-width:24px;height:24px;padding:0 6px;border-radius:12px;background:#b4460c;color:#fff;
font-size:.8em;font-weight:700;line-height:24px;text-align:center;box-shadow:0 0 0 2px var(--bg)}

.panel{position:fixed;z-index:2147483000;right:calc(20px + env(safe-area-inset-right));bottom:calc(96px + env(safe-area-inset-bottom));width:392px;
height:min(660px,calc(100dvh - 120px));display:flex;flex-direction:column;background:var(--bg);border-radius:20px;overflow:hidden;box-shadow:var(--shadow);animation:pop .2s ease-out}
header{display:flex;align-items:center;gap:12px;padding:14px 10px 13px 16px;background:linear-gradient(150deg,var(--green),var(--deep));color:#fff}
header .mark{width:42px;height:42px;border-radius:50%;background:#ffffff1f;display:grid;place-items:center;color:#ffdf9f}
header div{flex:1;min-width:0}h2{margin:0;font-size:1.06em;font-weight:700}
.state{margin:1px 0 0;font-size:.84em;color:#e2efe8;display:flex;align-items:center;gap:7px}
.state::before{content:"";width:8px;height:8px;border-radius:50%;background:var(--gold)}.state.up::before{background:#7fe0a8}
header button{width:44px;height:44px;border-radius:50%;display:grid;place-items:center}header button:hover{background:#ffffff1f}
header :focus-visible{outline-color:#fff;outline-offset:-3px}
.cloth{flex:none;height:7px;background:linear-gradient(135deg,var(--gold) 25%,#0000 25.5%) 0 0/14px 14px,linear-gradient(225deg,var(--gold) 25%,#0000 25.5%) 0 0/14px 14px,#b4460c}

.strip{display:flex;align-items:center;gap:10px;padding:9px 16px;font-size:.9em;background:var(--tint);border-bottom:1px solid var(--line)}
.strip svg{width:20px;height:20px;color:var(--accent)}.strip.bad{border:0;border-top:1px solid var(--line)}

.scroll{flex:1;overflow-y:auto;overscroll-behavior:contain;padding:16px 14px 10px;display:flex;flex-direction:column;scrollbar-width:thin}
.scroll:focus-visible{outline-offset:-3px}
.hello{margin:auto 0 14px;padding:6px 4px}.hello p{margin:0}.hello .big{font-size:1.42em;font-weight:700;line-height:1.25;margin-bottom:6px}
.hello .help{color:var(--soft);margin-bottom:16px}
.log{display:flex;flex-direction:column}
.row{display:flex;flex-direction:column;align-items:flex-start;margin-top:2px}.row.first{margin-top:12px}
.row>*{max-width:84%}.row>.meta{max-width:none;white-space:nowrap}.row.customer{align-items:flex-end}
.day{align-self:stretch;max-width:none;display:flex;align-items:center;gap:12px;margin:14px 0 10px;font-size:.78em;color:var(--soft)}
.day::first-letter{text-transform:uppercase}.day::before,.day::after{content:"";flex:1;height:1px;background:var(--line)}.row:first-child .day{margin-top:0}
.who{font-size:.78em;color:var(--soft);margin:0 0 3px 12px}.agent .who{color:var(--accent);font-weight:600}
.bubble{padding:9px 13px;border-radius:6px 18px 18px 6px;background:var(--sand);white-space:pre-wrap;overflow-wrap:anywhere}
.row.first .bubble{border-top-left-radius:18px}.row.last .bubble{border-bottom-left-radius:18px}
.agent .bubble{background:var(--tint);box-shadow:inset 0 0 0 1px var(--gold)}
.customer .bubble{background:var(--green);color:#fff;border-radius:18px 6px 6px 18px}
.customer.first .bubble{border-radius:18px 18px 6px 18px}.customer.last .bubble{border-bottom-right-radius:18px}
[data-status=failed] .bubble{background:none;color:var(--ink);box-shadow:inset 0 0 0 2px var(--red)}
.row.system{align-items:center}.system .bubble{background:none;color:var(--soft);font-size:.88em;text-align:center;padding:4px 8px}
.bubble a{color:inherit;font-weight:600}.file{display:block;margin-top:6px;font-size:.92em}.file img{display:block;max-width:100%;height:auto}
.meta{display:flex;align-items:center;gap:4px;margin:3px 10px 0;font-size:.75em;color:var(--soft)}.meta svg{width:16px;height:16px}
.row:not(.last,[data-status=failed],[data-status=pending])>.meta,.system .meta{display:none}
[data-status=read] .meta svg{color:var(--leaf)}[data-status=failed] .meta{color:var(--red);font-weight:600}
.meta button{min-height:44px;padding:0 8px;font-weight:600;color:var(--ink);text-decoration:underline}
.picks{display:flex;flex-wrap:wrap;gap:8px;margin:10px 0 4px;max-width:100%}.row:not(:last-child) .picks{display:none}
.pick{min-height:44px;padding:8px 16px;border-radius:22px;border:1.5px solid var(--leaf);background:var(--bg);font-weight:600;text-align:left}
.pick:hover{background:var(--sand)}.pick b{color:var(--accent);margin-right:8px}
.fresh{animation:pop .2s ease-out}@keyframes pop{from{opacity:0;transform:translateY(6px)}}
.word{animation:word .28s}@keyframes word{from{opacity:0}}
.dots{display:flex;gap:5px;padding:14px}.dots i{width:7px;height:7px;border-radius:50%;background:var(--soft);animation:dot 1.2s infinite}
.dots i:nth-child(2){animation-delay:.15s}.dots i:nth-child(3){animation-delay:.3s}@keyframes dot{60%{opacity:.3}}
.latest{position:absolute;left:50%;bottom:calc(100% + 10px);margin-left:-22px;width:44px;height:44px;border-radius:50%;background:var(--bg);border:1px solid var(--line);
display:grid;place-items:center;box-shadow:var(--shadow)}

footer{position:relative;border-top:1px solid var(--line);padding:10px 12px calc(8px + env(safe-area-inset-bottom))}
form{display:flex;align-items:flex-end;gap:8px}
textarea{flex:1;min-width:0;max-height:calc(7em + 22px);resize:none;font-size:max(16px,1em);line-height:1.4;padding:10px 14px;border:1px solid #8a948d;border-radius:22px;background:var(--bg);scrollbar-width:none}
textarea::placeholder{color:var(--soft);opacity:1}textarea:focus{outline:0;border-color:var(--accent);box-shadow:inset 0 0 0 1px var(--accent)}
form button{width:46px;height:46px;border-radius:50%;background:var(--accent);color:var(--on-accent);display:grid;place-items:center;}
form button[aria-disabled=true]{background:var(--sand);color:var(--soft)}
.count{margin:5px 14px 0;font-size:.78em;color:var(--soft);text-align:right}.count.over{color:var(--red);font-weight:700}
.safety{display:flex;justify-content:center;align-items:center;gap:5px;margin:7px 0 0;font-size:.75em;color:var(--soft);text-align:center}.safety svg{width:15px;height:15px}

@media${FULL}{.panel{inset:0;top:var(--top,0);bottom:auto;width:auto;height:var(--tall,100dvh);border-radius:0;
padding-left:env(safe-area-inset-left);padding-right:env(safe-area-inset-right)}header{padding-top:calc(12px + env(safe-area-inset-top))}.open .launcher{display:none}}
@media(max-height:480px){.safety,.mark{display:none!important}header{padding-block:4px}}
@media(prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important}}
@media(forced-colors:active){.bubble,.panel,.launcher,form button{border:1px solid}}
`;

  /** A constructed sheet passes a strict CSP. */
  function dress(root) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
    } catch {
      root.append(h("style", {}, STYLE));
    }
  }

  // ── View: what is seen and heard

  const FULL_SCREEN = matchMedia(FULL);
  const STILL = matchMedia("(prefers-reduced-motion:reduce)");
  const GROUP_MS = 5 * 60_000; // closer messages form a group

  const sameDay = (one, other) => one.at.toDateString() === other.at.toDateString();

  class View {
    constructor(root, { locale, heading, hosts, chat }) {
      this.t = WORDS[locale];
      this.hosts = hosts;
      this.chat = chat;
      this.clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
      this.near = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }); // today, yesterday
      this.calendar = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
      this.speaking = null; // {reply, bubble, target, shown, message?, done?}
      dress(root);
      this.build(root, heading);
    }

    build(root, heading) {
      const { t, chat } = this;
      this.badge = h("span", { class: "badge", "aria-hidden": "true", hidden: true });
      this.launcher = h("button", { class: "launcher", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false", onclick: () => { this.opener = null; chat.toggle(); } }, icon("chat"), this.badge);
      this.state = h("p", { class: "state", role: "status" });
      this.banner = h("div", { class: "strip", role: "status", hidden: true });
      this.log = h("div", { class: "log", role: "log", "aria-live": "off", "aria-label": t.log });
      // Silent: a whole reply is announced once, by the log.
      this.live = h("div", { "aria-hidden": "true" });
      this.hello = h("div", { class: "hello" }, h("p", { class: "big" }, t.hello), h("p", { class: "help" }, t.help), this.picks(t.starters));
      this.scroll = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t.log, onscroll: () => this.scrolled() }, this.hello, this.log, this.live);
      this.latest = h("button", { class: "latest", type: "button", "aria-label": t.latest, hidden: true, onclick: () => this.follow(true) }, icon("down"));
      this.notice = h("div", { class: "strip bad", role: "alert", hidden: true });
      this.input = h("textarea", {
        rows: "1", "aria-label": t.input, placeholder: t.placeholder, enterkeyhint: "send",
        oninput: () => this.typed(), onkeydown: (event) => this.key(event),
      });
      this.button = h("button", { type: "submit", "aria-label": t.send, "aria-disabled": "true" }, icon("send"));
      this.count = h("p", { class: "count", hidden: true });
      const form = h("form", { onsubmit: (event) => { event.preventDefault(); chat.submit(); } }, this.input, this.button);
      const mark = h("span", { class: "mark" }, icon("chat"));
      this.panel = h(
        "section",
        { class: "panel", id: "panel", role: "dialog", "aria-labelledby": "title", hidden: true, onkeydown: (event) => this.trap(event) },
        h("header", {}, mark, h("div", {}, h("h2", { id: "title" }, heading), this.state),
          h("button", { type: "button", "aria-label": t.close, onclick: () => chat.toggle(false) }, icon("close"))),
        h("div", { class: "cloth" }),
        this.banner,
        this.scroll,
        this.notice,
        h("footer", {}, this.latest, form, this.count, h("p", { class: "safety" }, icon("lock"), t.safety)),
      );
      this.frame = h("div", {}, this.launcher, this.panel);
      new ResizeObserver(() => this.follow()).observe(this.scroll);
      root.append(this.frame);
      this.setUnread(0);
      this.setLink(false);
    }

    // Opening, closing, keyboard

    setOpen(open, focus = true) {
      this.panel.hidden = !open;
      this.frame.classList.toggle("open", open);
      this.launcher.setAttribute("aria-expanded", open);
      const full = open && FULL_SCREEN.matches;
      if (full) this.panel.setAttribute("aria-modal", "true");
      else this.panel.removeAttribute("aria-modal");
      document.documentElement.style.overflow = full ? "hidden" : "";
      this.fit();
      if (!open) return focus && (this.opener ?? this.launcher).focus();
      this.follow(true);
      this.grow();
      // A phone's keyboard would hide the messages.
      if (focus) (FULL_SCREEN.matches ? this.scroll : this.input).focus();
    }

    /** A full-screen panel takes what the on-screen keyboard leaves. */
    fit() {
      const seen = window.visualViewport;
      if (!seen || this.panel.hidden || !FULL_SCREEN.matches) return;
      this.panel.style.setProperty("--tall", `${seen.height}px`);
      this.panel.style.setProperty("--top", `${seen.offsetTop}px`);
    }

    trap(event) {
      if (event.key === "Escape") {
        event.stopPropagation();
        this.chat.toggle(false);
      } else if (event.key === "Tab" && FULL_SCREEN.matches) {
        const stops = [...this.panel.querySelectorAll("button,textarea,a[href],[tabindex]")].filter((stop) => stop.offsetParent);
        const edge = event.shiftKey ? stops[0] : stops.at(-1);
        if (this.panel.getRootNode().activeElement !== edge) return;
        event.preventDefault();
        (event.shiftKey ? stops.at(-1) : stops[0]).focus();
      }
    }

    key(event) {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.chat.submit();
    }

    // Composer

    get text() { return this.input.value.trim(); }

    write(text) {
      this.input.value = text;
      this.grow();
    }

    typed() {
      this.grow();
      this.chat.typing(this.input.value);
    }

    /** One to five lines: the style has the limit. */
    grow() {
      const { input, count } = this;
      input.style.height = "auto";
      input.style.height = `${input.scrollHeight + 2}px`;
      const length = lengthOf(this.text);
      count.hidden = length < COUNT_FROM;
      count.textContent = `${length} / ${MAX_TEXT}`;
      count.classList.toggle("over", length > MAX_TEXT);
      this.button.setAttribute("aria-disabled", !length || length > MAX_TEXT);
    }

    // Messages

    /** By seq, those without one last. */
    place(message, status, row = this.row(message)) {
      this.settle(); // an earlier reply first
      row.seq = message.seq ?? Infinity;
      row.at = new Date(message.at);
      let before = this.log.lastChild;
      while (before && (before === row || before.seq > row.seq)) before = before.previousSibling;
      const neighbour = row.nextSibling;
      if (!row.parentNode || row.previousSibling !== before) before ? before.after(row) : this.log.prepend(row);
      if (status) this.setStatus(row, status);
      for (const touched of [neighbour, row.previousSibling, row, row.nextSibling]) this.tidy(touched);
      this.hello.hidden = true;
      this.follow();
      this.latest.hidden = !this.away;
      return row;
    }

    remove(row) {
      const { previousSibling, nextSibling } = row;
      row.remove();
      this.tidy(previousSibling);
      this.tidy(nextSibling);
    }

    clear() {
      this.log.replaceChildren();
      this.silence();
      this.hello.hidden = false;
    }

    row(message) {
      const { t } = this;
      const author = /^(customer|bot|agent)$/.test(message.author) ? message.author : "system";
      const row = h("div", { class: `row fresh ${author}` });
      row.author = author;
      row.meta = h("div", { class: "meta" });
      row.who = h("span", { class: "who" }, t[author]);
      row.bubble = h("div", { class: "bubble" });
      row.append(row.who, row.bubble, row.meta);
      this.fill(row, message);
      if (message.choices?.length) {
        row.choices = message.choices.map((choice) => choice.value ?? choice.label ?? choice);
        row.append(this.picks(message.choices.map((choice) => choice.label ?? choice), row.choices, true));
      }
      return row;
    }

    fill(row, { text = "", attachments = [] }) {
      row.bubble.replaceChildren(...this.linked(text), ...attachments.map((file) => this.file(file)));
    }

    picks(labels, values = labels, numbered = false) {
      const button = (label, i) =>
        h("button", { class: "pick", type: "button", onclick: () => this.pick(values[i]) }, numbered ? h("b", {}, String(i + 1)) : null, label);
      return h("div", { class: "picks", role: "group", "aria-label": this.t.choices }, ...labels.map(button));
    }

    pick(value) {
      this.chat.submit(String(value));
      (FULL_SCREEN.matches ? this.scroll : this.input).focus(); // the button is about to leave
    }

    /** Only the last message's choices are still on offer. */
    get choices() { return this.log.lastChild?.choices ?? []; }

    /** Links only to the page's or the server's host. */
    linked(text) {
      return text.split(/(https?:\/\/\S*[\w/=&-])/).map((piece, i) => (i % 2 ? this.anchor(piece, piece) : piece));
    }

    anchor(address, label) {
      let url;
      try {
        url = new URL(address, this.hosts.base);
      } catch {
        return label;
      }
      const own = /^https?:$/.test(url.protocol) && this.hosts.own.includes(url.host);
      return own ? h("a", { href: url.href, target: "_blank", rel: "noopener" }, label) : label;
    }

    file({ name, url, size, width, height }) {
      const label = name || this.t.attachment;
      const link = url ? this.anchor(url, label) : label;
      if (width && link.href) link.prepend(h("img", { loading: "lazy", width, height, alt: label, src: link.href + "?small", onerror() { this.remove(); } }));
      return h("span", { class: "file" }, link, size ? ` ${Math.ceil(size / 1024)} ${this.t.kb}` : null);
    }

    tidy(row) {
      if (!row) return;
      const { previousSibling: before, nextSibling: after } = row;
      const joins = (other) => other && sameDay(other, row) && other.author === row.author && Math.abs(other.at - row.at) < GROUP_MS;
      row.classList.toggle("first", !joins(before));
      row.classList.toggle("last", !joins(after));
      // Heard always, seen once a group.
      row.who.classList.toggle("sr", joins(before) || row.author === "customer" || row.author === "system");
      const newDay = !before || !sameDay(before, row);
      if (!newDay) row.day?.remove();
      else if (!row.day?.parentNode) row.prepend((row.day = h("div", { class: "day" }, this.day(row.at))));
      if (!row.status) row.meta.replaceChildren(this.time(row));
    }

    time({ at }) {
      return h("time", { datetime: at.toISOString() }, this.clock.format(at));
    }

    day(at) {
      const midnight = (date) => new Date(date).setHours(0, 0, 0, 0);
      const ago = Math.round((midnight(new Date()) - midnight(at)) / 86_400_000);
      return ago < 2 ? this.near.format(-ago, "day") : this.calendar.format(at);
    }

    /** pending → stored → read, or failed with two ways out. */
    setStatus(row, status) {
      if (row.status === "read") return;
      row.dataset.status = row.status = status;
      const label = this.t[status];
      const way = (name) => h("button", { type: "button", onclick: () => this.chat[name](row.clientId) }, this.t[name]);
      if (status === "failed") row.meta.replaceChildren(icon(status), label, way("retry"), way("discard"));
      else row.meta.replaceChildren(this.time(row), icon(status, label));
    }

    markRead(seq = Infinity) {
      for (let row = this.log.lastChild; row; row = row.previousSibling) {
        if (row.status === "read") return; // so are all before
        if (row.status === "stored" && row.seq <= seq) this.setStatus(row, "read");
      }
    }

    // The reply being spoken

    speak(reply, text) {
      if (this.speaking?.reply !== reply) {
        this.settle();
        this.silence();
        const bubble = h("div", { class: "bubble" });
        this.live.append(h("div", { class: "row bot first last" }, h("span", { class: "who" }, this.t.bot), bubble));
        this.speaking = { reply, bubble, target: "", shown: 0, message: null };
      }
      this.speaking.target += text;
      this.hello.hidden = true;
      this.reveal();
    }

    /** Its words run to their end first. */
    conclude(message, done) {
      const { speaking } = this;
      const agrees = message.text.startsWith(speaking.target);
      Object.assign(speaking, { message, done, target: message.text });
      if (agrees) this.reveal();
      else this.settle();
    }

    reveal() {
      clearTimeout(this.stale);
      this.stale = setTimeout(() => this.silence(), STALE_MS); // its worker died
      if (STILL.matches || document.hidden || this.panel.hidden) this.utter(Infinity);
      else this.beat ??= setTimeout(() => this.step(), 0);
    }

    /** Words every 33 ms, the more wait the faster. */
    step() {
      this.beat = null;
      if (!this.speaking) return;
      const { target, shown, message } = this.speaking;
      const least = shown + Math.ceil((target.length - shown) / (message ? 6 : 14));
      this.utter(least + target.slice(least).search(/\s|$/)); // whole words
      if (this.speaking && this.speaking.shown < this.speaking.target.length) this.beat = setTimeout(() => this.step(), 33);
    }

    utter(upTo) {
      const { speaking } = this;
      const next = speaking.target.slice(speaking.shown, upTo);
      speaking.shown = Math.min(speaking.target.length, upTo);
      if (next) speaking.bubble.append(h("span", { class: "word" }, next));
      this.follow();
      if (speaking.message && speaking.shown === speaking.target.length) this.settle();
    }

    settle() {
      const { message, done } = this.speaking ?? {};
      if (!message) return;
      this.silence();
      this.place(message).classList.remove("fresh");
      done();
    }

    silence() {
      clearTimeout(this.beat);
      clearTimeout(this.stale);
      this.beat = this.speaking = null;
      this.live.replaceChildren();
    }

    setTyping(author, on) {
      if (this.speaking) return;
      clearTimeout(this.stale);
      this.live.replaceChildren();
      if (!on) return;
      const who = this.t[author] ?? this.t.agent;
      this.live.append(h("div", { class: `row first last fresh ${author}` }, h("span", { class: "who" }, this.t.typing(who)),
        h("div", { class: "bubble dots" }, h("i"), h("i"), h("i"))));
      this.stale = setTimeout(() => this.silence(), STALE_MS);
      this.follow();
    }

    // Around the messages

    scrolled() {
      const { scrollHeight, scrollTop, clientHeight } = this.scroll;
      this.away = scrollHeight - scrollTop - clientHeight > 80;
      if (this.away) return;
      this.latest.hidden = true;
      this.chat.seen();
    }

    follow(force) {
      if (force) this.away = false;
      if (!this.away) this.scroll.scrollTop = this.scroll.scrollHeight;
    }

    setLink(up, person) {
      const { t } = this;
      this.state.textContent = up ? (person ? t.person : t.here) : t.connecting;
      this.state.classList.toggle("up", up);
    }

    setBanner(text, strip = this.banner, name = "person") {
      strip.hidden = !text;
      if (strip.textContent !== text) strip.replaceChildren(icon(name), h("span", {}, text));
    }

    setNotice(text) {
      this.setBanner(text, this.notice, "failed");
    }

    setUnread(n) {
      this.badge.hidden = !n;
      this.badge.textContent = n > 99 ? "99+" : n;
      this.launcher.setAttribute("aria-label", n ? `${this.t.open}, ${this.t.unread(n)}` : this.t.open);
      const title = document.title.replace(/^\(\d+\) /, "");
      const wanted = n ? `(${n}) ${title}` : title;
      if (document.title !== wanted) document.title = wanted;
    }
  }

  // ── AkwabaChat: the rules

  class AkwabaChat extends HTMLElement {
    static observedAttributes = ["open"];

    connectedCallback() {
      if (this.view) return;
      const option = (name) => this.getAttribute(name) ?? undefined;
      const server = (option("server") ?? serverOf(script)).replace(/\/$/, "");
      const language = option("locale") || document.documentElement.lang || navigator.language;
      const locale = /^en/i.test(language) ? "en" : "fr";
      const body = { brand: option("brand"), identity: option("identity"), identity_hmac: option("identity-hmac") };

      this.store = new Store(`akwaba ${server} ${body.brand} ${body.identity} `);
      this.socket = new Socket(server, body, this.store, this);
      this.view = new View(this.attachShadow({ mode: "open" }), {
        locale,
        heading: option("heading") || WORDS[locale].heading,
        hosts: { base: server, own: [new URL(server).host, location.host] },
        chat: this,
      });
      this.dropped = new Set(); // replies no longer shown
      this.waiting = new Map(); // client_id → row
      this.recall();
      this.watch();
      if (this.hasAttribute("open")) this.opened(true, false);
      else if (this.store.session) this.socket.start(); // who wrote before hears back on every page
    }

    attributeChangedCallback(_name, was, now) {
      if (this.view && (was === null) !== (now === null)) this.opened(this.hasAttribute("open"), true);
    }

    toggle(open = !this.hasAttribute("open")) {
      this.toggleAttribute("open", open);
    }

    opened(open, focus) {
      this.view.setOpen(open, focus);
      if (!open) return;
      this.socket.start();
      this.seen();
    }

    watch() {
      const { view, socket } = this;
      let hidden = 0;
      document.addEventListener("visibilitychange", () => {
        if (document.hidden) return void (hidden = Date.now());
        // After a long sleep a line only looks open.
        if (Date.now() - hidden > STALE_MS) socket.drop();
        socket.hurry();
        this.seen();
      });
      document.addEventListener("click", (event) => {
        const opener = event.target.closest?.("[data-akwaba-open]");
        if (!opener) return;
        event.preventDefault();
        view.opener = opener;
        if (opener.dataset.akwabaOpen) view.write(opener.dataset.akwabaOpen);
        this.toggle(true);
        if (opener.dataset.akwabaOpen) view.input.focus();
      });
      addEventListener("storage", (event) => event.key?.startsWith(this.store.name) && this.tally());
      for (const name of ["resize", "scroll"]) window.visualViewport?.addEventListener(name, () => view.fit());
    }

    // Transcript

    /** Before any network. */
    recall() {
      const { conversation = null, messages = [] } = this.store.log;
      this.conversation = conversation;
      this.messages = [];
      this.seqs = new Set();
      this.seq = 0;
      messages.forEach((message) => this.keep(message));
      for (const entry of this.store.outbox) this.show(entry);
      this.view.write(this.store.draft);
      this.tally();
    }

    show(entry) {
      const row = this.view.place({ author: "customer", ...entry }, entry.failed ? "failed" : "pending");
      row.clientId = entry.client_id;
      this.waiting.set(entry.client_id, row);
    }

    /** False if this seq is here already. */
    keep(message) {
      if (this.seqs.has(message.seq)) return false;
      this.seqs.add(message.seq);
      this.seq = Math.max(this.seq, message.seq);
      this.messages.push(message);
      const { view } = this;
      const { speaking } = view;
      if (message.author === "customer") {
        const row = this.waiting.get(message.client_id);
        this.waiting.delete(message.client_id);
        if (row) view.fill(row, message); // a secret may be masked now
        const answered = this.messages.some((other) => other.seq > message.seq && isAnswer(other));
        view.place(message, answered ? "read" : "stored", row);
        return true;
      }
      const done = () => { if (isAnswer(message)) view.markRead(message.seq); };
      if (message.replaces) this.dropped.add(message.replaces);
      if (speaking && message.replaces === speaking.reply) return view.conclude(message, done), true;
      if (!view.speaking) view.setTyping(message.author, false);
      view.place(message);
      done();
      return true;
    }

    remember() {
      clearTimeout(this.saving); // once a replay, not once a message
      this.saving = setTimeout(() => {
        this.messages.sort((a, b) => a.seq - b.seq);
        this.store.log = { conversation: this.conversation, messages: this.messages.slice(-KEPT) };
      }, 100);
    }

    // What the server says

    hear(frame) {
      this["on_" + frame?.type]?.(frame);
    }

    /** Another conversation: a clean page, but for what was never sent. */
    on_session({ conversation }) {
      if (this.conversation === conversation) return;
      const renewed = this.conversation !== null;
      this.conversation = conversation;
      this.messages = [];
      this.seqs.clear();
      this.waiting.clear();
      this.seq = this.told = 0;
      this.person = null;
      this.view.clear();
      this.view.setBanner("");
      if (renewed) {
        this.store.read = 0;
        this.view.place({ author: "system", text: this.view.t.renewed, seq: 0, at: new Date() });
      }
      for (const entry of this.store.outbox) this.show(entry);
      this.remember();
    }

    on_link({ up }) {
      const { view } = this;
      view.setLink(up, this.person);
      clearTimeout(this.ackTimer);
      clearTimeout(this.lostTimer);
      this.inFlight = null;
      if (up) {
        this.notice("");
        view.log.setAttribute("aria-live", "polite"); // after the replay, news is news
        this.seen();
        this.pump();
      } else {
        view.log.setAttribute("aria-live", "off");
        // Words may get lost: only the stored text completes it.
        if (view.speaking && !view.speaking.message) this.dropped.add(view.speaking.reply);
        else view.setTyping("bot", false);
        this.lostTimer = setTimeout(() => this.notice(view.t.lost), 1_500);
      }
    }

    on_message(message) {
      const id = message.client_id;
      if (id) this.unsend(id);
      if (this.keep(message)) {
        this.remember();
        if (this.reading) this.seen();
        else this.tally();
      }
      if (id) this.pump();
    }

    on_typing({ author, on }) {
      if (author === "customer") return;
      if (on) this.view.markRead();
      this.view.setTyping(author, on);
    }

    on_delta({ reply, text }) {
      if (this.dropped.has(reply)) return;
      const old = this.view.speaking?.reply;
      if (old && old !== reply) this.dropped.add(old);
      this.view.markRead();
      this.view.speak(reply, text);
    }

    on_handoff({ status, position }) {
      const { view } = this;
      const { t } = view;
      this.person = status === "joined" ? status : null;
      if (status === "joined") {
        // Silent, even within a sentence.
        if (view.speaking && !view.speaking.message) this.dropped.add(view.speaking.reply), view.silence();
      }
      const place = position > 1 ? t.place(position) : position === 1 ? t.next : "";
      view.setBanner(status === "waiting" ? `${t.waiting} ${place}` : t[status]);
      clearTimeout(this.bannerTimer);
      if (status === "ended") this.bannerTimer = setTimeout(() => view.setBanner(""), 8_000);
      view.setLink(this.socket.ready, this.person);
    }

    on_error({ code, retry_after, client_id }) {
      const { t } = this.view;
      if (code === "expired") return this.socket.forget();
      if (code === "rate_limited") return this.pause(Math.ceil(retry_after ?? 5));
      this.notice(t[code] ?? t.other, 8_000);
      if (code === "bad_message" || code === "too_long") this.mark(client_id ?? this.inFlight, true);
    }

    // What the customer says

    submit(text = this.view.text) {
      const { view, store } = this;
      if (!text) return;
      if (lengthOf(text) > MAX_TEXT) return this.notice(view.t.too_long, 8_000);
      if (text === view.text) {
        // A digit answers, as on WhatsApp.
        text = String((/^\d$/.test(text) && view.choices[text - 1]) || text);
        view.write("");
        store.draft = "";
      }
      const entry = { client_id: uuid(), text, at: new Date().toISOString() };
      store.outbox = [...store.outbox, entry]; // before anything can go wrong
      this.show(entry);
      view.follow(true);
      this.socket.start();
      this.pump();
    }

    /** One at a time: order is kept, and an error is about one message. */
    pump() {
      if (this.inFlight || this.paused || !this.socket.ready) return;
      const next = this.store.outbox.find((entry) => !entry.failed);
      if (!next) return;
      if (!this.waiting.has(next.client_id)) this.show(next); // from another tab
      this.inFlight = next.client_id;
      this.socket.send({ type: "send", client_id: next.client_id, text: next.text });
      this.ackTimer = setTimeout(() => this.socket.drop(), LATE_MS);
    }

    unsend(id) {
      const { outbox } = this.store;
      if (outbox.some((entry) => entry.client_id === id)) this.store.outbox = outbox.filter((entry) => entry.client_id !== id);
      this.release(id);
    }

    release(id) {
      if (this.inFlight !== id) return;
      clearTimeout(this.ackTimer);
      this.inFlight = null;
    }

    mark(id, failed) {
      this.store.outbox = this.store.outbox.map((entry) => (entry.client_id === id ? { ...entry, failed } : entry));
      const row = this.waiting.get(id);
      if (row) this.view.setStatus(row, failed ? "failed" : "pending");
      this.release(id);
      this.pump();
    }

    retry(id) {
      this.notice("");
      this.mark(id, false);
      this.view.input.focus();
    }

    discard(id) {
      this.unsend(id);
      this.view.remove(this.waiting.get(id));
      this.waiting.delete(id);
      this.view.input.focus();
    }

    pause(seconds) {
      const { view } = this;
      clearInterval(this.paused);
      this.release(this.inFlight);
      this.notice(view.t.rate_limited(seconds));
      this.paused = setInterval(() => {
        if (--seconds > 0) return this.notice(view.t.rate_limited(seconds));
        clearInterval(this.paused);
        this.paused = null;
        this.notice("");
        this.pump();
      }, 1_000);
    }

    typing(text) {
      this.store.draft = text;
      if (!text || Date.now() - (this.typedAt ?? 0) < 3_000) return;
      this.typedAt = Date.now();
      this.socket.send({ type: "typing" });
    }

    // Read marks

    get reading() { return this.hasAttribute("open") && !document.hidden && !this.view.away; }

    seen() {
      if (!this.view || !this.reading) return;
      if (this.store.read < this.seq) this.store.read = this.seq;
      if (this.socket.ready && this.told !== this.seq) this.socket.send({ type: "read", seq: (this.told = this.seq) });
      this.tally();
    }

    tally() {
      const { read } = this.store;
      this.view.setUnread(this.messages.filter((message) => message.seq > read && isAnswer(message)).length);
    }

    // Small news

    notice(text, forMs) {
      clearTimeout(this.noticeTimer);
      this.view.setNotice(text);
      if (forMs) this.noticeTimer = setTimeout(() => this.view.setNotice(""), forMs);
    }
  }

  const isAnswer = (message) => message.author === "bot" || message.author === "agent";

  // ── Start

  function serverOf(tag) {
    const source = new URL(tag?.src || location.href);
    return source.origin + (source.pathname.match(/^(.*)\/static\//)?.[1] ?? "");
  }

  if (!customElements.get("akwaba-chat")) customElements.define("akwaba-chat", AkwabaChat);

  function install() {
    if (script?.dataset.brand === undefined || document.querySelector("akwaba-chat")) return;
    const chat = document.createElement("akwaba-chat");
    for (const { name, value } of script.attributes) if (name.startsWith("data-")) chat.setAttribute(name.slice(5), value);
    document.body.append(chat);
  }
  if (document.body) install();
  else addEventListener("DOMContentLoaded", install);
})();
