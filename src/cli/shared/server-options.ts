/** The options of a command that listens for browsers: `serve`, and a run with `--listen`. */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { invalidValue, UsageError } from "./usage-error.js";

export interface ServerArguments {
  readonly page?: string | undefined;
  readonly token?: string | undefined;
  readonly "allow-origin"?: string | undefined;
}

/** The environment's variable with the token: an option can be read in the list of processes. */
export const SERVER_TOKEN_VARIABLE = "SIMULATE_TOKEN";

export const serverOptions = {
  page: {
    type: "string",
    requiresArg: true,
    describe: "A folder with the pages of your task, for browsers",
  },
  token: {
    type: "string",
    requiresArg: true,
    describe: `Required of every client, as ?token=… or Authorization: Bearer …; better in ${SERVER_TOKEN_VARIABLE}`,
  },
  "allow-origin": {
    type: "string",
    requiresArg: true,
    describe: "Origins of pages elsewhere that may connect, with commas, such as http://localhost:8080",
  },
} as const;

export interface ServerChoices {
  /** The folder of the pages. */
  readonly pages: string | undefined;
  readonly token: string | undefined;
  readonly origins: readonly string[];
}

/** @throws {UsageError} for a value that is not valid */
export function serverChoices(args: ServerArguments): ServerChoices {
  const token = args.token ?? process.env[SERVER_TOKEN_VARIABLE];
  if (token === "") throw new UsageError("--token must not be empty");
  const origins = args["allow-origin"]?.split(",") ?? [];
  for (const origin of origins) requireOrigin(origin);
  return { pages: args.page === undefined ? undefined : folderOf(args.page), token, origins };
}

function folderOf(page: string): string {
  if (existsSync(page) && statSync(page).isDirectory()) return resolve(page);
  throw invalidValue("--page", page, "a folder");
}

function requireOrigin(origin: string): void {
  if (URL.canParse(origin) && new URL(origin).origin === origin) return;
  throw invalidValue("--allow-origin", origin, "an origin such as http://localhost:8080");
}
