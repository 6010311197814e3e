/** Reads YAML as plain data with the position of every part, in time linear in the length of the text. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Alias, type Node, type YAMLMap } from "yaml";
import { assert, MAX_LEVELS } from "../../vocabulary/index.js";
import { MAX_ALIASED_VALUES } from "./scenario-limits.js";

/** A position in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface YamlFile {
  /** The data; `null` for an empty text. */
  readonly data: unknown;
  /** The position of the key or item at `path`, or of the nearest enclosing part that exists. */
  positionOf(path: readonly PropertyKey[]): Position;
}

/** The text is not a YAML document, or its meaning is ambiguous. */
export class YamlError extends Error {
  override readonly name = "YamlError";
  /** Where; `undefined` when the error concerns the whole text. */
  readonly position: Position | undefined;

  constructor(message: string, position?: Position) {
    super(message);
    this.position = position;
  }
}

/** A node as data. All aliases of an anchor share one part. */
interface Part {
  readonly data: unknown;
  /** How many values it has, with those of aliases counted at each use, and how many levels. */
  readonly values: number;
  readonly levels: number;
  /** Its parts by key or index, as text, with the position of the key or item. */
  readonly inside?: ReadonlyMap<string, { readonly part: Part; readonly offset: number }>;
}

/** The node at this offset cannot be data. */
class NodeError extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

const NOTHING: Part = { data: null, values: 1, levels: 0 };

/**
 * Converts the nodes of one document to parts, in the order of the text: an alias refers to the last anchor before it.
 */
class Reader {
  /** By name; `open` until the node with the anchor has been read. */
  readonly #anchors = new Map<string, Part | "open">();
  #aliased = 0;

  /** @throws NodeError */
  read(node: Node | null | undefined, level: number): Part {
    if (node === null || node === undefined) return NOTHING;
    if (isAlias(node)) return this.#repeated(node, level);
    const anchor = "anchor" in node ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, "open");
    const part = this.#partOf(node, level);
    if (anchor !== undefined) this.#anchors.set(anchor, part);
    return part;
  }

  #partOf(node: Node, level: number): Part {
    if (isScalar(node)) {
      const { value } = node;
      if (typeof value === "object" && value !== null) throw new NodeError("must be plain data", offsetOf(node));
      return { data: value, values: 1, levels: 0 };
    }
    checkLevels(level + 1, node);
    if (isMap<Node, Node | null>(node)) return this.#mapping(node, level);
    if (isSeq<Node>(node)) {
      const parts = node.items.map((item, index) => ({
        key: String(index),
        part: this.read(item, level + 1),
        offset: offsetOf(item),
      }));
      return joined(
        parts.map(({ part }) => part.data),
        parts,
      );
    }
    throw new NodeError("must be plain data", offsetOf(node));
  }

  #mapping(node: YAMLMap<Node, Node | null>, level: number): Part {
    const seen = new Set<string>();
    const parts = node.items.map(({ key: keyNode, value }) => {
      const offset = offsetOf(keyNode);
      // Keys of data are text. `__proto__` cannot be one.
      if (!isScalar(keyNode)) throw new NodeError("a key must be text, not a list or a mapping", offset);
      const key = keyNode.value === null ? "" : String(this.read(keyNode, level).data);
      if (key === "__proto__") throw new NodeError('no key can be called "__proto__"', offset);
      if (seen.has(key)) throw new NodeError(`the key "${key}" is there already`, offset);
      seen.add(key);
      return { key, part: this.read(value, level + 1), offset };
    });
    return joined(Object.fromEntries(parts.map(({ key, part }) => [key, part.data])), parts);
  }

  #repeated(alias: Alias, level: number): Part {
    const { source } = alias;
    const part = this.#anchors.get(source);
    if (part === undefined) throw new NodeError(`there is no anchor &${source} before this alias`, offsetOf(alias));
    if (part === "open") throw new NodeError(`the anchor &${source} contains this alias of it`, offsetOf(alias));
    checkLevels(level + part.levels, alias);
    this.#aliased += part.values;
    if (this.#aliased > MAX_ALIASED_VALUES) {
      throw new NodeError(`aliases up to here stand for more than ${MAX_ALIASED_VALUES} values`, offsetOf(alias));
    }
    return part;
  }
}

function joined(
  data: unknown,
  parts: readonly { readonly key: string; readonly part: Part; readonly offset: number }[],
): Part {
  return {
    data,
    values: parts.reduce((sum, { part }) => sum + part.values, 1),
    levels: parts.reduce((most, { part }) => Math.max(most, part.levels), 0) + 1,
    inside: new Map(parts.map(({ key, part, offset }) => [key, { part, offset }])),
  };
}

function checkLevels(levels: number, node: Node): void {
  if (levels > MAX_LEVELS) throw new NodeError(`is nested too deeply: more than ${MAX_LEVELS} levels`, offsetOf(node));
}

/** A missing node has no position of its own: it counts as the start of the text. */
function offsetOf(node: Node | null | undefined): number {
  if (node === null || node === undefined) return 0;
  assert(node.range !== undefined && node.range !== null, "a node that was read from a text has no position");
  return node.range[0];
}

/**
 * Reads one YAML 1.2 document.
 * @throws {YamlError} for a syntax error, a duplicate key, an unknown tag, too many levels, or aliases of too many
 * values
 */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  // The library takes quadratic time to find duplicate keys; `#mapping` finds them.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) throw new YamlError(messageOf(fault), positionAt(fault.pos[0]));
  let root: Part;
  try {
    root = new Reader().read(document.contents, 0);
  } catch (error) {
    throw error instanceof NodeError ? new YamlError(error.message, positionAt(error.offset)) : error;
  }
  return {
    data: root.data,
    positionOf(path) {
      let place = { part: root, offset: offsetOf(document.contents) };
      for (const key of path) {
        const next = place.part.inside?.get(String(key));
        if (next === undefined) break;
        place = next;
      }
      return positionAt(place.offset);
    },
  };
}

function messageOf({ code, message }: { readonly code: string; readonly message: string }): string {
  if (code === "MULTIPLE_DOCS") return "must be a single document";
  return message.includes("call stack") ? "is nested too deeply" : message;
}
