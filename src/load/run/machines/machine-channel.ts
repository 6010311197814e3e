/** One end of the channel between the coordinator of a run and one of its machines. */
export interface MachineChannel<Outgoing, Incoming> {
  send(message: Outgoing): void;
  /**
   * Gives every message of the other end to `onMessage`, in order and once, those that came before included. `onLost`
   * is called once, when nothing was heard from the other end for too long, or what it sent cannot be read: why, a
   * clause. Called once.
   */
  listen(onMessage: (message: Incoming) => void, onLost: (why: string) => void): void;
  /** Sends what was not sent yet, and ends. */
  close(): Promise<void>;
}
