// Making and changing elements. Text goes in as text: nothing a customer writes is ever read as HTML.

export const $ = (id) => document.getElementById(id);

/** An element with properties, classes and children; strings become text nodes, null and false are left out. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && !name.includes("-")) node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Writes a text only when it differs, so that screen readers and selections are left in peace. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function icon(name) {
  return el("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, name);
}

/** Shows a short message at the bottom for a few seconds. */
export function toast(text) {
  const node = $("toast");
  node.textContent = text;
  node.classList.add("k-shown");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => node.classList.remove("k-shown"), 5000);
}
