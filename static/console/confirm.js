// Asks before something that cannot be taken back.

import { $, write } from "./dom.js";

/** Resolves to whether the person said yes; closing the question is a no. */
export function confirmed(title, text, verb) {
  write($("confirm-title"), title);
  write($("confirm-text"), text);
  write($("confirm-yes"), verb);
  const dialog = $("confirm");
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}
