/**
 * The ids of what came last: enough to know a second copy of a message, without keeping all that ever came. It knows the last
 * `known` ids at least, and twice as many at most. A class because every live agent has one: no closures.
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
