// What the run came to: coverage, texts, cost; then what else there is to know, folded away.
const percent = ([done, all]) => (all ? Math.floor((100 * done) / all) : 100);

const figure = (title, value, detail, ...rest) =>
  make("div", { class: "figure" }, make("h2", null, title), make("p", { class: "value" }, value), ...rest, make("p", { class: "detail" }, detail));

const bar = (before, after) => {
  const share = make("div", { class: "bar", "aria-hidden": "true" }, make("i", { class: "after" }), make("i", { class: "before" }));
  share.children[0].style.width = `${percent(after)}%`;
  share.children[1].style.width = `${percent(before)}%`;
  return share;
};

const covered = (title, before, after, which) => {
  const told = `${number(before[0])} → ${number(after[0])} of ${number(after[1])}${which}`;
  return figure(title, `${percent(before)} % → ${percent(after)} %`, told, bar(before, after));
};

const tally = () => {
  const counts = new Map();
  for (const { way } of entries) counts.set(way, (counts.get(way) || 0) + 1);
  return counts;
};

const told = (title, lines) =>
  lines.length ? folded(`${title} (${number(lines.length)})`, () => [make("ul", null, lines.map((line) => make("li", null, line)))]) : null;

const modelTable = () => {
  const names = ["model", "requests", "prompt tokens", "of them cached", "answer tokens", "cost"];
  const cells = (row) => row.map((cell, at) => make("td", at ? { class: "number" } : null, typeof cell === "number" ? number(cell) : cell));
  const head = make("thead", null, make("tr", null, names.map((name) => make("th", { scope: "col" }, name))));
  const body = make("tbody", null, data.models.map((row) => make("tr", null, cells(row))));
  return make("div", { class: "wide", tabindex: "0" }, make("table", null, head, body));
};

const diffLines = (patch) =>
  make("pre", { tabindex: "0" }, patch.split("\n").map((line) => {
    const kind = /^(diff|---|\+\+\+|new file) /.test(line) ? "at" : line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : line.startsWith("@@") ? "at" : null;
    return make("span", kind ? { class: kind } : null, `${line}\n`);
  }));

const diffFiles = () =>
  data.diff.split(/^(?=diff --git )/m).filter(Boolean).map((patch) => {
    const [first] = patch.split("\n", 1);
    const name = first.replace(/^diff --git .*? "?b\//, "").replace(/"$/, "");
    return folded(name, () => [diffLines(patch)], { class: "file" });
  });

const showOverview = () => {
  byId("command").textContent = report.command;
  byId("project").textContent = data.project;
  byId("headline").textContent = data.headline;
  byId("state").append(...prose(data.state));
  const ways = [...tally()].map(([way, count]) => `${number(count)} ${LABELS[way] || way}`).join(", ");
  const { coverage } = report;
  byId("figures").append(
    ...(coverage ? [covered("Nodes documented", coverage.before.nodes, coverage.after.nodes, "")] : []),
    ...(coverage ? [covered("Columns documented", coverage.before.columns, coverage.after.columns, ` (${coverage.columns_from})`)] : []),
    figure("Texts", number(report.proposals.length), ways || "nothing was missing"),
    figure(report.dry_run ? "Cost, at most" : "Cost", data.cost, data.spent.join("; ") || "nothing was sent"),
  );
  const files = report.files.map((file) => `${file.path}: ${plural(file.descriptions, "description")}${file.created ? ", new" : ""}`);
  const more = [
    report.ended ? make("p", { class: "ended", role: "alert" }, report.ended) : null,
    ...data.persisted.map((line) => make("p", { class: "note" }, line)),
    told("Warnings", report.warnings),
    told("Stale, and left as they are", data.stale),
    told("Files", files),
    data.models.length ? folded("Requests and tokens by model", () => [modelTable()]) : null,
    data.diff ? folded("Diff", diffFiles, { id: "diff" }) : null,
  ];
  byId("more").append(...more.filter(Boolean));
};
