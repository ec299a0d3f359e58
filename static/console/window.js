// Outside WhatsApp's 24 hours: what the customer gets now, and what they get once they write.

import { $, el } from "./dom.js";
import { moment } from "./time.js";

/** Draws the plan; `invitation` is null while the window is open or has no part in it. */
export function drawPlan(invitation, draft) {
  const box = $("window-plan");
  box.hidden = !invitation;
  if (!invitation) return;
  const [template] = invitation.templates;
  const first = invitation.sent
    ? step(`Invité à écrire (${moment(invitation.sent)})`, template?.text)
    : template
      ? step("Tout de suite, par modèle approuvé", template.text)
      : step("Aucun modèle n'est configuré", "Rien ne partira tant que le client n'écrit pas de lui-même.");
  box.replaceChildren(first, step("Dès qu'il écrit, votre réponse", draft || "…"));
}

const step = (title, text) => el("li", {}, el("strong", {}, title), text && el("span", {}, ` « ${text} »`));
