/** Imports a module that the user names. */

/**
 * What the module at `url` exports. Rejects with what importing it throws, and with what it throws meanwhile where nothing
 * catches it, such as in a timer; and with an Error when it awaits what never comes: Node would end the program without a word.
 */
export async function importModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const giveUp = (): void => fail(new Error("it awaits what never comes"));
  const onUncaught = (error: unknown): void => fail(error);
  process.once("beforeExit", giveUp);
  process.on("uncaughtException", onUncaught);
  try {
    return (await Promise.race([import(url), failed])) as Readonly<Record<string, unknown>>;
  } finally {
    process.removeListener("beforeExit", giveUp);
    process.removeListener("uncaughtException", onUncaught);
  }
}
