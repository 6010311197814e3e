/** The two ends of a channel between a coordinator and a machine, in this process. What is sent goes through its bytes. */
import {
  decodeMessage,
  encodeMessage,
  fromMachineSchema,
  packFromMachine,
  toMachineSchema,
  type FromMachine,
  type MachineChannel,
  type ToMachine,
} from "../../../dist/load/run/index.js";

export interface ChannelPair {
  readonly coordinator: MachineChannel<ToMachine, FromMachine>;
  readonly machine: MachineChannel<FromMachine, ToMachine>;
  /** From now on neither end hears of the other: each notices it. */
  cut(why: string): void;
}

export function channelPair(): ChannelPair {
  const toMachine = new End<ToMachine>((bytes) => decodeMessage(bytes, toMachineSchema));
  const toCoordinator = new End<FromMachine>((bytes) => decodeMessage(bytes, fromMachineSchema));
  return {
    coordinator: {
      send: (message) => toMachine.push(encodeMessage(message)),
      listen: (onMessage, onLost) => toCoordinator.listen(onMessage, onLost),
      close: () => Promise.resolve(),
    },
    machine: {
      send: (message) => toCoordinator.push(encodeMessage(packFromMachine(message))),
      listen: (onMessage, onLost) => toMachine.listen(onMessage, onLost),
      close: () => Promise.resolve(),
    },
    cut(why) {
      toMachine.cut(why);
      toCoordinator.cut(why);
    },
  };
}

/** Messages come in turns of their own, as over a network. */
class End<Message> {
  #onMessage: ((message: Message) => void) | undefined;
  #onLost: (why: string) => void = () => undefined;
  #waiting: Uint8Array[] = [];
  #isCut = false;

  constructor(private readonly decode: (bytes: Uint8Array) => Message) {}

  push(bytes: Uint8Array): void {
    setImmediate(() => {
      if (this.#isCut) return;
      if (this.#onMessage === undefined) this.#waiting.push(bytes);
      else this.#onMessage(this.decode(bytes));
    });
  }

  listen(onMessage: (message: Message) => void, onLost: (why: string) => void): void {
    this.#onMessage = onMessage;
    this.#onLost = onLost;
    for (const bytes of this.#waiting.splice(0)) this.push(bytes);
  }

  cut(why: string): void {
    this.#isCut = true;
    setImmediate(() => this.#onLost(why));
  }
}
