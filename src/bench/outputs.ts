/** A comparison for a terminal, for the summary of a CI job, and for CI tools that read figures. */
import { Chalk } from "chalk";
import {
  benchmarkJson,
  code,
  junitXml,
  markdownTable,
  plain,
  type ExcludedRun,
  type JUnitCase,
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

/** For a terminal. Ends with a line break. */
export function renderComparison(given: Compared, { color }: { readonly color: boolean }): string {
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
  return `${table}\n\n${countsOf(compared)}\n${unmatchedOf(compared)}`;
}

/** For the summary of a CI job. */
export function comparisonMarkdown(compared: Compared, excluded: readonly ExcludedRun[] = []): string {
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
    countsOf(compared),
    "",
    ...markdownTable(["metric", "cost now / before", "95 % interval", "p", "verdict"], rows, [1, 2, 3]),
    "",
    ...compared.unmatched.map(({ name, why }) => `- not compared: ${code(name)}: ${plain(why)}`),
    ...excluded.map(({ directory, why }) => `- excluded: ${code(directory)}: ${plain(why)}`),
    "",
  ].join("\n");
}

/**
 * A test for each metric: failed when it is slower, skipped when inconclusive. A skipped test for each excluded run.
 */
export function comparisonJUnit({ comparisons, unmatched }: Compared, excluded: readonly ExcludedRun[] = []): string {
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
  const judged = comparisons.map((comparison): JUnitCase => {
    const { name, doc, verdict } = comparison;
    const confidence = `95 % interval ${intervalOf(comparison)}, p ${pOf(comparison)}`;
    const message = `${verdict}: ${doc}: ${ratioOf(comparison)}x the cost (${confidence})`;
    return { classname: "comparison", name, outcome: outcomes[verdict], message };
  });
  return junitXml({
    name: "simulate compare",
    cases: [
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
