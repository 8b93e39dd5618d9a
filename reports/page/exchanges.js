// The exchanges of the run: packed in the page, and unpacked when somebody asks for them.

/* Characters that control or reorder text are shown by their numbers: a server may send anything. */
const harmless = (text) =>
  text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/gu, (character) => {
    if (character === "\n" || character === "\t") return character;
    const code = character.codePointAt(0).toString(16);
    if (code.length < 3) return `\\x${code.padStart(2, "0")}`;
    return code.length < 5 ? `\\u${code.padStart(4, "0")}` : `\\U${code.padStart(8, "0")}`;
  });

let unpacked = null;
const exchanges = () => {
  unpacked ??= (async () => {
    const packed = Uint8Array.from(atob(one("#island").textContent), (character) => character.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  })();
  return unpacked;
};

const bodyOf = (body) => {
  if (!body?.bytes) return "";
  const note = body.cut ? `\n(beginning of ${body.bytes.toLocaleString("en")} bytes)` : "";
  return `\n\n${harmless(body.text)}${note}`;
};
const headersOf = (headers) => headers.map(([name, value]) => `\n${harmless(name)}: ${harmless(value)}`).join("");
const whole = (exchange) => {
  const answer = exchange.status === null ? `No complete answer\n${harmless(exchange.error ?? "")}` : String(exchange.status);
  const request = `${harmless(exchange.method)} ${harmless(exchange.url)}`;
  return made("div", [
    made("p", ["Request"], { class: "leg" }),
    made("pre", [`${request}${headersOf(exchange.request_headers)}${bodyOf(exchange.request_body)}`]),
    made("p", [`Answer, after ${(exchange.duration_s * 1000).toFixed(1)} ms`], { class: "leg" }),
    made("pre", [`${answer}${headersOf(exchange.response_headers)}${bodyOf(exchange.response_body)}`]),
  ], { class: "exchange" });
};

const AT_ONCE = 50;
const listed = (place, title, found) => {
  const list = made("div", [], { class: "listed" });
  const more = made("button", [], { type: "button" });
  let next = 0;
  const extend = () => {
    for (const exchange of found.slice(next, next + AT_ONCE)) {
      const line = `${exchange.method} ${exchange.url}`.slice(0, 240);
      const entry = made("details", [made("summary", [
        made("span", [String(exchange.number)], { class: "number" }), " ",
        made("code", [`${harmless(line)} → ${exchange.status ?? "no answer"}`], { class: "call" }),
      ])]);
      entry.addEventListener("toggle", () => {
        if (entry.open && entry.children.length < 2) entry.append(whole(exchange));
      });
      list.insertBefore(entry, more);
    }
    next += AT_ONCE;
    more.hidden = next >= found.length;
    more.textContent = `Show ${Math.min(AT_ONCE, found.length - next)} more`;
  };
  more.addEventListener("click", extend);
  list.append(made("p", [title], { class: "aside" }), more);
  extend();
  place.replaceChildren(list);
};
const list = async (place, title, wanted) => {
  try {
    const found = (await exchanges()).filter(wanted);
    listed(place, `${title}: ${found.length.toLocaleString("en")}`, found);
  } catch {
    const why = "This browser cannot unpack the exchanges; they are in report.json.";
    place.replaceChildren(made("p", [why], { class: "limit" }));
  }
};

/* A number in the map shows its exchanges. */
const operations = new Set(all("td[data-operation]").map((cell) => cell.dataset.operation).filter(Boolean));
for (const cell of all("td[data-status]")) {
  const { operation, status } = cell.dataset;
  const call = one("th code", cell.parentElement).textContent;
  const answered = status === "none" ? "without an answer" : `answered ${status}`;
  const button = made("button", [...cell.childNodes], {
    type: "button", "aria-label": `${cell.textContent}: show ${call}, ${answered}`,
  });
  button.addEventListener("click", () => {
    list(one("#map-exchanges"), `${call}, ${answered}`, (exchange) =>
      String(exchange.status ?? "none") === status
      && (operation ? exchange.operation === operation : !operations.has(exchange.operation)));
  });
  cell.replaceChildren(button);
}

/* An open rule offers the exchanges of its checks. */
document.addEventListener("toggle", (event) => {
  const row = event.target;
  if (!row.open || !row.classList.contains("rule") || one(".of-rule", row)) return;
  const names = new Set(all(".checks code", row).map((name) => name.textContent).filter((name) => name.includes("::")));
  if (!names.size) return;
  const place = made("div", [], { class: "of-rule" });
  const button = made("button", ["Show all exchanges of its checks"], { type: "button" });
  button.addEventListener("click", () =>
    list(place, "Exchanges of the rule's checks", (exchange) => names.has(harmless(exchange.check))));
  place.append(button);
  all(".checks", row).at(-1).after(place);
}, true);
