// Which entries are shown: those that hold every word that is searched for and are of the kinds that are chosen.
const chosen = { way: new Set(), decision: new Set(), look: new Set() };
const isOf = {
  way: (entry, values) => values.has(entry.way),
  decision: (entry, values) => Boolean(entry.item) && values.has(entry.decision || "undecided"),
  look: (entry) => Boolean(entry.item && entry.item.risk && entry.item.risk.includes("thin evidence")),
};

const shownEntries = () => entries.filter((entry) => !entry.row.hidden);

const applyFilters = () => {
  const words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const kinds = Object.entries(chosen).filter(([, values]) => values.size);
  let shown = 0;
  for (const found of nodes.values()) {
    let any = false;
    for (const entry of found) {
      const fits = words.every((word) => entry.words.includes(word)) && kinds.every(([kind, values]) => isOf[kind](entry, values));
      if (entry.row.hidden === fits) entry.row.hidden = !fits;
      shown += fits;
      any = any || fits;
    }
    const section = found[0].row.parentNode.parentNode;
    if (section.hidden === any) section.hidden = !any;
  }
  const all = entries.length;
  byId("shown").textContent = shown === all ? `${number(all)} shown` : `${number(shown)} of ${number(all)} shown`;
};

const chip = (kind, value, label, count) => {
  const button = make("button", { type: "button", class: `chip ${value.replace(" ", "-")}`, "aria-pressed": "false" }, label, count === null ? null : make("b", null, ` ${number(count)}`));
  button.addEventListener("click", () => {
    const on = !chosen[kind].delete(value);
    if (on) chosen[kind].add(value);
    button.setAttribute("aria-pressed", String(on));
    applyFilters();
  });
  return button;
};

const showFilters = () => {
  const chips = [...tally()].map(([way, count]) => chip("way", way, way === "question" ? "questions" : way, count));
  const thin = entries.filter((entry) => isOf.look(entry)).length;
  if (thin) chips.push(chip("look", "thin", "thin evidence", thin));
  if (data.to_decide) chips.push(...["undecided", "accepted", "refused"].map((each) => chip("decision", each, each, null)));
  byId("chips").append(...chips);
  let waiting = 0;
  byId("search").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(applyFilters, 80);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      byId("search").focus();
    }
  });
  applyFilters();
};
