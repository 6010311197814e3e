/** Imports a module of the user. */

/**
 * The exports of the module at `url`. Rejects with an error of the import, or an uncaught one during the import, such as in a
 * timer; and with an Error when a top-level await never ends, in which case Node would exit without a message.
 */
export async function importModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const giveUp = (): void => fail(new Error("its top-level await never ends"));
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
