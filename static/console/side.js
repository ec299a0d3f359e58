// The side of the case page: card and timeline as two tabs, labels above both, all of it folded away on a small screen.

import { $ } from "./dom.js";
import { get } from "./get.js";
import { Labels } from "./labels.js";
import { Timeline } from "./timeline.js";

const FOLDED = "console.side";

export class Side {
  constructor(address, token) {
    this.timeline = new Timeline(address, token);
    this.labels = new Labels(address, () => this.aids(true));
    this.address = address;
    for (const name of ["card", "timeline"]) $(`tab-${name}`).addEventListener("click", () => this.choose(name));
    $("side-tabs").addEventListener("keydown", (event) => {
      if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
      const name = this.timeline.visible ? "card" : "timeline";
      this.choose(name);
      $(`tab-${name}`).focus();
    });
    $("fold").addEventListener("click", () => this.fold());
    this.fold(localStorage.getItem(FOLDED) === "1");
  }

  /** People and labels, read once; `anew` reads them again. */
  aids(anew = false) {
    if (anew || !this.known) this.known = get(`${this.address}aids/`).catch((refusal) => { this.known = null; throw refusal; });
    return this.known;
  }

  draw(data) {
    this.labels.draw(data);
    this.timeline.refresh();
  }

  choose(name) {
    for (const each of ["card", "timeline"]) {
      $(each).hidden = each !== name;
      $(`tab-${each}`).setAttribute("aria-selected", String(each === name));
      $(`tab-${each}`).tabIndex = each === name ? 0 : -1;
    }
    this.timeline.refresh();
  }

  fold(on = $("fold").getAttribute("aria-expanded") === "true") {
    $("fold").setAttribute("aria-expanded", String(!on));
    $("case").classList.toggle("k-folded", on);
    localStorage.setItem(FOLDED, on ? "1" : "0");
  }
}
