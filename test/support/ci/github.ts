/**
 * The part of GitHub Actions that the tests need: GitHub's own parser checks the files, GitHub's own evaluator computes
 * the expressions, and bash runs the scripts of the steps with the files of a step.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";
import { buildSync } from "esbuild";

type Parse = (
  file: { name: string; content: string },
  trace: unknown,
) => { context: { errors: { getErrors(): readonly { message: string }[] } } };
interface WorkflowParser {
  readonly parseWorkflow: Parse;
  readonly parseAction: Parse;
  readonly NoOperationTraceWriter: new () => object;
}

/** The parser imports JSON as bundlers do, which Node does not support, so it is bundled. */
function loadParser(): WorkflowParser {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-actions-"));
  const outfile = join(directory, "parser.cjs");
  const contents =
    'export * from "@actions/workflow-parser"; ' +
    'export { parseAction } from "@actions/workflow-parser/actions/action-parser";';
  buildSync({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    platform: "node",
    format: "cjs",
    outfile,
    logLevel: "error",
  });
  const parser = createRequire(import.meta.url)(outfile) as WorkflowParser;
  rmSync(directory, { recursive: true });
  return parser;
}

const parser = loadParser();

/** The errors of a workflow or an action; empty when GitHub accepts it. */
export function problemsOf(kind: "workflow" | "action", name: string, content: string): string[] {
  const parse = kind === "workflow" ? parser.parseWorkflow : parser.parseAction;
  return parse({ name, content }, new parser.NoOperationTraceWriter())
    .context.errors.getErrors()
    .map(({ message }) => message);
}

/** The contexts of expressions: `inputs.seed` is `{ inputs: { seed: … } }`. */
export type Contexts = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const always = { name: "always", minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(true) };

function asData(value: unknown): InstanceType<typeof data.Dictionary> | InstanceType<typeof data.StringData> {
  if (typeof value !== "object" || value === null) return new data.StringData(String(value));
  return new data.Dictionary(...Object.entries(value).map(([key, inner]) => ({ key, value: asData(inner) })));
}

function evaluate(expression: string, contexts: Contexts) {
  const { tokens } = new Lexer(expression).lex();
  const parsed = new Parser(tokens, Object.keys(contexts), [always]).parse();
  return new Evaluator(
    parsed,
    asData(contexts) as InstanceType<typeof data.Dictionary>,
    new Map([["always", always]]),
  ).evaluate();
}

/** Text with its expressions replaced by their values. */
export function interpolate(text: string, contexts: Contexts): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/g, (_, expression: string) =>
    evaluate(expression.trim(), contexts).coerceString(),
  );
}

export interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface StepResult {
  readonly code: number;
  readonly log: string;
  /** Its part of the job's summary. */
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Runs a step that has a script, in `cwd`, as the runner does for `shell: bash`. */
export async function runStep(
  step: Step,
  contexts: Contexts,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<StepResult> {
  const directory = mkdtempSync(join(tmpdir(), "crowdstorm-step-"));
  try {
    const files = { GITHUB_STEP_SUMMARY: join(directory, "summary.md"), GITHUB_OUTPUT: join(directory, "output") };
    for (const file of Object.values(files)) writeFileSync(file, "");
    const script = join(directory, "script.sh");
    writeFileSync(script, interpolate(step.run ?? "", contexts));
    const own = Object.fromEntries(
      Object.entries(step.env ?? {}).map(([name, value]) => [name, interpolate(value, contexts)]),
    );
    const { code, log } = await new Promise<{ code: number; log: string }>((resolve) => {
      const options = { cwd, env: { ...process.env, CI: "true", ...env, ...own, ...files }, maxBuffer: 1 << 26 };
      execFile("bash", ["--noprofile", "--norc", "-eo", "pipefail", script], options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), log: stdout + stderr });
      });
    });
    const lines = readFileSync(files.GITHUB_OUTPUT, "utf8")
      .split("\n")
      .filter((line) => line !== "");
    const outputs = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    return { code, log, summary: readFileSync(files.GITHUB_STEP_SUMMARY, "utf8"), outputs };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
