// Asks why the whole numbers are wanted, before they are: « autre » wants words, the others may have some.

import { $, write } from "./dom.js";

/** Resolves to `{ reason, note }`, or to null when the agent thinks better of it. */
export function askWhy() {
  const dialog = $("reveal");
  const form = dialog.querySelector("form");
  form.reset();
  wordsWanted(form);
  form.onchange = () => wordsWanted(form);
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => {
    const said = dialog.returnValue === "yes" && form.reason.value;
    resolve(said ? { reason: said, note: form.note.value.trim() } : null);
  }, { once: true }));
}

function wordsWanted(form) {
  const other = form.reason.value === "other";
  form.note.required = other;
  form.note.minLength = other ? 3 : 0;
  write($("reveal-note-label"), other ? "Laquelle ? (sans numéro)" : "Précision (facultative, sans numéro)");
}
