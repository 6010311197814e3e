/** A comparison for a terminal, for the summary of a CI job, and for CI tools that read figures. */
import { Chalk } from "chalk";
import {
  benchmarkJson,
  code,
  excludedText,
  junitXml,
  markdownTable,
  plain,
  sidesText,
  type ExcludedRun,
  type JUnitCase,
  type RunsASide,
} from "../report/index.js";
import {
  COMPARISON_VERDICTS,
  type MetricComparison,
  type Compared,
  type ComparisonVerdict,
} from "./compare-figures.js";
import { estimateOf, ratiosOf, type Figure } from "./figure.js";
import { plainTable } from "./plain-table.js";
import { printableData } from "../vocabulary/index.js";

const MARKS: Readonly<Record<ComparisonVerdict, string>> = { slower: "✗", faster: "✓", same: "=", inconclusive: "?" };

/** The runs that a comparison was made of. Empty for results of `simulate bench`. */
export interface ComparedRuns {
  readonly sides?: RunsASide;
  readonly excluded?: readonly ExcludedRun[];
  /** What makes the figures of a run doubtful, one line each. */
  readonly doubts?: readonly string[];
}

/** For a terminal. Ends with a line break. */
export function renderComparison(
  given: Compared,
  { color, ...runs }: ComparedRuns & { readonly color: boolean },
): string {
  const compared = printableData(given);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const colors: Readonly<Record<ComparisonVerdict, (text: string) => string>> = {
    slower: chalk.red,
    faster: chalk.green,
    same: (text) => text,
    inconclusive: chalk.yellow,
  };
  const table = plainTable(
    ["", "cost now / before", "95 % interval", "p", ""],
    ["left", "right", "right", "right", "left"],
    compared.comparisons.map((comparison) => [
      comparison.doc,
      `${ratioOf(comparison)}x`,
      intervalOf(comparison),
      pOf(comparison),
      colors[comparison.verdict](`${MARKS[comparison.verdict]} ${comparison.verdict}`),
    ]),
  );
  const texts = printableData(textsOf(compared, runs));
  const head = texts.length === 0 ? "" : `${texts.join("\n")}\n\n`;
  return `${head}${table}\n\n${countsOf(compared)}\n${unmatchedOf(compared)}`;
}

/** For the summary of a CI job. */
export function comparisonMarkdown(compared: Compared, runs: ComparedRuns = {}): string {
  const rows = compared.comparisons.map((comparison) => {
    const { name, doc, verdict } = comparison;
    return [
      `${plain(doc)} (${code(name)})`,
      ratioOf(comparison),
      intervalOf(comparison),
      plain(pOf(comparison)),
      `${MARKS[verdict]} ${verdict}`,
    ];
  });
  return [
    "### Comparison",
    "",
    ...textsOf(compared, runs).flatMap((text) => [plain(text), ""]),
    countsOf(compared),
    "",
    ...markdownTable(["metric", "cost now / before", "95 % interval", "p", "verdict"], rows, [1, 2, 3]),
    "",
    ...compared.unmatched.map(({ name, why }) => `- not compared: ${code(name)}: ${plain(why)}`),
    ...(runs.excluded ?? []).map(({ directory, why }) => `- excluded: ${code(directory)}: ${plain(why)}`),
    "",
  ].join("\n");
}

/**
 * A test for each metric: failed when it is slower, skipped when inconclusive. Before them, one that is skipped when
 * there are too few runs to tell a change from noise; after them, a skipped test for each excluded run.
 */
export function comparisonJUnit(compared: Compared, { sides, excluded = [], doubts = [] }: ComparedRuns = {}): string {
  const { comparisons, unmatched, tooFew } = compared;
  const outcomes = {
    slower: "failure",
    inconclusive: "skipped",
    same: "passed",
    faster: "passed",
  } as const satisfies Record<ComparisonVerdict, JUnitCase["outcome"]>;
  const skipped = (classname: string, name: string, message: string): JUnitCase => ({
    classname,
    name,
    outcome: "skipped",
    message,
  });
  const enough = (all: RunsASide): JUnitCase => ({
    classname: "runs",
    name: "there are enough runs on each side",
    outcome: tooFew.length === 0 ? "passed" : "skipped",
    message: [roundsText(compared, all), ...doubts].join(" "),
  });
  const judged = comparisons.map((comparison): JUnitCase => {
    const { name, doc, verdict } = comparison;
    const confidence = `95 % interval ${intervalOf(comparison)}, p ${pOf(comparison)}`;
    const message = `${verdict}: ${doc}: ${ratioOf(comparison)}x the cost (${confidence})`;
    return { classname: "comparison", name, outcome: outcomes[verdict], message };
  });
  return junitXml({
    name: "simulate compare",
    cases: [
      ...(sides === undefined ? [] : [enough(sides)]),
      ...judged,
      ...unmatched.map(({ name, why }) => skipped("comparison", name, `not compared: ${why}`)),
      ...excluded.map(({ directory, why }) => skipped("runs", directory, `excluded: ${why}`)),
    ],
  });
}

/** A smaller value counts as this one: the inverse of 0 is not a number that JSON can hold. */
const LEAST = 1e-6;

/**
 * The figures for the tool `customSmallerIsBetter` of github-action-benchmark: each is the cost over its floor, so that
 * machines of different speed give comparable values. A figure without a floor has its own value.
 */
export function benchmarkActionJson(figures: readonly Figure[]): string {
  const entries = printableData(figures).map((figure) => {
    const ratios = ratiosOf(figure);
    const values = (ratios ?? figure.rounds).map((value) =>
      figure.better === "smaller" ? value : 1 / Math.max(value, LEAST),
    );
    const { value, low, high } = estimateOf(values);
    const spread =
      Number.isFinite(low) && Number.isFinite(high) ? { range: `± ${((high - low) / 2).toPrecision(2)}` } : {};
    return {
      name: figure.name,
      unit: ratios === undefined ? figure.unit : "ratio to its floor",
      value,
      ...spread,
      extra: figure.doc,
    };
  });
  return benchmarkJson(entries);
}

/** What to say before the verdicts: what the runs can tell, what makes them doubtful, how many are left out. */
function textsOf(compared: Compared, { sides, excluded = [], doubts = [] }: ComparedRuns): string[] {
  const [rounds, counted] = [roundsText(compared, sides), excludedText(excluded)];
  return [...(rounds === undefined ? [] : [rounds]), ...doubts, ...(counted === undefined ? [] : [counted])];
}

/**
 * What the rounds, or the runs, are too few for. Of runs their number in any case; otherwise undefined when there are
 * enough.
 */
function roundsText({ tooFew, neededRounds, paired }: Compared, sides: RunsASide | undefined): string | undefined {
  if (sides !== undefined) return sidesText(sides, tooFew.length === 0 ? undefined : neededRounds);
  if (tooFew.length === 0) return undefined;
  const expected = paired
    ? `${neededRounds} or more pairs (main-job has one in three rounds)`
    : `${neededRounds} or more`;
  return `Too few rounds to tell a change from noise, expected ${expected}: ${tooFew.join(", ")}.`;
}

function countsOf({ comparisons }: Compared): string {
  const counts = COMPARISON_VERDICTS.map(
    (verdict) => `${comparisons.filter((comparison) => comparison.verdict === verdict).length} ${verdict}`,
  );
  return counts.join(", ");
}

function unmatchedOf({ unmatched }: Compared): string {
  return unmatched.map(({ name, why }) => `Not compared: ${name}: ${why}\n`).join("");
}

const ratioOf = ({ ratio }: MetricComparison): string => ratio.value.toFixed(3);

function intervalOf({ ratio: { low, high } }: MetricComparison): string {
  return Number.isFinite(low) && Number.isFinite(high) ? `${low.toFixed(3)} – ${high.toFixed(3)}` : "too few rounds";
}

const pOf = ({ p }: MetricComparison): string => (p < 0.001 ? "< 0.001" : p.toFixed(3));
