/** The exit codes of `simulate`. */
export const EXIT = {
  ok: 0,
  /** The command could not do its work: a failed assertion and an unexpected error too. */
  failure: 1,
  /** The run, or the search, was stopped before its end. */
  interrupted: 1,
  /** A replay differs from what was recorded, or there was nothing to repeat or to shrink. */
  notReplayed: 1,
  /** The arguments or the scenario are wrong. */
  usage: 2,
  /** An invariant is broken. */
  invariant: 98,
  /** A threshold failed, the load's schedule was not kept, or a benchmark is slower. */
  threshold: 99,
  /** A second interrupt ended the process: 128 + SIGINT. */
  killedByInterrupt: 130,
  /** Nobody reads the output any more: 128 + SIGPIPE. */
  noReader: 141,
} as const;
