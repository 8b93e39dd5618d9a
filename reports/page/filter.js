// The filter, and its state in the fragment: #verdict=fail,warn&area=GRA&level=documented&text=timer&rule=GRA-1

const form = one("#filter");
const fields = Object.fromEntries(all("input[type=search], select", form).map((field) => [field.id, field]));
const boxes = all("input[type=checkbox]", form);
const BOXED = boxes[0]?.name ?? "";
const NOUN = form.dataset.noun ?? "rules";

/* Rows, by area and block. Filtering changes only attributes, because the browser does not lay out what is out of view. */
const areas = all("section.area").map((section) => ({
  section,
  key: section.dataset.area,
  blocks: all(".block", section).map((block) => ({
    block,
    rows: all(":scope > .rule, tbody > tr", block).map((row) => ({
      row, boxed: row.dataset[BOXED], level: row.dataset.level, text: null,
    })),
  })),
}));
const entries = areas.flatMap((area) => area.blocks.flatMap((block) => block.rows));
// The rows of a large report are open; the rows of a matrix are not.
const ROW_HEIGHT = one("div.rule") ? 128 : 39;

const searched = (entry) => {
  if (entry.text === null) {
    const found = one(".findings", entry.row);
    // Of a finding only its text, not its exchanges: the body of an order holds almost every word.
    const parts = found
      ? [entry.row.firstElementChild, ...[...entry.row.lastElementChild.children].filter((child) => child !== found),
        ...all(".message, .sides, .pair", found)].map((part) => part.textContent)
      : [entry.row.textContent];
    entry.text = parts.join(" ").toLowerCase();
  }
  return entry.text;
};

const state = () => ({
  [BOXED]: boxes.filter((box) => box.checked).map((box) => box.value).join(","),
  ...Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.value.trim()])),
});
const isFiltered = () => Object.values(state()).some(Boolean);

const apply = () => {
  const now = state();
  const words = now.text.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = new Set(now[BOXED].split(",").filter(Boolean));
  let visible = 0;
  for (const area of areas) {
    let inArea = 0;
    for (const { block, rows } of area.blocks) {
      let inBlock = 0;
      for (const entry of rows) {
        const fits = (!now.area || now.area === area.key) && (!wanted.size || wanted.has(entry.boxed))
          && (!now.level || now.level === entry.level)
          && (!words.length || words.every((word) => searched(entry).includes(word)));
        if (entry.row.hidden === fits) entry.row.hidden = !fits;
        if (fits) inBlock += 1;
      }
      if (block.hidden !== !inBlock) block.hidden = !inBlock;
      // The estimated height of a block that is out of view.
      if (inBlock) block.style.containIntrinsicHeight = `auto ${inBlock * ROW_HEIGHT}px`;
      inArea += inBlock;
    }
    if (area.section.hidden !== !inArea) area.section.hidden = !inArea;
    visible += inArea;
  }
  one("#none").hidden = visible > 0 || !entries.length;
  one("#shown").textContent = `${visible.toLocaleString("en")} of ${entries.length.toLocaleString("en")} ${NOUN}`;
  one("#clear").disabled = !isFiltered();
  one("#unknown").hidden = true;
};

let openRule = "";
const setFragment = (fragment) => {
  // A page in a sandbox may not change its address; the filter still works.
  try { history.replaceState(null, "", `#${fragment}`); } catch { /* see above */ }
};
const remember = () => {
  const parts = Object.entries(state()).filter(([, value]) => value)
    .map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%2C", ",")}`);
  if (openRule && parts.length) parts.push(`rule=${encodeURIComponent(openRule)}`);
  setFragment(parts.length ? parts.join("&") : openRule);
};

const clear = () => {
  for (const field of Object.values(fields)) field.value = "";
  for (const box of boxes) box.checked = false;
};
const cleared = () => { clear(); apply(); remember(); };

const idOf = (row) => row.id || row.lastElementChild.id || row.firstElementChild.id;
const focus = (row) => {
  const head = row.firstElementChild;
  if (head.localName !== "summary") head.tabIndex = -1;
  head.focus({ preventScroll: true });
};

/* A link from another run, or a typing error, names what this page does not have. */
const tellUnknown = (id) => {
  clear();
  apply();
  const note = one("#unknown");
  const name = id.length > 40 ? `${id.slice(0, 40)}…` : id;
  note.textContent = `There is no ${NOUN.slice(0, -1)} ${name} on this page. The filter is cleared and all ${NOUN} are shown; check the id in the address.`;
  note.hidden = false;
  note.scrollIntoView({ block: "start" });
  say(note.textContent);
};

/* Show the element with an id, even if a closed disclosure or the filter hides it. */
const reveal = (id) => {
  const target = document.getElementById(id);
  if (!target) { tellUnknown(id); return; }
  const row = target.closest(".rule, tbody > tr");
  if (row?.hidden) { clear(); apply(); }
  for (let node = target; node; node = node.parentElement) if (node.localName === "details") node.open = true;
  const head = row && id === idOf(row) ? row.firstElementChild : null;
  (head ?? target).scrollIntoView({ block: "start" });
  if (row) {
    openRule = idOf(row);
    focus(row);
  }
};

const decoded = (text) => {
  try { return decodeURIComponent(text); } catch { return text; }
};
const readFragment = () => {
  const fragment = location.hash.slice(1);
  if (!fragment.includes("=")) {
    apply();
    if (fragment) reveal(decoded(fragment));
    return;
  }
  const given = new URLSearchParams(fragment);
  clear();
  for (const [key, field] of Object.entries(fields)) {
    field.value = given.get(key) ?? "";
    // A value without an option would leave the field empty.
    if (field.selectedIndex < 0) field.value = "";
  }
  const wanted = (given.get(BOXED) ?? "").split(",");
  for (const box of boxes) box.checked = wanted.includes(box.value);
  apply();
  if (given.get("rule")) reveal(given.get("rule"));
};

// The target of a jump must not be hidden under the filter, which stays in view on wide screens.
new ResizeObserver(() => {
  const covers = getComputedStyle(form).position === "sticky";
  document.documentElement.style.scrollPaddingTop = covers ? `${form.offsetHeight + 8}px` : "";
}).observe(form);

// Collect ten thousand texts before the first letter is typed.
fields.text.addEventListener("focus", () => { for (const entry of entries) searched(entry); }, { once: true });
fields.text.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.preventDefault();
  cleared();
  fields.text.blur();
});
form.addEventListener("input", () => { apply(); remember(); });
form.addEventListener("submit", (event) => event.preventDefault());
for (const button of all("#clear, #clear-too")) {
  button.addEventListener("click", () => { cleared(); fields.text.focus(); });
}
window.addEventListener("hashchange", readFragment);

const move = (step) => {
  const rows = entries.map((entry) => entry.row).filter((row) => !row.hidden);
  if (!rows.length) return;
  const now = rows.indexOf(document.activeElement?.closest?.(".rule, tbody > tr"));
  const row = rows[Math.min(rows.length - 1, Math.max(0, now < 0 ? 0 : now + step))];
  focus(row);
  row.firstElementChild.scrollIntoView({ block: "center" });
};
Object.assign(keys, {
  "/": () => { fields.text.focus(); fields.text.select(); },
  j: () => move(1),
  k: () => move(-1),
  x: cleared,
});
