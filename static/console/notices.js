// The bell: what this person should look at, told at once over the page's line and kept until it is seen.

import { $, el, toast, write } from "./dom.js";
import { get } from "./get.js";
import { post } from "./post.js";
import { moment } from "./time.js";

const page = $("console").dataset;
const address = `${page.queueUrl}notices/`;
let known = { unseen: 0, notices: [] };

async function refresh(fresh = false) {
  try {
    known = await get(address);
  } catch {
    return; // asked again with the next notice, or when the panel is opened
  }
  draw();
  const [latest] = known.notices;
  if (fresh && latest && !isSaidHere(latest)) toast([latest.customer, latest.text || latest.kind_label].filter(Boolean).join(" : ")); // whose case, above all
}

/** Whether the page itself tells what happened: who has the case that it shows, and what becomes of the draft. */
const isSaidHere = (notice) => notice.kind === "transfer" && notice.conversation === page.case;

function draw() {
  $("notices-count").hidden = !known.unseen;
  write($("notices-count"), known.unseen > 99 ? "99+" : String(known.unseen));
  $("notices-button").setAttribute("aria-label", known.unseen ? `Avis : ${known.unseen} à voir` : "Avis");
  $("notices-all").hidden = !known.unseen;
  $("notices-none").hidden = known.unseen > 0;
  $("notices-list").replaceChildren(...known.notices.map(item));
}

function item(notice) {
  const words = [
    el("span", { class: "q-notice-kind", "data-kind": notice.kind }, notice.kind_label),
    el("span", { class: "q-notice-text" }, notice.text || notice.customer),
    el("span", { class: "k-sub" }, [notice.text && notice.customer, moment(notice.at)].filter(Boolean).join(" · ")),
  ];
  return el("li", {},
    notice.conversation
      ? el("a", { class: "q-notice", href: `${page.queueUrl}${notice.conversation}/`, onclick: (event) => follow(event, notice) }, words)
      : el("div", { class: "q-notice" }, words),
    el("button", { type: "button", class: "k-button k-quiet", "aria-label": `Marquer comme vu : ${notice.kind_label}`, title: "Marquer comme vu", onclick: () => seen([notice.id]) }, "Vu"));
}

async function follow(event, notice) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return void seen([notice.id]);
  event.preventDefault();
  await seen([notice.id]);
  location.assign(`${page.queueUrl}${notice.conversation}/`);
}

async function seen(ids) {
  try {
    await post(`${address}seen/`, ids ? { ids } : {});
  } catch (refusal) {
    toast(refusal.message);
  }
  await refresh();
}

$("notices-button").addEventListener("click", () => refresh());
$("notices-all").addEventListener("click", () => seen(null));
document.addEventListener("console:frame", (event) => event.detail.type === "notice" && refresh(true));
refresh();
