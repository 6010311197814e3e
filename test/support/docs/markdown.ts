/** Finds the fenced blocks of a Markdown text, and what the comments before them say about testing them. */

export interface Block {
  /** Where it stands, from 1. */
  readonly line: number;
  /** `sh`, `ts`, `yaml`, …; empty when the fence does not say. */
  readonly language: string;
  readonly text: string;
  /** What stands in `<!-- test: … -->` comments directly above, in their order. */
  readonly directives: readonly string[];
}

const DIRECTIVE = /^<!-- test: (.+) -->$/;

export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split("\n");
  let directives: string[] = [];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const [, directive] = DIRECTIVE.exec(line) ?? [];
    const [, fence, language = ""] = /^(```+)(\w*)/.exec(line) ?? [];
    if (directive !== undefined) {
      directives.push(directive);
    } else if (fence !== undefined) {
      const end = lines.indexOf(fence, index + 1);
      if (end < 0) throw new Error(`line ${index + 1}: the block has no end`);
      blocks.push({ line: index + 1, language, text: lines.slice(index + 1, end).join("\n"), directives });
      directives = [];
      index = end;
    } else if (directives.length > 0) {
      throw new Error(`line ${index + 1}: the comment above is not followed by a block`);
    }
  }
  return blocks;
}

/**
 * What is to be done with a block:
 *
 * - `skip (why)`: not run;
 * - `--option value …`: given to every `simulate` in the block, in place of its own;
 * - `first COMMAND`: run before the block, which needs something to be there;
 * - `exit N`: the block ends with this code;
 * - `file NAME`: the block is the content of that file (or its first line is a comment that consists of the name);
 * - `inside a.b`: the YAML stands there in a scenario;
 * - `output`: the block is what the shell block before it printed.
 */
export interface Instructions {
  readonly skip: boolean;
  readonly options: string;
  readonly first: string;
  readonly exit: number | undefined;
  readonly file: string | undefined;
  readonly inside: readonly string[];
  readonly output: boolean;
}

export function instructionsOf({ directives, text }: Block): Instructions {
  const instructions = {
    skip: false,
    options: "",
    first: "",
    exit: undefined as number | undefined,
    file: undefined as string | undefined,
    inside: [] as string[],
    output: false,
  };
  for (const directive of directives) {
    const [word = "", ...rest] = directive.split(" ");
    if (word === "skip" && /^skip \(.+\)$/.test(directive)) instructions.skip = true;
    else if (word.startsWith("--")) instructions.options = directive;
    else if (word === "first") instructions.first = rest.join(" ");
    else if (word === "exit") instructions.exit = Number(rest[0]);
    else if (word === "file") instructions.file = rest[0];
    else if (word === "inside") instructions.inside = (rest[0] ?? "").split(".");
    else if (directive === "output") instructions.output = true;
    else throw new Error(`unknown: <!-- test: ${directive} -->`);
  }
  instructions.file ??= /^(?:\/\/|#) (\S+\.(?:[cm]?[jt]s|yaml))$/.exec(text.split("\n", 1)[0] ?? "")?.[1];
  return instructions;
}
