// Single-key shortcuts, silent while somebody types or holds a modifier; the page that lists them; the side bar's button.

import { $ } from "./dom.js";

export function shortcuts(keys) {
  $("sidebar").addEventListener("click", toggleSidebar);
  $("help-button").addEventListener("click", () => $("help").showModal());
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]")) return;
    const act = event.key === "?" ? () => $("help").showModal() : keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/** The theme keeps the state of its side bar in Alpine, apart for wide and narrow screens. */
function toggleSidebar() {
  const theme = Alpine.$data(document.body);
  const name = matchMedia("(min-width: 80rem)").matches ? "sidebarDesktopOpen" : "sidebarMobileOpen";
  theme[name] = !theme[name];
}
