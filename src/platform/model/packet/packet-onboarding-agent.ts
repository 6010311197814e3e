/** The onboarding agent of the packet generation: example 1 of the original. */
import type { Steps } from "../../sync/index.js";
import { inOnboarding } from "../onboarding.js";
import type { OnboardingAgentRow } from "../../db/index.js";
import { addWaitForms, type Blocking, type Suspending } from "../wait-forms.js";
import { PacketAgent } from "./packet-agent.js";

export class PacketOnboardingAgent extends inOnboarding<PacketOnboardingAgent, PacketAgent<OnboardingAgentRow>>(
  PacketAgent<OnboardingAgentRow>,
) {
  declare markDone: Blocking<PacketOnboardingAgent["markDoneSteps"]>;
  declare markDoneAsync: Suspending<PacketOnboardingAgent["markDoneSteps"]>;

  static {
    addWaitForms(this.prototype, "markDoneSteps");
  }

  /**
   * Marks the onboarding as done by the worker: sets the status `waiting`, also after `approved` and `rejected`.
   *
   * The original means to keep the statuses `approved` and `rejected`, but it compares them with the method
   * `self.get_status` instead of its result, so its condition always holds. The conformance vectors record this.
   */
  *markDoneSteps(): Steps<void> {
    yield* this.updateStatusSteps("waiting");
  }
}
