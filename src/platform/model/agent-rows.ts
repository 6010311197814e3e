/** The two kinds of rows that agents have: of an agent on a unit, and of an onboarding agent. */
import type { AgentRow, AgentType, Database, OnboardingAgentRow } from "../db/index.js";
import { found } from "./entities/found.js";

/** The row of an agent of either kind. */
export type AnyAgentRow = AgentRow | OnboardingAgentRow;

/** What differs between the kinds. */
export interface RowKind<Row extends AnyAgentRow> {
  readonly agentType: AgentType;
  /** The name of the kind, for errors. */
  readonly entity: string;
  idOf(row: Row): string;
  read(db: Database, id: string): Row | undefined;
  /** The write that changes its status. */
  readonly update: "updateAgent" | "updateOnboardingAgent";
}

export const UNIT_AGENT_ROW: RowKind<AgentRow> = {
  agentType: "main",
  entity: "agent",
  idOf: (row) => row.agentId,
  read: (db, id) => db.getAgent(id),
  update: "updateAgent",
};

export const ONBOARDING_AGENT_ROW: RowKind<OnboardingAgentRow> = {
  agentType: "onboarding",
  entity: "onboarding agent",
  idOf: (row) => row.onboardingAgentId,
  read: (db, id) => db.getOnboardingAgent(id),
  update: "updateOnboardingAgent",
};

/** The row in the database now. @throws NoSuchRowError when there is none */
export function loadRow<Row extends AnyAgentRow>(kind: RowKind<Row>, db: Database, id: string): Row {
  return found(kind.read(db, id), kind.entity, id);
}

/**
 * Strings that are equal in very many rows, kept once: SQLite makes a new string for each cell, and there are 100,000
 * agents.
 */
const texts = new Map<string, string>();

/** Replaces the texts of `row` that are equal in very many rows by the ones that are kept. */
export function internTexts<Row extends AnyAgentRow>(row: Row): Row {
  row.status = intern(row.status);
  row.taskType = intern(row.taskType);
  if ("providerType" in row) row.providerType = intern(row.providerType);
  return row;
}

function intern<Text extends string>(text: Text): Text {
  // Each text is its own key.
  const kept = texts.get(text) as Text | undefined;
  if (kept === undefined) texts.set(text, text);
  return kept ?? text;
}
