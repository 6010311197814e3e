/** Replaces a value in a YAML document. What the aliases in the rest of the document stand for stays the same. */
import { Alias, isAlias, isNode, visit, type Document, type Node } from "yaml";

/** What each alias of a document stands for. */
type Targets = Map<Alias, Node>;

/**
 * Sets the value at `keys`, which is added where it is not there. When the old value has anchors, whose aliases would
 * have nothing to stand for, each anchor moves to its first alias, with its value.
 * @throws Error when the keys lead through a value that has none
 */
export function replaceNode(document: Document, keys: readonly (string | number)[], value: unknown): void {
  const removed = anchoredIn(document.getIn(keys, true));
  const targets: Targets = removed.size === 0 ? new Map<Alias, Node>() : targetsIn(document);
  if (removed.size > 0) makeAnchorsUnique(document, targets);
  document.setIn(keys, document.createNode(value));
  if (removed.size > 0) moveAnchors(document, targets, removed);
}

function anchorOf(node: Node): string | undefined {
  return "anchor" in node ? node.anchor : undefined;
}

function anchoredIn(old: unknown): ReadonlySet<Node> {
  const anchored = new Set<Node>();
  if (isNode(old))
    visit(old, (_, node) => {
      if (isNode(node) && anchorOf(node) !== undefined) anchored.add(node);
    });
  return anchored;
}

/** In the order of the text: an alias stands for the last anchor of its name before it. */
function targetsIn(document: Document): Targets {
  const targets: Targets = new Map();
  const anchors = new Map<string, Node>();
  visit(document, (_, node) => {
    if (!isNode(node)) return;
    const target = isAlias(node) ? anchors.get(node.source) : undefined;
    if (isAlias(node) && target !== undefined) targets.set(node, target);
    const anchor = anchorOf(node);
    if (anchor !== undefined) anchors.set(anchor, node);
  });
  return targets;
}

/** An anchor that moves down the text may not come between another one of its name and the aliases of that one. */
function makeAnchorsUnique(document: Document, targets: Targets): void {
  const used = new Set<string>();
  visit(document, (_, node) => {
    const anchor = isNode(node) ? anchorOf(node) : undefined;
    if (anchor === undefined || !isNode(node) || isAlias(node)) return;
    let name = anchor;
    for (let number = 2; used.has(name); number++) name = `${anchor}${number}`;
    used.add(name);
    node.anchor = name;
  });
  for (const [alias, target] of targets) alias.source = anchorOf(target) ?? alias.source;
}

/** Puts each of the `removed` nodes in the place of its first alias. One can be inside another. */
function moveAnchors(document: Document, targets: Targets, removed: ReadonlySet<Node>): void {
  const placed = new Set<Node>();
  // The library visits next what takes the place of a node.
  let moved: Node | undefined;
  visit(document, (_, node) => {
    if (!isNode(node)) return undefined;
    if (isAlias(node)) {
      const target = targets.get(node);
      if (target === undefined || !removed.has(target) || placed.has(target)) return undefined;
      moved = target;
      placed.add(target);
      return target;
    }
    const isPlacedBefore = node !== moved && placed.has(node);
    moved = undefined;
    if (isPlacedBefore) return new Alias(anchorOf(node) ?? "");
    if (removed.has(node)) placed.add(node);
    return undefined;
  });
}
