/**
 * A sparse array: values by small whole numbers, in pages that are made when first written to. Keys are added and
 * removed constantly, and a Map keeps deleted entries until it is rebuilt.
 */
import { assert } from "../../vocabulary/index.js";

const PAGE_BITS = 8;

export class PagedArray<T> {
  readonly #pages: (T | undefined)[][] = [];

  get(key: number): T | undefined {
    return this.#pages[key >>> PAGE_BITS]?.[key & ((1 << PAGE_BITS) - 1)];
  }

  set(key: number, value: T | undefined): void {
    const page = key >>> PAGE_BITS;
    // Without gaps, so that V8 keeps its fast representation.
    while (this.#pages.length <= page) this.#pages.push([]);
    const values = this.#pages[page];
    assert(values !== undefined, "a page of a sparse array is missing");
    values[key & ((1 << PAGE_BITS) - 1)] = value;
  }
}
