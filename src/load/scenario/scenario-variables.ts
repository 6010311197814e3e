/**
 * Environment variables in the text of a scenario: `${NAME}`, and `${NAME:-default}` for when it is not set or empty.
 * They stand for values and keys, or for parts of them; in a comment they mean nothing. What is not quoted is read as
 * YAML after the replacement, so that a variable can be a number, but never a list, a mapping or a comment.
 */
import { isScalar, isSeq, LineCounter, parseDocument, Scalar, visit } from "yaml";
import { scenarioErrorOf } from "./scenario-error.js";

/** What looks like a variable, also one that is none. */
const VARIABLE = /\$\{([^}\n]*)\}?/g;
/** A name, and a default. */
const INSIDE = /^([A-Za-z_]\w*)(?::-(.*))?$/;
/** A letter that plain scalars may have: variables are masked with it for a first look at the structure. */
const MASK = "\uE000";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A part of the text, and what takes its place. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A variable that cannot be replaced: where, and why. */
class VariableError extends Error {
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * `text` with the values in the place of the variables; its lines stay where they are. `file` is what errors call it.
 * @throws {ScenarioError} for a variable that is not set and has no default, each with its line
 */
export function replaceVariables(text: string, file: string, environment: Environment = process.env): string {
  if (!text.includes("${")) return text;
  const masked = text.replace(VARIABLE, (variable) => MASK.repeat(variable.length));
  const lines = new LineCounter();
  const document = parseDocument(masked, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  // The next reader of the text reports what is wrong with it, at the same place.
  if (document.errors.length > 0) return masked;
  const edits: Edit[] = [];
  const problems: string[] = [];
  visit(document, {
    Scalar(_, node) {
      try {
        edits.push(...editsOf(node, text, environment));
      } catch (error) {
        if (!(error instanceof VariableError)) throw error;
        problems.push(`${file}:${lines.linePos(error.offset).line}: ${error.message}`);
      }
    },
  });
  if (problems.length > 0) throw scenarioErrorOf(problems);
  return applied(text, edits);
}

function applied(text: string, edits: readonly Edit[]): string {
  const parts: string[] = [];
  let end = 0;
  for (const edit of [...edits].sort((a, b) => a.from - b.from)) {
    parts.push(text.slice(end, edit.from), edit.text);
    end = edit.to;
  }
  return [...parts, text.slice(end)].join("");
}

/** @throws VariableError */
function editsOf({ range, type }: Scalar, text: string, environment: Environment): Edit[] {
  const [from, to] = range ?? [0, 0];
  const source = text.slice(from, to);
  const variables = [...source.matchAll(VARIABLE)].map(({ 0: whole, 1: inside = "", index }) => ({
    from: from + index,
    to: from + index + whole.length,
    text: valueOf(whole, inside, from + index, environment),
  }));
  if (variables.length === 0) return [];
  switch (type) {
    case Scalar.QUOTE_DOUBLE:
      return variables.map((edit) => ({ ...edit, text: JSON.stringify(edit.text).slice(1, -1) }));
    case Scalar.QUOTE_SINGLE:
      return variables.map((edit) => ({ ...edit, text: edit.text.replaceAll("'", "''") }));
    case Scalar.BLOCK_FOLDED:
    case Scalar.BLOCK_LITERAL:
      return variables;
    default:
      return [{ from, to, text: plainOrQuoted(applied(source, shifted(variables, -from)), from) }];
  }
}

function shifted(edits: readonly Edit[], by: number): Edit[] {
  return edits.map(({ from, to, text }) => ({ from: from + by, to: to + by, text }));
}

/** @throws VariableError */
function valueOf(whole: string, inside: string, offset: number, environment: Environment): string {
  const [, name, byDefault] = (whole.endsWith("}") ? INSIDE.exec(inside) : null) ?? [];
  if (name === undefined)
    throw new VariableError(offset, `${whole} is no variable: expected \${NAME} or \${NAME:-default}`);
  const given = Object.hasOwn(environment, name) ? environment[name] : undefined;
  const value = byDefault !== undefined && given === "" ? byDefault : (given ?? byDefault);
  if (value === undefined)
    throw new VariableError(
      offset,
      `the environment variable ${name} is not set: set it, or write a default as in \${${name}:-10}`,
    );
  // The text is kept with the run, and read again.
  if (/[\p{Cc}\u2028\u2029]|\$\{/u.test(value))
    throw new VariableError(offset, `the environment variable ${name} has a line break, a control character or "\${"`);
  return value;
}

/** As it is when it is one scalar in any place, otherwise in quotes. @throws VariableError */
function plainOrQuoted(source: string, offset: number): string {
  const line = source.replaceAll(/\s*\n\s*/g, " ");
  const { contents, errors, warnings } = parseDocument(`[${line}]`, { prettyErrors: false });
  const [item, ...others] = isSeq(contents) ? contents.items : [];
  const isPlain = isScalar(item) && item.type === Scalar.PLAIN && item.source === line;
  if (isPlain && others.length + errors.length + warnings.length === 0) return source;
  if (line !== source)
    throw new VariableError(
      offset,
      "a variable in text of several lines has a value that needs quotes: quote the text",
    );
  return JSON.stringify(source);
}
