/** The blueprints, by type. */
import type { Blueprint } from "./blueprint.js";
import { chat } from "./chat.js";
import { remoteProcedure } from "./remote-procedure.js";
import { staticTask } from "./static.js";

export type { AwaitedSubmit, Blueprint, OnboardingTest, TakenUpdate, TaskContext } from "./blueprint.js";

const BLUEPRINTS = { chat, "remote-procedure": remoteProcedure, static: staticTask } as const;
export type BlueprintType = keyof typeof BLUEPRINTS;

export function blueprintOf(type: BlueprintType): Blueprint {
  return BLUEPRINTS[type];
}
