/** A YAML text as plain data, with the line that every part of it stands on. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from "yaml";

export interface YamlFile {
  /** What the text says: `null` when it is empty. */
  readonly data: unknown;
  /** The line (from 1) of the key or item that `path` names, or of the nearest part above it that is there. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** The text is no YAML document, or one whose meaning is not certain. */
export class YamlError extends Error {
  override readonly name = "YamlError";
  /** Where, from 1; `undefined` when the text as a whole is at fault. */
  readonly position: { readonly line: number; readonly column: number } | undefined;

  constructor(message: string, position?: { line: number; column: number }) {
    super(message);
    this.position = position;
  }
}

/** The part of `node` under `key`, and where the key or item starts. */
function step(document: Document, node: Node | null | undefined, key: PropertyKey): { node: Node | null | undefined; offset: number | undefined } {
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

/**
 * Reads one YAML 1.2 document.
 * @throws {YamlError} for a syntax error, a duplicate key, an unknown tag, or aliases that multiply beyond reason.
 */
export function readYaml(text: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw new YamlError(fault.message, { line, column: col });
  }
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
    lineOf(path) {
      let offset = document.contents.range[0];
      let node: Node | null | undefined = document.contents;
      for (const key of path) {
        const next = step(document, node, key);
        if (next.offset === undefined) break;
        ({ offset, node } = { offset: next.offset, node: next.node });
      }
      return lines.linePos(offset).line;
    },
  };
}
