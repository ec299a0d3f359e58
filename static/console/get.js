// Asking the server for what the socket does not bring. A refusal becomes an Error whose message is French.

const TIMEOUT = 15_000;

/** Resolves to the answer's JSON; `token` shows whole numbers to those who asked for them. */
export async function get(address, token = null) {
  let answer;
  try {
    answer = await fetch(address, { headers: token ? { "X-Reveal": token } : {}, signal: AbortSignal.timeout(TIMEOUT) });
  } catch {
    throw new Error("Le serveur ne répond pas.");
  }
  const json = await answer.json().catch(() => null);
  if (answer.ok && json) return json;
  throw new Error(json?.detail ?? "Le serveur a rencontré une erreur.");
}
