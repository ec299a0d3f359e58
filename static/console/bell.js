// Being told of an arrival: a sound for those who asked for it, and a count in the tab's title for everybody.

const KEPT = "console.sound";
const title = document.title;
let context = null;

export const soundIsOn = () => localStorage.getItem(KEPT) === "1";

/** Turns the sound on or off; on plays it once, which also earns the browser's leave to play it later. */
export function setSound(on) {
  localStorage.setItem(KEPT, on ? "1" : "0");
  if (on) ring();
}

export function ring() {
  if (!soundIsOn()) return;
  context ??= new AudioContext();
  context.resume();
  for (const [pitch, start] of [[660, 0], [880, 0.16]]) note(pitch, context.currentTime + start);
}

export function countInTitle(count) {
  document.title = count ? `(${count}) ${title}` : title;
}

function note(pitch, at) {
  const tone = context.createOscillator();
  const volume = context.createGain();
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.12, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
  tone.connect(volume).connect(context.destination);
  tone.start(at);
  tone.stop(at + 0.32);
}
