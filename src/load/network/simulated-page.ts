/** The page of a simulated worker at the router of the run: what its thread knows of it. */
import type { WirePacket } from "../../platform/server/protocol/index.js";
import type { Peer } from "../../platform/server/router-server/index.js";
import type { OutsideAgentEvidence } from "../check/index.js";
import type { CounterName } from "../measure/index.js";
import type { Conversation } from "./conversation.js";

/** What a page tells. */
interface PageEvents {
  readonly receive: (page: SimulatedPage, packet: WirePacket) => void;
  readonly count: (name: CounterName, registrationId: string) => void;
}

/** The page of a worker, or the place where it was. */
export class SimulatedPage implements Peer {
  state: "open" | "gone" = "open";
  workerName = "";
  /** Counts how often the page was loaded, left, or given a new socket. */
  visit = 0;
  /** Counts its sockets: that of the task follows that of the onboarding, in the same visit. */
  sockets = 0;
  agentId: string | undefined = undefined;
  conversation: Conversation | undefined = undefined;
  agent: OutsideAgentEvidence | undefined = undefined;
  /** Its socket is dead, and neither end has noticed. */
  isHalfOpen = false;
  /** A submit that waits for replies, until `dueAt` at the latest. */
  submitting: { readonly submit: () => void; readonly dueAt: number } | undefined = undefined;

  constructor(
    readonly registrationId: string,
    readonly shard: number,
    /** A tab beside the page of the same registration; it has no worker. */
    readonly isSecondTab: boolean,
    private readonly events: PageEvents,
  ) {}

  /** Counts what is of its worker. */
  count(name: CounterName): void {
    this.events.count(name, this.registrationId);
  }

  deliver(packet: WirePacket): true {
    this.events.receive(this, packet);
    return true;
  }
}
