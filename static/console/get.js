// Reading from the server, with the same refusals as posting to it.

import { Refusal } from "./post.js";

const TIMEOUT = 15_000;

/** Resolves to the answer's JSON; rejects with a Refusal fit to be shown. `token` shows whole numbers to those who asked. */
export async function get(address, token = null) {
  const headers = { Accept: "application/json", ...(token ? { "X-Reveal": token } : {}) };
  let answer;
  try {
    answer = await fetch(address, { headers, signal: AbortSignal.timeout(TIMEOUT) });
  } catch {
    throw new Refusal("Le serveur ne répond pas.", 0);
  }
  const json = await answer.json().catch(() => null);
  if (answer.ok && json) return json;
  throw new Refusal(json?.detail ?? "Le serveur a rencontré une erreur.", answer.status >= 500 ? 0 : answer.status);
}
