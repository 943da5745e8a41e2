// GitHub's own reader of expressions: fills `${{ }}` in texts, and says which conditions hold.
// argv: the packages @actions/expressions and @actions/workflow-parser. stdin: {contexts, status, texts, conditions}
// or {workflow: TEXT} or {action: TEXT}, to be held against GitHub's schema.
import {readFileSync} from "node:fs";
import {register} from "node:module";
import {pathToFileURL} from "node:url";

// The parser imports its JSON without saying that it is JSON, as bundlers allow.
register(
  "data:text/javascript," +
    encodeURIComponent(`export const load = (url, context, next) =>
      next(url, url.endsWith(".json") ? {...context, importAttributes: {type: "json"}} : context);`)
);

const [expressions, parser] = process.argv.slice(2);
const load = path => import(pathToFileURL(path).href);
const {Lexer, Parser, Evaluator, data} = await load(`${expressions}/dist/index.js`);
const given = JSON.parse(readFileSync(0, "utf8"));

const wrap = value => {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === "object")
    return new data.Dictionary(...Object.entries(value).map(([key, item]) => ({key, value: wrap(item)})));
  if (typeof value === "boolean") return new data.BooleanData(value);
  if (typeof value === "number") return new data.NumberData(value);
  return new data.StringData(value);
};

const status = (name, holds) => ({name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(holds)});

const evaluate = text => {
  const functions = [
    status("always", true),
    status("success", given.status === "success"),
    status("failure", given.status === "failure"),
    status("cancelled", false),
  ];
  const tree = new Parser(new Lexer(text).lex().tokens, Object.keys(given.contexts), functions).parse();
  const known = new Map(functions.map(each => [each.name, each]));
  return new Evaluator(tree, wrap(given.contexts), known).evaluate();
};

const fill = text => text.replace(/\$\{\{(.*?)\}\}/gs, (_, inner) => evaluate(inner).coerceString());

const holds = condition => {
  const bare = condition.replace(/^\s*\$\{\{(.*)\}\}\s*$/s, "$1");
  const asks = /\b(always|success|failure|cancelled)\s*\(/.test(bare);
  const value = evaluate(asks ? bare : `success() && (${bare})`);
  return !["", "false", "0"].includes(value.coerceString());
};

const complaints = async () => {
  const trace = {info() {}, verbose() {}, error() {}};
  const {parseWorkflow} = await load(`${parser}/dist/index.js`);
  const {parseAction} = await load(`${parser}/dist/actions/action-parser.js`);
  const file = {name: "file.yml", content: given.workflow ?? given.action};
  const result = given.workflow ? parseWorkflow(file, trace) : parseAction(file, trace);
  return result.context.errors.getErrors().map(error => error.message);
};

const answer = given.contexts
  ? {texts: given.texts.map(fill), conditions: given.conditions.map(holds)}
  : {complaints: await complaints()};
process.stdout.write(JSON.stringify(answer));
