// Opens a case at the message that its address names (…/#12), fetching older pages of the transcript until it is there.

import { $ } from "./dom.js";
import { pointAt } from "./transcript.js";

const PAGES = 40;
let looking = null;

function land() {
  looking?.disconnect();
  const seq = Number(location.hash.slice(1));
  if (!Number.isInteger(seq) || seq < 1 || pointAt(seq)) return;
  let pages = PAGES;
  looking = new MutationObserver(() => {
    if (!list.childElementCount) return;
    if (pointAt(seq) || !pages) looking.disconnect();
    else if (!$("older").hidden && first() > seq && first() !== asked) {
      pages -= 1;
      asked = first();
      $("older").click();
    }
  });
  let asked = 0;
  looking.observe(list, { childList: true });
  looking.observe($("older"), { attributes: true, attributeFilter: ["hidden"] });
}

const list = $("messages");
const first = () => Number(list.querySelector("[data-seq]")?.dataset.seq ?? 0);
addEventListener("hashchange", land);
land();
