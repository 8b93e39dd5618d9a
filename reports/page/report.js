// The report: rules that open, links that keep the filter, commands that are copied.

const openAll = (open) => {
  for (const { row } of entries) if (!row.hidden && row.localName === "details") row.open = open;
};
one("#open-all").addEventListener("click", () => openAll(true));
one("#close-all").addEventListener("click", () => { openAll(false); openRule = ""; remember(); });

document.addEventListener("click", (event) => {
  const { target } = event;
  const summary = target.closest("details.rule > summary");
  if (summary) {
    const row = summary.parentElement;
    if (!row.open) openRule = idOf(row); else if (openRule === idOf(row)) openRule = "";
    remember();
  }
  const link = target.closest("a[href^='#']");
  if (link) follow(link, event);
  const copy = target.closest("[data-copy]");
  if (copy) copied(copy);
  const save = target.closest("[data-save]");
  if (save) saved(save);
});

const follow = (link, event) => {
  const target = document.getElementById(decoded(link.hash.slice(1)));
  if (!target) return;
  if (link.classList.contains("to-exchange")) {
    event.preventDefault();
    beside(link, target);
  } else if (target.closest(".rule")) {
    // The filter stays in the address if it shows the rule.
    event.preventDefault();
    reveal(target.id);
    remember();
    if (target.id !== openRule && !isFiltered()) setFragment(target.id);
  }
};

/* An exchange that led to a finding opens beside its link; without the script the link leads to it. */
const beside = (link, target) => {
  const shown = one(".exchange", link.parentElement);
  if (shown) shown.remove(); else link.parentElement.append(one(".exchange", target).cloneNode(true));
};

/* Copying */
const copied = async (button) => {
  const block = document.getElementById(button.dataset.copy);
  let done = false;
  try {
    await navigator.clipboard.writeText(block.textContent);
    done = true;
  } catch {
    done = copiedBySelecting(block);
  }
  const label = button.firstChild;
  label.data = done ? "Copied" : "Selected";
  say(done ? "Copied." : "Could not copy; the text is selected.");
  setTimeout(() => { label.data = "Copy"; }, 1600);
};
// A page that was loaded over plain http has no access to the clipboard.
const copiedBySelecting = (block) => {
  const range = document.createRange();
  range.selectNodeContents(block);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
  try { return document.execCommand("copy"); } catch { return false; }
};
const saved = (button) => {
  const text = document.getElementById(button.dataset.save).textContent;
  const address = URL.createObjectURL(new Blob([text], { type: "text/x-shellscript" }));
  made("a", [], { href: address, download: button.dataset.name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
};
keys.c = () => {
  const row = document.activeElement?.closest?.(".rule");
  if (row) one("[data-copy]", row)?.click();
};

// Without this, browsers that cannot open disclosures by style would print them closed.
window.addEventListener("beforeprint", () => {
  if (CSS.supports("selector(::details-content)")) return;
  openAll(true);
  for (const details of all(".led, .few > .cited")) details.open = true;
});
