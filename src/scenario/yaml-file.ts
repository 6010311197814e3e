/** A YAML text as plain data, with the line that every part of it stands on. */
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  type YAMLError,
} from "yaml";

/** A place in a text; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface YamlFile {
  /** What the text says: `null` when it is empty. */
  readonly data: unknown;
  /** Where the key or item that `path` names stands, or the nearest part above it that is there. */
  positionOf(path: readonly PropertyKey[]): Position;
}

/** The text is no YAML document, or one whose meaning is not certain. */
export class YamlError extends Error {
  override readonly name = "YamlError";
  /** Where, from 1; `undefined` when the text as a whole is at fault. */
  readonly position: Position | undefined;

  constructor(message: string, position?: Position) {
    super(message);
    this.position = position;
  }
}

/** The part of `node` under `key`, and where the key or item starts. */
function step(
  document: Document,
  node: Node | null | undefined,
  key: PropertyKey,
): { node: Node | null | undefined; offset: number | undefined } {
  const target = isAlias(node) ? node.resolve(document) : node;
  if (isMap<Node, Node | null>(target)) {
    const pair = target.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
    return { node: pair?.value, offset: pair?.key.range?.[0] };
  }
  if (isSeq<Node>(target) && typeof key === "number") {
    const item = target.items[key];
    return { node: item, offset: item?.range?.[0] };
  }
  return { node: undefined, offset: undefined };
}

function messageOf({ code, message, pos: [offset] }: YAMLError, document: Document): string {
  if (code === "MULTIPLE_DOCS") return "must be a single document";
  if (message.includes("call stack")) return "is nested too deeply";
  if (code !== "DUPLICATE_KEY") return message;
  let key = "";
  visit(document, {
    Pair(_key, pair) {
      if (isScalar(pair.key) && pair.key.range?.[0] === offset) key = ` "${String(pair.key.value)}"`;
    },
  });
  return `the key${key} is there already`;
}

/**
 * Reads one YAML 1.2 document.
 * @throws {YamlError} for a syntax error, a duplicate key, an unknown tag, or aliases that multiply beyond reason.
 */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) {
    throw new YamlError(messageOf(fault, document), positionAt(fault.pos[0]));
  }
  visit(document, {
    Pair(_key, { key }) {
      const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
      // Data has them as text, and `__proto__` not at all.
      if (!isScalar(key)) throw new YamlError("a key must be text, not a list or a mapping", positionAt(offset));
      if (key.value === "__proto__") throw new YamlError('no key can be called "__proto__"', positionAt(offset));
    },
    Alias(_key, alias) {
      if (alias.resolve(document)) return;
      throw new YamlError(`there is no anchor &${alias.source} before this alias`, positionAt(alias.range?.[0] ?? 0));
    },
  });
  let data: unknown;
  try {
    data = document.toJS();
  } catch (error) {
    // The library's guard against documents whose aliases expand without end.
    if (error instanceof ReferenceError) throw new YamlError(error.message);
    throw error;
  }
  return {
    data,
    positionOf(path) {
      let offset = document.contents?.range[0] ?? 0;
      let node: Node | null | undefined = document.contents;
      for (const key of path) {
        const next = step(document, node, key);
        if (next.offset === undefined) break;
        ({ offset, node } = { offset: next.offset, node: next.node });
      }
      return positionAt(offset);
    },
  };
}
