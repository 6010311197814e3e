/** The option `--out`: where a run's measurements go besides its directory. */
import { didYouMean } from "../../load/scenario/nearest.js";
import type { OutputChoice } from "../../outputs/index.js";
import type { NamedFile } from "./same-file.js";
import { STANDARD_INPUT } from "./standard-input.js";
import { invalidValue, UsageError } from "./usage-error.js";

/** The value of `--out`; a list when it is given more than once. */
export interface OutArguments {
  readonly out?: string | readonly string[] | undefined;
}

export const outOption = {
  type: "string",
  requiresArg: true,
  describe:
    "Write every sample to csv=FILE or ndjson=FILE (compressed if it ends in .gz), or send metrics to otlp=URL; may be repeated",
} as const;

/** What is to follow the name of each kind. */
const KINDS: Readonly<Record<OutputChoice["kind"], string>> = { csv: "FILE", ndjson: "FILE", otlp: "URL" };
const NAMES = Object.keys(KINDS) as OutputChoice["kind"][];

/** @throws {UsageError} for an unknown kind, or one without a file */
export function outputChoices({ out = [] }: OutArguments, hasMachines: boolean): OutputChoice[] {
  const choices = [out].flat().map(choiceFrom);
  const ofSamples = choices.find(isFile);
  if (ofSamples !== undefined && hasMachines)
    throw new UsageError(`--out ${ofSamples.kind} cannot be combined with --redis: other machines keep no samples`);
  return choices;
}

const isFile = ({ kind }: OutputChoice): boolean => kind !== "otlp";

function choiceFrom(given: string): OutputChoice {
  const [, name = "", to = ""] = /^([^=]*)=?(.*)$/s.exec(given) ?? [];
  const kind = NAMES.find((known) => known === name);
  if (kind === undefined) {
    const expected = NAMES.map((known) => `${known}=${KINDS[known]}`).join(", ");
    throw invalidValue("--out", given, `${expected}${didYouMean(name, NAMES)}`);
  }
  if (to === "") throw invalidValue("--out", given, `${kind}=${KINDS[kind]}, but the ${KINDS[kind]} is missing`);
  if (kind === "otlp") return { kind, to: urlFrom(given, to) };
  // As with k6, `-` could be standard output, but that has the summary.
  if (to === STANDARD_INPUT)
    throw invalidValue("--out", given, `${kind}=FILE; for standard output, ${kind}=/dev/stdout with --quiet`);
  return { kind, to };
}

/** The URL of a collector. The text of an invalid one is not repeated where it may hold a password. */
function urlFrom(given: string, to: string): string {
  const url = URL.canParse(to) ? new URL(to) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol) || url.search !== "" || url.hash !== "")
    throw invalidValue(
      "--out",
      given.replace(/\/\/.*@/s, "//…@"),
      "otlp=URL with the URL of a collector, such as otlp=http://127.0.0.1:4318",
    );
  if (url.username !== "" || url.password !== "")
    throw new UsageError("--out otlp takes no password: set OTEL_EXPORTER_OTLP_HEADERS to the headers that let you in");
  return to;
}

/** The files among them. */
export function outputFiles(choices: readonly OutputChoice[]): NamedFile[] {
  return choices.filter(isFile).map(({ kind, to }) => ({ name: `--out ${kind}`, path: to }));
}
