/** Names for what a schedule touches, for people who read it without the code. */
import { describeWords, type ArenaSizes, type WordDescription } from "../../platform/sync/index.js";
import { placeOf } from "./cells.js";
import { ROW, statusOf } from "./row-database.js";

/** Describes the cells of a program whose arena has these sizes, by their number. */
export function describeCells(sizes: ArenaSizes): (cell: number) => WordDescription {
  const describeWord = describeWords(sizes);
  return (cell) => {
    if (cell < 0) return { name: "a cell of its own", value: String };
    const { space, index } = placeOf(cell);
    if (space === 0) return describeWord(index);
    return index === ROW.status ? { name: "row status", value: statusOf } : { name: "row submissions", value: String };
  };
}
