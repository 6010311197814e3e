/** The page that `--html` and `--open` ask for. */
import { writeAtomically } from "../../results/index.js";
import { writeText } from "./named-files.js";
import type { NamedFile } from "./same-file.js";

/** The values of `htmlOption` and `openOption` (shared-options.ts). */
export interface PageArguments {
  /** The path of the page; the empty text stands for the path in the run's directory. */
  readonly html?: string | undefined;
  readonly open: boolean;
}

export function asksForPage({ html, open }: PageArguments): boolean {
  return html !== undefined || open;
}

/** The file that `--html` names, when it names one. */
export function pageOutputs({ html }: PageArguments): NamedFile[] {
  return html === undefined || html === "" ? [] : [{ name: "--html", path: html }];
}

/** Writes the page to the path that `--html` names, or to `path`. Returns the path. @throws UsageError, ResultsError */
export function writePage(args: PageArguments, path: string, text: string): string {
  const [named] = pageOutputs(args);
  if (named === undefined) writeAtomically(path, text);
  else writeText(named.path, text);
  return named?.path ?? path;
}
