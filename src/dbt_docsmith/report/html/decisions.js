// What was decided, kept by the browser while the page is away, and downloaded as a file that `apply` takes.
const decidable = entries.filter((entry) => entry.item);
const storedAs = data.to_decide ? `dbt-docsmith ${data.to_decide.project} ${data.to_decide.seal}` : "";

const keep = () => {
  const decided = decidable.filter((entry) => entry.decision).map((entry) => [keyOf(entry.node, entry.column), entry.decision]);
  try {
    localStorage.setItem(storedAs, JSON.stringify(decided));
  } catch { /* a browser that keeps nothing for a file: the download does */ }
};

const kept = () => {
  try {
    return new Map(JSON.parse(localStorage.getItem(storedAs) || "[]"));
  } catch {
    return new Map();
  }
};

const put = (entry, decision) => {
  entry.decision = decision;
  entry.row.dataset.decided = decision || "";
  for (const button of entry.row.querySelectorAll("[data-decision]")) {
    button.setAttribute("aria-pressed", String(button.dataset.decision === decision));
  }
};

// An entry of the file is one text with its places: one for those accepted, one for those refused.
const decidedProposals = (withUndecided) => {
  const found = new Map();
  for (const entry of decidable) {
    if (!entry.decision && !withUndecided) continue;
    if (!found.has(entry.item)) found.set(entry.item, new Map());
    const byDecision = found.get(entry.item);
    if (!byDecision.has(entry.decision)) byDecision.set(entry.decision, []);
    byDecision.get(entry.decision).push(entry.place);
  }
  const proposals = [];
  for (const [item, byDecision] of found) {
    for (const [decision, places] of byDecision) proposals.push({ ...item, ...(decision ? { decision } : {}), places });
  }
  return { ...data.to_decide, proposals };
};

const download = (withUndecided) => {
  const content = `${JSON.stringify(decidedProposals(withUndecided), null, 1)}\n`;
  const url = URL.createObjectURL(new Blob([content], { type: "application/json" }));
  make("a", { href: url, download: "decisions.json" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
};

const showDecisions = () => {
  if (!data.to_decide) return;
  const count = make("p", { id: "count", "aria-live": "polite" });
  const undecided = make("input", { type: "checkbox", id: "with-undecided" });
  const button = (id, label, done, style) => {
    const made = make("button", { type: "button", id, class: style }, label);
    made.addEventListener("click", done);
    return made;
  };
  const tell = () => {
    const of = (decision) => number(decidable.filter((entry) => entry.decision === decision).length);
    count.textContent = `${of("accepted")} accepted, ${of("refused")} refused, ${of(null)} undecided`;
  };
  const all = (decision) => () => {
    for (const entry of shownEntries()) if (entry.item) put(entry, decision);
    keep();
    tell();
  };
  const then = make("p", { class: "then" }, "then ", make("code", null, "dbt-docsmith apply decisions.json"));
  byId("decisions").append(
    count,
    make("div", { class: "all", role: "group", "aria-label": "All that are shown" }, make("span", null, "All shown:"),
      button("accept-shown", "Accept", all("accepted")), button("refuse-shown", "Refuse", all("refused")), button("open-shown", "Clear", all(null))),
    make("div", { class: "take" }, make("label", { for: "with-undecided" }, undecided, " undecided too"),
      button("download", "Download decisions", () => download(undecided.checked), "main")),
    then,
  );
  byId("decisions").hidden = false;
  const before = kept();
  for (const entry of decidable) if (before.has(keyOf(entry.node, entry.column))) put(entry, before.get(keyOf(entry.node, entry.column)));
  byId("texts").addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-decision]");
    if (!pressed) return;
    const { entry } = pressed.closest(".entry");
    put(entry, entry.decision === pressed.dataset.decision ? null : pressed.dataset.decision);
    keep();
    tell();
  });
  tell();
};
