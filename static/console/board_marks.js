// Low scores on the live board: each with its case, until somebody says that they have looked.

import { $, el, write } from "./dom.js";
import { post } from "./post.js";
import { now, span } from "./time.js";

const list = $("low");
let shown = "";

export function showLowScores(state, caseUrl) {
  write($("low-count"), state.count ? `(${state.count})` : "");
  $("no-low").hidden = state.count > 0;
  const key = JSON.stringify(state);
  if (key === shown) return ages(); // a button under somebody's finger stays where it is
  shown = key;
  const items = state.newest.map((each) => item(each, caseUrl));
  if (state.count > items.length) items.push(el("li", { class: "r-sub" }, `et ${state.count - items.length} plus anciennes`));
  list.replaceChildren(...items);
  ages();
}

function item(each, caseUrl) {
  const link = el("a", { class: "r-link", href: `${caseUrl}${each.conversation}/` }, each.customer);
  const about = [each.agent ? `après l'aide de ${each.agent}` : "sans conseiller", each.channel].join(" · ");
  const age = el("time", { datetime: each.at });
  const button = el("button", { class: "r-small", type: "button", "aria-label": `Vu : note de ${each.score} sur 5, ${each.customer}` }, "Vu");
  button.addEventListener("click", () => look(each.id, button));
  return el("li", {}, el("span", { class: "r-mark" }, `${each.score} / 5`), el("span", { class: "r-who" }, link, el("span", { class: "r-sub" }, about, " · ", age)), button);
}

async function look(id, button) {
  button.disabled = true;
  $("low-problem").hidden = true;
  try {
    await post(list.dataset.lookUrl.replace("/0/", `/${id}/`));
    button.closest("li").remove();
    $("low-title").focus();
  } catch (refusal) {
    button.disabled = false;
    write($("low-problem"), refusal.message);
    $("low-problem").hidden = false;
  }
}

function ages() {
  for (const age of list.querySelectorAll("time")) write(age, `il y a ${span(now() - Date.parse(age.dateTime))}`);
}
