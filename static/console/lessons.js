// « Mal compris »: from a message of the customer to a proposal that a supervisor decides on.

import { $, el, icon, toast, write } from "./dom.js";
import { post } from "./post.js";

const dialog = $("lesson");
const form = $("lesson-form");
let message = null;

/** The button under a message of the customer; null where nothing can be taught. */
export function lessonButton(shown) {
  if (!dialog || shown.author !== "customer" || !shown.text) return null;
  return el("button", { class: "k-link k-misread", type: "button", title: "L'assistant a mal compris ce message", onclick: () => open(shown) },
    icon("school"), "Mal compris");
}

function open(shown) {
  message = shown;
  form.reset();
  write($("lesson-text"), shown.text);
  write($("lesson-read"), shown.normalised || shown.text);
  form.elements.form.value = chosenWords(shown.text);
  $("lesson-fault").hidden = true;
  showKind();
  dialog.showModal();
  form.elements[form.elements.form.value ? "standard" : "form"].focus();
}

/** Words of this message that the agent had selected before the click. */
function chosenWords(text) {
  const chosen = getSelection().toString().trim();
  return chosen && chosen.length <= 80 && text.includes(chosen) ? chosen : "";
}

function showKind() {
  const kind = form.elements.kind.value;
  for (const part of form.querySelectorAll("[data-kind]")) part.hidden = part.dataset.kind !== kind;
}

async function propose(event) {
  event.preventDefault();
  const fields = Object.fromEntries(["kind", "form", "standard", "intent", "comment"].map((name) => [name, form.elements[name].value]));
  try {
    await post(form.dataset.url, { message: message.id, ...fields });
    dialog.close();
    toast("Proposition envoyée : un superviseur décidera.");
  } catch (refusal) {
    write($("lesson-fault"), refusal.message);
    $("lesson-fault").hidden = false;
  }
}

if (dialog) {
  form.addEventListener("submit", propose);
  form.addEventListener("change", showKind);
  $("lesson-cancel").addEventListener("click", () => dialog.close());
}
