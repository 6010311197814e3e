/** The history of runs for a terminal: each series with its latest figures and their changes. */
import { Chalk, type ChalkInstance } from "chalk";
import { changeOf, plural, printableData, wrap } from "../../vocabulary/index.js";
import { OUTCOME_SIGNS } from "../../results/index.js";
import type { HistoryFigure, HistorySeries, RunHistory } from "../../results/index.js";
import { changeText, figureText, latestOf, seriesHeading, unusedText } from "../history-texts.js";
import { joinSections, OUTCOME_COLOURS } from "../run-texts.js";

const LABEL_WIDTH = 34;

/** As text that ends with a line break. */
export function renderHistory(
  given: RunHistory,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const { series, excluded } = printableData(given);
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const left =
    excluded.length === 0
      ? []
      : [
          chalk.bold(`Excluded: ${plural(excluded.length, "run")}`),
          ...excluded.flatMap(({ directory, why }) =>
            wrap(`${directory}: ${why}`, width - 2).map((line) => `  ${line}`),
          ),
        ];
  return joinSections([...series.map((each) => seriesLines(each, chalk, width)), left]);
}

function seriesLines(series: HistorySeries, chalk: ChalkInstance, width: number): string[] {
  const { runs, figures } = series;
  const verdicts = verdictSigns(runs, chalk, width - LABEL_WIDTH);
  const head = wrap(seriesHeading(series), width);
  return [
    ...head.map((line) => chalk.bold(line)),
    `  ${"verdicts, oldest first".padEnd(LABEL_WIDTH - 2)}${verdicts}`,
    ...unusedText(series).flatMap((text) => wrap(`${text}: see the page`, width - 2).map((line) => `  ${line}`)),
    ...figures.flatMap((figure) => figureLines(figure, series, chalk, width)),
  ];
}

/** A sign a run, oldest first; of the newest only, after "…", where there are more than `most`. */
function verdictSigns(runs: HistorySeries["runs"], chalk: ChalkInstance, most: number): string {
  const isShort = runs.length > most;
  const shown = isShort ? runs.slice(1 - most) : runs;
  const signs = shown.map(({ outcome }) => chalk[OUTCOME_COLOURS[outcome]](OUTCOME_SIGNS[outcome]));
  return [...(isShort ? ["…"] : []), ...signs].join("");
}

function figureLines(figure: HistoryFigure, series: HistorySeries, chalk: ChalkInstance, width: number): string[] {
  const { latest, first } = latestOf(figure, series);
  const isOne = series.runs.length === 1;
  const change =
    isOne || first === undefined || latest === undefined
      ? ""
      : `${changeOf(first, latest).padStart(8)} since the first`;
  // A label that is too long for its column has lines of its own.
  const isLong = figure.label.length > LABEL_WIDTH - 2;
  const own = isLong ? wrap(figure.label, width - 2).map((text) => `  ${text}`) : [];
  const name = `  ${isLong ? "" : figure.label}`.padEnd(LABEL_WIDTH);
  const value = latest === undefined ? "–" : figureText(latest, figure.unit);
  const line = `${name}${value.padStart(18)}  ${change}`.trimEnd();
  return [
    ...own,
    line,
    ...figure.changes.flatMap((each) =>
      wrap(changeText(each, figure, series), width - 6).map((text, at) => {
        const sign = at === 0 ? (each.isWorse ? chalk.red("▲") : chalk.green("▼")) : " ";
        return `    ${sign} ${text}`;
      }),
    ),
  ];
}
