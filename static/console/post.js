// Actions on the server. A refusal becomes an Error whose message is French and fit to be shown.

const TIMEOUT = 15_000;

export class Refusal extends Error {
  /** `status` is 0 when the server could not be reached: the same request may then be sent again. */
  constructor(message, status, body = null) {
    super(message);
    this.status = status;
    this.body = body; // the problem document, where there is one
  }
}

/** Posts JSON; resolves to the answer's JSON, or null when there is none. */
export async function post(address, body = {}) {
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT),
    });
  } catch {
    throw new Refusal("Le serveur ne répond pas.", 0);
  }
  if (answer.status === 204) return null;
  const json = await answer.json().catch(() => null);
  if (answer.ok) return json;
  const text = json?.detail ?? (answer.status === 403 ? "Votre session a changé. Rechargez la page." : "Le serveur a rencontré une erreur.");
  throw new Refusal(text, answer.status >= 500 ? 0 : answer.status, json);
}

/** What proves to the server that the page is its own. */
export const token = () => document.querySelector("input[name=csrfmiddlewaretoken]").value;
