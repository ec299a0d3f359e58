// Attachments: a name and a size until somebody clicks, for the line's sake and the customer's. Then a picture or a player.

import { el, icon, write } from "./dom.js";
import { get } from "./get.js";

const ICONS = { image: "image", sticker: "image", audio: "mic", video: "movie", location: "location_on", contact: "contacts" };
const OPENS = { image: "Afficher l'image", sticker: "Afficher l'image", audio: "Écouter" };

/** Draws a message's attachments; the same ones again stay as they are, opened or not. */
export function drawFiles(list, message) {
  const wanted = JSON.stringify(message.attachments.map(({ url, small, ...rest }) => [rest, Boolean(url)])); // addresses are new each time
  if (list.dataset.files === wanted) return;
  list.dataset.files = wanted;
  list.replaceChildren(...message.attachments.map((file) => one(file, message)));
}

function one(file, message) {
  const size = file.size ? el("span", { class: "k-sub" }, bytes(file.size)) : null;
  const ours = file.url && message.author !== "customer";
  const name = ours
    ? el("a", { class: "k-link", href: file.url, target: "_blank", rel: "noopener noreferrer" }, preview(file), file.name, file.small ? " " : "", file.small && size)
    : el("span", {}, file.name);
  const item = el("li", {}, icon(ICONS[file.kind] ?? "attach_file"), name, file.small ? null : size);
  if (ours || !file.url) return item;
  const button = el("button", { class: "k-link", type: "button", onclick: () => open(item, button, file, message) }, OPENS[file.kind]);
  item.append(button);
  return item;
}

/** What an agent sent, small; its place is kept before it comes. */
function preview({ small, width, height }) {
  return small && el("img", { class: "k-preview", loading: "lazy", width, height, alt: "", src: small, onerror: (event) => event.target.remove() });
}

function open(item, button, file, message) {
  const before = item.querySelector(".k-opened");
  before?.remove();
  if (before && button.textContent === "Masquer") return write(button, OPENS[file.kind]);
  const isAudio = file.kind === "audio";
  const label = `${isAudio ? "Note vocale" : "Image"} du message ${message.seq}`;
  const medium = isAudio
    ? el("audio", { controls: true, autoplay: true, src: file.url, "aria-label": label })
    : el("img", { class: "k-picture", src: file.url, alt: label });
  const note = el("span", { class: "k-sub", role: "status" }, "Chargement…");
  const shown = el("div", { class: "k-opened" }, medium, note);
  medium.addEventListener(isAudio ? "loadedmetadata" : "load", () => {
    note.replaceChildren(el("a", { class: "k-link", href: file.url, target: "_blank", rel: "noopener noreferrer" }, isAudio ? "Télécharger" : "En grand"));
  });
  medium.addEventListener("error", async () => {
    medium.remove();
    write(note, await reason(file.url));
    write(button, "Réessayer");
  });
  item.append(shown);
  write(button, "Masquer");
}

/** An element is not told why it got nothing, so the reason is asked for. */
async function reason(url) {
  try {
    await get(url);
  } catch (refusal) {
    return refusal.message;
  }
  return "Ce fichier ne peut pas être affiché.";
}

function bytes(size) {
  return size < 1024 * 1024 ? `${Math.max(1, Math.round(size / 1024))} Ko` : `${(size / 1024 / 1024).toFixed(1).replace(".", ",")} Mo`;
}
