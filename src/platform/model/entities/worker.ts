/** A crowd worker: a person with a name at one crowd provider. */
import type { Database, WorkerRow } from "../../db/index.js";
import { found } from "./found.js";

export class Worker {
  private constructor(private readonly row: WorkerRow) {}

  /** @throws NoSuchRowError when there is no such worker */
  static get(db: Database, workerId: string, row?: WorkerRow): Worker {
    return new Worker(row ?? found(db.getWorker(workerId), "worker", workerId));
  }

  get dbId(): string {
    return this.row.workerId;
  }

  get workerName(): string {
    return this.row.workerName;
  }

  get providerType(): string {
    return this.row.providerType;
  }
}
