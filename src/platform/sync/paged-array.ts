/**
 * Values by small whole numbers, most of which have none: an array in pages, made when first written to. Keys come and go all the
 * time here, and a Map keeps what was deleted until it is rebuilt.
 */
const PAGE_BITS = 8;

export class PagedArray<T> {
  readonly #pages: (T | undefined)[][] = [];

  get(key: number): T | undefined {
    return this.#pages[key >>> PAGE_BITS]?.[key & ((1 << PAGE_BITS) - 1)];
  }

  set(key: number, value: T | undefined): void {
    const page = key >>> PAGE_BITS;
    // Filled up to there, so that it stays an array in the engine.
    while (this.#pages.length <= page) this.#pages.push([]);
    const values = this.#pages[page];
    if (values !== undefined) values[key & ((1 << PAGE_BITS) - 1)] = value;
  }
}
