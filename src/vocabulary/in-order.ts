/** Brings what arrives in any order into the order of its places. */

/** Consumes values in the order of their places, from `first` on without a gap. A value waits for those before it. */
export class InOrder<Value extends { readonly first: number; readonly last: number }> {
  readonly #waiting = new Map<number, Value>();
  readonly #consume: (value: Value) => void;
  /** The first place that has not been consumed. */
  next: number;

  constructor(first: number, consume: (value: Value) => void) {
    this.next = first;
    this.#consume = consume;
  }

  /** `value` takes the places from its `first` to its `last`, which no other value has. */
  add(value: Value): void {
    this.#waiting.set(value.first, value);
    for (let ready = this.#waiting.get(this.next); ready !== undefined; ready = this.#waiting.get(this.next)) {
      this.#waiting.delete(ready.first);
      this.next = ready.last + 1;
      this.#consume(ready);
    }
  }
}
