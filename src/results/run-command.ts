/** The id of a run, and the command that reproduces it. */
import { timeStamp, uniquePart } from "./unique-part.js";
import type { Summary } from "./summary-schema.js";
import type { MailboxKind } from "../platform/sync/index.js";
import { programName, quoteForShell } from "../vocabulary/index.js";

/** The choices for a run, as the options of `simulate` have them. Undefined has the meaning of absent. */
export interface RunChoices {
  readonly seed?: string | number | undefined;
  readonly workers?: string | number | undefined;
  readonly duration?: string | undefined;
  /** Has no effect on a virtual run. */
  readonly threads?: string | number | undefined;
  readonly virtual: boolean;
  readonly faults?: string | undefined;
  readonly mailbox: MailboxKind;
  /** Has no effect on a virtual run. */
  readonly record: boolean;
  /** Whether what was planned and did not happen is a failure. Left out: no. */
  readonly strict?: boolean | undefined;
  /** The target of a run over a network, and what goes with it. */
  readonly target?: string | undefined;
  readonly listen?: string | undefined;
  readonly "backend-timeout"?: string | undefined;
  readonly "allow-origin"?: string | undefined;
  readonly page?: string | undefined;
  readonly "allow-remote"?: boolean | undefined;
  readonly dialect?: string | undefined;
  readonly database?: string | undefined;
  readonly scrape?: string | undefined;
  /** Its user name and password are left out. */
  readonly redis?: string | undefined;
  readonly machines?: string | number | undefined;
}

/** The options that differ from those of a plain run of the scenario. An option without a value has the empty text. */
export function differingOptions(choices: RunChoices): Summary["options"] {
  const { seed, workers, duration, threads, virtual, faults, mailbox, record, strict } = choices;
  const { target, listen, page, dialect, database, scrape, redis, machines } = choices;
  const given = {
    seed,
    workers,
    duration,
    ...(virtual ? { virtual: "", faults } : { threads }),
    ...(mailbox !== "sound" && { mailbox }),
    ...(!record && !virtual && { "no-record": "" }),
    ...(strict === true && { strict: "" }),
    target,
    listen,
    "backend-timeout": choices["backend-timeout"],
    "allow-origin": choices["allow-origin"],
    page,
    ...(choices["allow-remote"] === true && { "allow-remote": "" }),
    dialect,
    database,
    scrape,
    ...(redis !== undefined && { redis: withoutCredentials(redis), machines }),
  };
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
}

/** The URL without credentials: `redis://queue.example:6379`. */
export function withoutCredentials(url: string): string {
  return url.replace(/\/\/.*@/s, "//");
}

/** What the command of a run has besides its choices. */
export interface CommandParts {
  /** Another command of the program than that of a run. */
  readonly command?: string;
  /** The options that change fields of the scenario, as they were given. */
  readonly set?: string | readonly string[] | undefined;
  readonly threshold?: string | readonly string[] | undefined;
}

/**
 * The command for a run of `scenario`, a name or a path, with this seed (undefined: the scenario's) and `choices`; or
 * for what another command of the program does with such runs.
 */
export function reproduceCommand(
  scenario: string,
  seed: number | undefined,
  choices: RunChoices,
  parts: CommandParts = {},
): string {
  const given: Summary["options"] = { ...differingOptions(choices), ...(seed !== undefined && { seed }) };
  return commandOn(scenario, given, parts);
}

/** The command that shrinks this seed of `scenario`. */
export function shrinkCommand(
  scenario: string,
  seed: number,
  {
    workers,
    duration,
    faults,
    mailbox,
    set,
    threshold,
  }: Pick<RunChoices, "workers" | "duration" | "faults" | "mailbox"> & Pick<CommandParts, "set" | "threshold">,
): string {
  const options = differingOptions({ workers, duration, faults, mailbox, virtual: true, record: true });
  const accepted = Object.entries(options).filter(([name]) => name !== "virtual");
  return commandOn(scenario, { ...Object.fromEntries(accepted), seed }, { command: "shrink", set, threshold });
}

function commandOn(scenario: string, given: Summary["options"], parts: CommandParts): string {
  const options = Object.entries(given).map(([name, value]) =>
    value === "" ? `--${name}` : `--${name} ${quoteForShell(String(value))}`,
  );
  const changes = (["set", "threshold"] as const).flatMap((name) =>
    [parts[name] ?? []].flat().map((value) => `--${name} ${quoteForShell(value)}`),
  );
  return [
    programName(),
    ...(parts.command === undefined ? [] : [parts.command]),
    `--scenario ${quoteForShell(scenario)}`,
    ...options,
    ...changes,
  ].join(" ");
}

/** A unique id: no other run has it, in this process or another, on this machine or in a container. */
export function newRunId(scenario: string, seed: number, now: Date): string {
  return [timeStamp(now), scenario, seed, uniquePart()].join("-");
}
