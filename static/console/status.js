// The case header's control of status: set aside, put to sleep, open again.

import { $, toast, write } from "./dom.js";
import { post } from "./post.js";
import { openMenu, snoozeEntries } from "./queue_menu.js";
import { moment } from "./time.js";

const page = $("console").dataset;
let shown = null;

function draw(data) {
  shown = data.escalation;
  $("case-status").hidden = !shown || !data.may_act || !(data.mine || !data.agent);
  if (!shown) return;
  write($("case-status-text"), shown.status_label);
  $("case-status").title = shown.until ? `Jusqu'à ${moment(shown.until)}` : "État de la demande";
  $("case-status").dataset.status = shown.status;
}

async function set(body) {
  try {
    await post(`${page.caseUrl}status/`, body);
  } catch (refusal) {
    toast(refusal.message);
  }
}

$("case-status").addEventListener("click", () => openMenu($("case-status"), [
  shown.status !== "open" && ["Rouvrir", () => set({ status: "open" })],
  shown.status !== "pending" && ["En attente du client", () => set({ status: "pending" })],
  ...snoozeEntries((until) => set({ status: "snoozed", until })),
].filter(Boolean)));
document.addEventListener("console:frame", (event) => event.detail.type === "case" && draw(event.detail.case));
