/** Imports the user's modules. */

/**
 * The exports of the module at `url`. Rejects with the error of the import, or with an uncaught error of the module's
 * timers during the import. Rejects also when a top-level await never settles: Node would exit without a message then.
 */
export async function importModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const giveUp = (): void => fail(new Error("its top-level await never settles"));
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
