/** Numbers for the words of several shared arrays, so that an operation can be recorded as one number. */
import { word } from "./operation-records.js";

const SPACE_BITS = 24;

/** A cell that no other thread can know. */
export const PRIVATE_CELL = -1;

export interface CellMap {
  /** The number of a word; {@link PRIVATE_CELL} if its array is none of the map's. */
  cellOf(cells: Int32Array, index: number): number;
  /** What the cell holds now. It must not be private. */
  valueOf(cell: number): number;
}

/** A map of `arrays`, which start at the beginning of their buffers. The first is the one that is fastest to find. */
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
      const array = arrays[cell >>> SPACE_BITS];
      return array === undefined ? 0 : word(array, cell & ((1 << SPACE_BITS) - 1));
    },
  };
}

/** Which of the arrays a cell lies in, and where. */
export function placeOf(cell: number): { space: number; index: number } {
  return { space: cell >>> SPACE_BITS, index: cell & ((1 << SPACE_BITS) - 1) };
}
