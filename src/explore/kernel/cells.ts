/** Numbers the words of several shared arrays, so that a record names its word by one number. */
import { at } from "../../vocabulary/index.js";
import { word } from "./operation-records.js";

const SPACE_BITS = 24;

/** A word of an array that other threads do not share. */
export const PRIVATE_CELL = -1;

export interface CellMap {
  /** The number of a word; {@link PRIVATE_CELL} if the map does not have its array. */
  cellOf(cells: Int32Array, index: number): number;
  /** The present value of a cell that is not private. */
  valueOf(cell: number): number;
}

/** A map of `arrays`, each of which starts at the beginning of its buffer. The first is found fastest. */
export function mapCells(arrays: readonly Int32Array[]): CellMap {
  const spaceOf = (cells: Int32Array): number => arrays.findIndex(({ buffer }) => buffer === cells.buffer);
  let recent: Int32Array | undefined;
  let recentBase = 0;
  return {
    cellOf: (cells, index) => {
      if (cells !== recent) {
        const space = spaceOf(cells);
        if (space < 0) return PRIVATE_CELL;
        recent = cells;
        recentBase = space << SPACE_BITS;
      }
      return recentBase + index;
    },
    valueOf: (cell) => {
      const { space, index } = placeOf(cell);
      return word(at(arrays, space), index);
    },
  };
}

/** The array that a cell is in, and its index there. */
export function placeOf(cell: number): { space: number; index: number } {
  return { space: cell >>> SPACE_BITS, index: cell & ((1 << SPACE_BITS) - 1) };
}
