// Shared by all pages: small helpers, keys, colours. The files of a page are joined into one script.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const made = (name, parts = [], attributes = {}) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...parts);
  return element;
};

const say = (text) => {
  const place = one("#said");
  place.textContent = "";
  requestAnimationFrame(() => { place.textContent = text; });
};

// A page in a sandbox, or opened from a file, may not be allowed to store anything: then it forgets.
const stored = (key, value) => {
  try {
    if (value === undefined) return localStorage.getItem(key);
    localStorage.setItem(key, value);
  } catch { /* see above */ }
  return null;
};

for (const element of all("#tools, #filter, #fold, .copy, .save")) element.hidden = false;

/* Light and dark */
const NAMES = { "": "system", light: "light", dark: "dark" };
const paint = (name) => {
  if (name) document.documentElement.dataset.theme = name; else delete document.documentElement.dataset.theme;
  one("#theme").textContent = `Colours: ${NAMES[name]}`;
};
let theme = stored("orderproof-theme") ?? "";
if (!(theme in NAMES)) theme = "";
paint(theme);
one("#theme").addEventListener("click", () => {
  const names = Object.keys(NAMES);
  theme = names[(names.indexOf(theme) + 1) % names.length];
  paint(theme);
  stored("orderproof-theme", theme);
});

/* Single keys; people who use speech input or press keys by accident can switch them off */
const help = one("#keys-help");
const keysOn = one("#keys-on");
keysOn.checked = stored("orderproof-keys") !== "off";
keysOn.addEventListener("change", () => stored("orderproof-keys", keysOn.checked ? "on" : "off"));
one("#keys").addEventListener("click", () => help.showModal());
const keys = { "?": () => help.showModal() };
document.addEventListener("keydown", (event) => {
  const typing = /^(input|select|textarea)$/.test(event.target.localName) && event.target.type !== "checkbox";
  if (typing || help.open || !keysOn.checked || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = keys[event.key];
  if (act) { event.preventDefault(); act(); }
});
