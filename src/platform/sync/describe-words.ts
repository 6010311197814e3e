/** Names of the words of an arena, for readers of the explorer's schedules. */
import { at } from "../../vocabulary/index.js";
import { EVENT_NAMES, HEADER, layoutOf, SLOT, THREAD, type ArenaSizes } from "./layout.js";
import { describeQueue } from "./ring.js";

export interface WordDescription {
  /** Such as `hasLiveUpdate` for the word that holds the state of that event. */
  readonly name: string;
  /** What a value of the word means. */
  readonly value: (value: number) => string;
}

/**
 * Describes the words of an arena of these sizes, by their index in `Arena.cells`. Slots other than the first are
 * numbered.
 */
export function describeWords(sizes: ArenaSizes): (index: number) => WordDescription {
  const layout = layoutOf(sizes);
  return (index) => {
    if (index === HEADER.aliveThreads) return plain("living threads");
    if (index === HEADER.claimedOnce) return plain("what was said once");
    if (index >= layout.firstSlot && index < layout.firstWideSlot) {
      const place = index - layout.firstSlot;
      const slot = Math.floor(place / layout.slotWords);
      const described = describeSlotWord(place % layout.slotWords);
      return slot === 0 ? described : { ...described, name: `slot ${slot} ${described.name}` };
    }
    if (index >= layout.threads && index < layout.bitmap) {
      return plain(`doorbell of thread ${Math.floor((index - layout.threads) / THREAD.words)}`);
    }
    if (index >= layout.readySets && index < layout.firstSlot) {
      return plain(`ready set of thread ${Math.floor((index - layout.readySets) / layout.readySetWords)}`);
    }
    return plain(`word ${index}`);
  };
}

function describeSlotWord(word: number): WordDescription {
  if (word < EVENT_NAMES.length * 2) {
    const name = at(EVENT_NAMES, word >> 1);
    return word % 2 === 0
      ? { name, value: (state) => `${(state & 1) === 1 ? "up" : "down"} #${state >>> 1}` }
      : plain(`${name} watchers`);
  }
  switch (word) {
    case SLOT.flags:
      return {
        name: "flags",
        value: (flags) => at(["none", "shut down", "released", "shut down, released"], flags & 3),
      };
    case SLOT.queue:
      return { name: "queue", value: describeQueue };
    case SLOT.heads:
    case SLOT.heads + 1:
      return plain(`head ${word - SLOT.heads}`);
    case SLOT.tails:
    case SLOT.tails + 1:
      return plain(`tail ${word - SLOT.tails}`);
    case SLOT.incarnation:
      return plain("incarnation");
    case SLOT.order:
      return plain("order");
    default:
      return plain(`ring word ${word - SLOT.words}`);
  }
}

function plain(name: string): WordDescription {
  return { name, value: String };
}
