/**
 * The ids of the last messages, to recognize copies in bounded memory: at least the last `known` ids, at most twice as
 * many. A class without closures, because every live agent has one.
 */
export class RecentIds {
  #recent = new Set<string>();
  #before: ReadonlySet<string> | undefined;

  constructor(private readonly known: number) {}

  has(id: string): boolean {
    return this.#recent.has(id) || this.#before?.has(id) === true;
  }

  add(id: string): void {
    if (this.#recent.size >= this.known) {
      this.#before = this.#recent;
      this.#recent = new Set();
    }
    this.#recent.add(id);
  }
}
