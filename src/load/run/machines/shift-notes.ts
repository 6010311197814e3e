/** Notes of clients on another clock. */
import type { OutsideAgentEvidence } from "../../check/index.js";
import type { NetworkNotesReport } from "../../network/index.js";

/** The notes with all their times `byMs` later. */
export function shiftNotes({ registrations, agents, failures }: NetworkNotesReport, byMs: number): NetworkNotesReport {
  return {
    registrations,
    agents: agents.map((agent) => shiftAgent(agent, byMs)),
    failures: failures.map((failure) => ({ ...failure, firstAtMs: failure.firstAtMs + byMs })),
  };
}

function shiftAgent(agent: OutsideAgentEvidence, byMs: number): OutsideAgentEvidence {
  const { givenAtMs, statuses, submit, goneAtMs, heartbeatAtMs } = agent;
  return {
    ...agent,
    givenAtMs: givenAtMs + byMs,
    statuses: statuses.map(({ status, atMs }) => ({ status, atMs: atMs + byMs })),
    ...(submit !== undefined && {
      submit: {
        ...submit,
        sentAtMs: submit.sentAtMs + byMs,
        ...(submit.answeredAtMs !== undefined && { answeredAtMs: submit.answeredAtMs + byMs }),
      },
    }),
    ...(goneAtMs !== undefined && { goneAtMs: goneAtMs + byMs }),
    ...(heartbeatAtMs !== undefined && { heartbeatAtMs: heartbeatAtMs + byMs }),
  };
}
