/**
 * The three forms of a method that may wait. It is written once, as `…Steps`. The plain name blocks the thread,
 * `…Async` suspends the caller. A class declares these two with {@link Blocking} and {@link Suspending};
 * {@link addWaitForms} makes them.
 */
import { block, type Steps, suspend } from "../sync/index.js";

/** The method `…Steps` as one that blocks the thread at every wait. */
export type Blocking<Method> = Method extends (...args: infer Args) => Steps<infer Result>
  ? (...args: Args) => Result
  : never;

/** The method `…Steps` as one that suspends the caller at every wait. */
export type Suspending<Method> = Method extends (...args: infer Args) => Steps<infer Result>
  ? (...args: Args) => Promise<Result>
  : never;

/** Both forms of each `…Steps` method in `Methods`. */
export type WaitForms<Methods> = {
  [Name in keyof Methods as Name extends `${infer Plain}Steps` ? Plain : never]: Blocking<Methods[Name]>;
} & {
  [Name in keyof Methods as Name extends `${infer Plain}Steps` ? `${Plain}Async` : never]: Suspending<Methods[Name]>;
};

/**
 * Adds both forms of each method `name` to `target`: to a prototype, or to a class for its static methods. They call
 * the method of the object on which they are called, which may override it.
 */
export function addWaitForms(target: object, ...names: readonly `${string}Steps`[]): void {
  for (const name of names) {
    const stepsOf = (self: object, args: unknown[]): Steps<unknown> =>
      (Reflect.get(self, name) as (...args: unknown[]) => Steps<unknown>).apply(self, args);
    const add = (form: string, value: (this: object, ...args: unknown[]) => unknown): void => {
      Object.defineProperty(target, form, { value, writable: true, configurable: true });
    };
    const plain = name.slice(0, -"Steps".length);
    add(plain, function (...args) {
      return block(stepsOf(this, args));
    });
    add(`${plain}Async`, function (...args) {
      return suspend(stepsOf(this, args));
    });
  }
}
