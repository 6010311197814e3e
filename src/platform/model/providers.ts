/** The crowd providers of a run: the provider type of a row determines the class of its agent's handles. */
import { UnknownProviderError } from "./agent-errors.js";

/** A class of handles. `Agent.get` checks that it is a subclass of `Agent`. */
export type HandleClass = new (opening: never) => object;

export interface CrowdProvider {
  /** Its type in rows, such as `simulated`. */
  readonly providerType: string;
  /** A concrete subclass of `Agent`. */
  readonly AgentClass: HandleClass;
  /** A concrete subclass of `PacketWorkerAgent`; absent for a provider that only supports live updates. */
  readonly PacketAgentClass?: HandleClass;
}

export interface ProviderRegistry {
  /** Adds a provider. It replaces a provider of the same type. */
  register(provider: CrowdProvider): void;
  /** @throws UnknownProviderError when none of this type is registered */
  get(providerType: string): CrowdProvider;
}

/**
 * Makes a registry of these crowd providers.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { createProviderRegistry, simulatedProvider, UnknownProviderError } from "crowdstorm";
 *
 * const providers = createProviderRegistry([simulatedProvider]);
 * assert.equal(providers.get("simulated"), simulatedProvider);
 * assert.throws(() => providers.get("mturk"), UnknownProviderError);
 * ```
 */
export function createProviderRegistry(providers: readonly CrowdProvider[] = []): ProviderRegistry {
  const known = new Map<string, CrowdProvider>();
  const registry: ProviderRegistry = {
    register: (provider) => void known.set(provider.providerType, provider),
    get(providerType) {
      const provider = known.get(providerType);
      if (provider === undefined) throw new UnknownProviderError(providerType, [...known.keys()]);
      return provider;
    },
  };
  providers.forEach((provider) => registry.register(provider));
  return registry;
}
