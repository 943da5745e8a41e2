// The entries on the page: a section for each node, a row for each text.
const nameOf = (entry) => (entry.column ? `${entry.node.split(".").slice(2).join(".")}.${entry.column}` : entry.node.split(".").slice(2).join("."));

const decideButton = (entry, decision, label) =>
  make("button", { type: "button", "data-decision": decision, "aria-pressed": "false", "aria-label": `${label} ${nameOf(entry)}` }, label);

const originOf = (entry) => {
  const from = entry.way === "inherited" ? `from ${entry.source}` : entry.writer && entry.writer !== entry.way ? `by ${entry.writer}` : null;
  const said = [from, entry.block ? `in doc block ${entry.block}` : null].filter(Boolean).join(", ");
  return make("p", { class: "origin" }, make("span", { class: `way ${entry.way.replace(" ", "-")}` }, entry.way), said ? ` ${said}` : null);
};

const evidenceOf = ({ item }) => {
  if (!item) return null;
  const lines = [item.risk && item.risk !== "none seen" ? `look: ${item.risk}` : null, ...(item.evidence || [])].filter(Boolean);
  if (item.places.length > 1) lines.push(`the same text in ${plural(item.places.length, "place")}`);
  return lines.length ? folded("Why", () => [make("ul", null, lines.map((line) => make("li", null, prose(line))))], { class: "evidence" }) : null;
};

const rowOf = (entry) => {
  const replaced = entry.place && entry.place.replaces;
  const body = make("div", { class: "body" },
    replaced ? make("p", { class: "text" }, make("del", null, replaced)) : null,
    make("p", { class: entry.text ? "text" : "said" }, prose(entry.text || entry.said || "not known before it is made")),
    make("div", { class: "ground" }, originOf(entry), evidenceOf(entry)));
  const choice = entry.item
    ? make("div", { class: "choice", role: "group", "aria-label": nameOf(entry) }, decideButton(entry, "accepted", "Accept"), decideButton(entry, "refused", "Refuse"))
    : null;
  entry.row = make("li", { class: `entry ${entry.way.replace(" ", "-")}` },
    make("span", { class: entry.column ? "name" : "name whole" }, entry.column || `the ${entry.node.split(".", 1)[0].replace("_", " ")}`), body, choice);
  entry.row.entry = entry;
  return entry.row;
};

const sectionOf = (node, found) => {
  const file = (found.find((entry) => entry.file) || {}).file;
  const [kind, , ...name] = node.split(".");
  const heading = make("h2", null, make("span", { class: "kind" }, kind), ` ${name.join(".")}`);
  const where = file ? make("p", { class: "where" }, file) : null;
  return make("section", { class: "node", "aria-label": node }, make("div", { class: "title" }, heading, where), make("ul", null, found.map(rowOf)));
};

const showTexts = () => {
  for (const found of nodes.values()) found.sort((a, b) => Boolean(a.column) - Boolean(b.column));
  const sections = document.createDocumentFragment();
  for (const [node, found] of nodes) {
    const section = sectionOf(node, found);
    section.style.containIntrinsicSize = `auto ${60 + found.length * 76}px`;
    sections.append(section);
  }
  byId("texts").append(sections);
};
