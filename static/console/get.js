// Reading from the server, with the same refusals as posting to it.

import { Refusal } from "./post.js";

/** Resolves to the answer's JSON; rejects with a Refusal fit to be shown. */
export async function get(address) {
  let answer;
  try {
    answer = await fetch(address, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(15_000) });
  } catch {
    throw new Refusal("Le serveur ne répond pas.", 0);
  }
  const json = await answer.json().catch(() => null);
  if (answer.ok && json) return json;
  throw new Refusal(json?.detail ?? "Le serveur a rencontré une erreur.", answer.status >= 500 ? 0 : answer.status);
}
