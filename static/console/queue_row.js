// One case as a row of the table.

import { el, icon, write } from "./dom.js";
import { pairName } from "./queue_bar.js";
import { moment, since, until } from "./time.js";

export const COLUMNS = 9;

/** `does` has what a row can be asked: {mayAct, brands, address(id), take(id), choose(id, event), menu(id, button)}. */
export function newRow(row, animate, does) {
  const node = el("tr", { class: animate ? "k-row k-new" : "k-row" },
    el("td", { class: "c-choose" },
      does.mayAct && el("input", { type: "checkbox", class: "q-choose", "aria-label": `Choisir ${row.customer}`, onclick: (event) => does.choose(row.id, event) })),
    el("td", { class: "c-priority" }, el("span", { class: "k-priority" })),
    el("td", { class: "c-customer" },
      el("a", { class: "k-open", href: does.address(row.id) }), el("span", { class: "k-sub" })),
    el("td", { class: "c-reason" }, el("span"), el("span", { class: "k-sub" }), el("span", { class: "k-sub" })),
    el("td", { class: "c-excerpt" }, el("span", { class: "k-clamp" }), el("span", { class: "q-labels" })),
    el("td", { class: "c-since" }),
    el("td", { class: "c-due" }, el("span"), el("span", { class: "k-sub" })),
    el("td", { class: "c-state" }, el("span"), el("span", { class: "k-sub" })),
    el("td", { class: "c-act" },
      does.mayAct && el("button", { class: "k-button q-take", type: "button", onclick: () => does.take(row.id) }, "Prendre"),
      does.mayAct && el("button", { class: "k-button k-quiet q-more", type: "button", "aria-haspopup": "dialog", "aria-label": `Actions pour ${row.customer}`, title: "Actions",
        onclick: (event) => does.menu(row.id, event.currentTarget) }, icon("more_horiz"))));
  node.dataset.id = row.id;
  node.addEventListener("click", (event) => {
    if (!event.target.closest("a, button, input, .c-choose") && !getSelection().toString()) location.assign(node.querySelector("a").href);
  });
  return node;
}

export function fill(node, row, me, does) {
  const cell = (name) => node.querySelector(`.${name}`);
  const priority = cell("k-priority");
  priority.dataset.level = row.priority;
  write(priority, row.priority_label);
  write(cell("k-open"), row.customer);
  cell("k-open").title = row.customer;
  write(cell("c-customer").lastChild, [row.channel_label, does.brands > 1 && row.brand].filter(Boolean).join(" · "));
  const [reason, about, stake] = cell("c-reason").children;
  write(reason, row.reason);
  write(about, row.kind_label === row.reason ? "" : row.kind_label);
  write(stake, [row.pair && pairName(row.pair), row.stake].filter(Boolean).join(" · "));
  write(cell("k-clamp"), row.excerpt);
  fillLabels(cell("q-labels"), row.team ? [teamChip(row.team), ...row.labels] : row.labels);
  write(cell("c-state").firstChild, row.state);
  write(cell("c-state").lastChild, detail(row, me));
  cell("c-state").lastChild.title = cell("c-state").lastChild.textContent;
  node.classList.toggle("k-asked", row.agent?.id === me && row.waits && row.status === "open");
  const take = cell("q-take");
  if (take) take.hidden = Boolean(row.agent) || row.status === "resolved";
  for (const extra of node.querySelectorAll(".q-more, .q-choose")) extra.hidden = row.status === "resolved";
}

/** Who has it when that is somebody else, and until when it sleeps. */
function detail(row, me) {
  const who = row.agent && (row.agent.id !== me || row.status === "resolved") ? row.agent.name : "";
  const when = row.closed ? moment(row.closed) : row.until ? `jusqu'à ${moment(row.until)}` : "";
  return [who, when].filter(Boolean).join(" · ");
}

const teamChip = (team) => ({ colour: "team", name: team.freed ? `${team.name} · ouverte à tous` : team.name });

function fillLabels(node, labels) {
  const wanted = labels.map((label) => `${label.colour}:${label.name}`).join("|");
  if (node.dataset.shown === wanted) return;
  node.dataset.shown = wanted;
  node.replaceChildren(...labels.map((label) => el("span", { class: "q-label", "data-colour": label.colour, title: label.name }, label.name)));
}

/** Once a second: what the clock changes. */
export function tick(node, row) {
  write(node.querySelector(".c-since"), row.since ? since(row.since) : "—");
  const due = node.querySelector(".c-due");
  const left = row.due ? until(row.due) : { text: "—", late: false, soon: false };
  write(due.firstChild, left.text);
  write(due.lastChild, row.due ? row.due_label : "");
  due.classList.toggle("k-late", left.late);
  due.classList.toggle("k-soon", left.soon);
}
