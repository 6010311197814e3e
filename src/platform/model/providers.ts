/** The crowd providers of a run: a row's provider type decides which class its agent's handles have. */
import { UnknownProviderError } from "./agent-errors.js";

/** A class of handles, as the registry keeps it. What it is a class of is checked where it is used, by `Agent.get`. */
export type HandleClass = new (opening: never) => object;

export interface CrowdProvider {
  /** The type that rows name it by, such as `simulated`. */
  readonly providerType: string;
  /** A concrete subclass of `Agent`. */
  readonly AgentClass: HandleClass;
  /** A concrete subclass of `PacketWorkerAgent`; left out by a provider that only knows live updates. */
  readonly PacketAgentClass?: HandleClass;
}

export interface ProviderRegistry {
  /** Adds a provider. A second one of the same type takes the place of the first. */
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
