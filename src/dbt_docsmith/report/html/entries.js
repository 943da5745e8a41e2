// The report -> one entry for each text, failure and question, by node.
const data = JSON.parse(byId("data").textContent);
const report = data.report;
const WAYS = { llm: "made", cache: "stored", doc_block: "doc block", inherited: "inherited", glossary: "glossary", rules: "rules" };
const LABELS = { "doc block": "from doc blocks", rules: "by rules", glossary: "from the glossary", failed: "failed", question: "for their owners to answer" };
const keyOf = (node, column) => `${node}\n${(column || "").toLowerCase()}`;

const proposalsByPlace = new Map();
for (const item of data.to_decide ? data.to_decide.proposals || [] : []) {
  for (const place of item.places || []) proposalsByPlace.set(keyOf(place.node, place.column), { item, place });
}

const entryOf = (told, way, said) => ({
  node: told.unique_id,
  column: told.column,
  way,
  text: told.description || null,
  said,
  source: told.source || null,
  writer: told.model || told.provider || null,
  file: told.file || null,
  block: told.doc_block || null,
  decision: null,
  ...(way === "failed" || way === "question" ? {} : proposalsByPlace.get(keyOf(told.unique_id, told.column))),
});

const wayOf = (told) => (told.description === null && told.origin === "llm" ? "requested" : WAYS[told.origin] || told.origin);
const entries = [
  ...report.proposals.map((told) => entryOf(told, wayOf(told), null)),
  ...report.failures.map((told) => entryOf(told, "failed", `${told.error}: ${told.message}`)),
  ...report.questions.map((told) => entryOf(told, "question", told.question)),
];

const nodes = new Map();
for (const entry of entries) {
  if (!nodes.has(entry.node)) nodes.set(entry.node, []);
  nodes.get(entry.node).push(entry);
}
for (const entry of entries) {
  const told = [entry.node, entry.column, entry.text, entry.said, entry.way, entry.source, entry.writer, entry.file, entry.block];
  entry.words = told.filter(Boolean).join("\n").toLowerCase();
}
