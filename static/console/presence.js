// The header's control of one's own availability, the list of who is there, and the banner while nobody is on duty.

import { $, el, toast, write } from "./dom.js";
import { get } from "./get.js";
import { post } from "./post.js";
import { moment } from "./time.js";

const REFRESH_EVERY = 60_000;
const LABELS = { available: "Disponible", busy: "Occupé", away: "Absent" };
const place = $("presence");

/** Who is at work, as the server says now; null when it does not answer. */
export async function team() {
  return place ? get(place.dataset.url).catch(() => null) : null;
}

/** « 3 / 6 », how many conversations somebody has and takes at most, in words for a screen reader. */
export function load(member) {
  const full = member.load >= member.capacity;
  return el("span", { class: full ? "k-load k-full" : "k-load", title: `${member.load} conversations sur ${member.capacity}` },
    `${member.load} / ${member.capacity}`);
}

export const state = (member) => (member.here ? member.availability : "gone");

async function refresh() {
  const fresh = await team();
  if (!fresh) return;
  show(fresh.availability);
  $("team").replaceChildren(...fresh.members.map(row));
  banner(fresh);
}

const row = (member) =>
  el("li", {},
    el("span", { class: "k-here", "data-state": state(member), "aria-hidden": "true" }),
    el("span", { class: "k-who" }, member.name, member.me && " (moi)"),
    el("span", { class: "k-sub" }, member.label),
    load(member));

function show(availability) {
  $("presence-dot").dataset.state = availability;
  write($("presence-label"), LABELS[availability]);
  place.querySelector(`input[value="${availability}"]`).checked = true;
}

function banner({ off_duty: off, off_duty_until: until }) {
  const node = $("off-duty") ?? $("console").insertBefore(
    el("p", { class: "k-banner k-off-duty", id: "off-duty", role: "status" }), $("console").firstChild);
  node.hidden = !off;
  write(node, off ? `Personne n'est de service${until ? ` jusqu'à ${moment(until)}` : ""}. Les demandes gardent leur place.` : "");
}

async function choose(availability) {
  try {
    await post(place.dataset.setUrl, { availability });
    show(availability);
  } catch (refusal) {
    toast(refusal.message);
  }
  refresh();
}

if (place) {
  $("presence-choices").addEventListener("change", (event) => choose(event.target.value));
  $("presence-menu").addEventListener("toggle", (event) => event.newState === "open" && refresh());
  document.addEventListener("visibilitychange", () => !document.hidden && refresh());
  setInterval(() => !document.hidden && refresh(), REFRESH_EVERY);
  refresh();
}
