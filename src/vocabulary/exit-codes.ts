/** The exit codes of `simulate`. */
export const EXIT = {
  ok: 0,
  /** The command failed, including a failed assertion and an unexpected error. */
  failure: 1,
  /** The run or the search was interrupted before its end. */
  interrupted: 1,
  /** A replay differs from the recording, or there was nothing to replay or to shrink. */
  notReplayed: 1,
  /** The arguments or the scenario are wrong. */
  usage: 2,
  /** The installation is incomplete: SQLite's native module is missing, or compiled for another Node.js. */
  installation: 96,
  /**
   * The run proves nothing: its load was not generated on time, or other programs kept the machine busy and a threshold
   * failed, or workers were cut off.
   */
  inconclusive: 97,
  /** An invariant is broken. */
  invariant: 98,
  /** A threshold failed, the plan was not carried out, or a benchmark is slower. */
  threshold: 99,
  /** A second interrupt ended the process: 128 + SIGINT. */
  killedByInterrupt: 130,
  /** The reader closed the output: 128 + SIGPIPE. */
  noReader: 141,
} as const;
