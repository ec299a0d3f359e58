// Times as an agent reads them. The server's clock is the truth: a laptop that runs late must not hide a late case.

let ahead = 0;
const ZONE = "Africa/Abidjan";
const hour = new Intl.DateTimeFormat("fr-FR", { hour: "2-digit", minute: "2-digit", timeZone: ZONE });
const day = new Intl.DateTimeFormat("fr-FR", { weekday: "short", day: "numeric", month: "short", timeZone: ZONE });
const dayKey = new Intl.DateTimeFormat("fr-CA", { timeZone: ZONE });

export const setNow = (iso) => { ahead = Date.parse(iso) - Date.now(); };
export const now = () => Date.now() + ahead;
export const clockTime = (iso) => hour.format(new Date(iso)).replace(":", " h ");
export const sameDay = (a, b) => dayKey.format(new Date(a)) === dayKey.format(new Date(b));
export const dayName = (iso) => (sameDay(iso, now()) ? "Aujourd'hui" : day.format(new Date(iso)));
export const moment = (iso) => (sameDay(iso, now()) ? clockTime(iso) : `${day.format(new Date(iso))}, ${clockTime(iso)}`);

/** « 42 s », « 3 min », « 1 h 05 », « 2 j 4 h » between two instants in milliseconds. */
export function span(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, "0")}`;
  return `${Math.floor(hours / 24)} j ${hours % 24} h`;
}

export const since = (iso) => span(now() - Date.parse(iso));

/** What is left until an instant: {text, late, soon}; soon is the last five minutes. */
export function until(iso) {
  const left = Date.parse(iso) - now();
  return left >= 0
    ? { text: `dans ${span(left)}`, late: false, soon: left < 300_000 }
    : { text: `retard ${span(-left)}`, late: true, soon: false };
}
