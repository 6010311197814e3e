/** Readable names for the words that a schedule accesses. */
import { describeWords, type ArenaSizes, type WordDescription } from "../../platform/sync/index.js";
import { placeOf } from "./cells.js";
import { ROW, statusOf } from "./row-database.js";

/** Describes cells by their number, for a program whose arena has these sizes. */
export function describeCells(sizes: ArenaSizes): (cell: number) => WordDescription {
  const describeWord = describeWords(sizes);
  return (cell) => {
    if (cell < 0) return { name: "a private cell", value: String };
    const { space, index } = placeOf(cell);
    if (space === 0) return describeWord(index);
    return index === ROW.status ? { name: "row status", value: statusOf } : { name: "row submissions", value: String };
  };
}
