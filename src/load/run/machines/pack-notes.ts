/** The notes of clients as plain data, for their way to another machine. */
import { z } from "zod";
import type { OutsideAgentEvidence } from "../../check/index.js";
import type { NetworkNotesReport } from "../../network/index.js";

/** What a platform said is kept whole, within reason. */
const text = z.string().max(1 << 20);
const id = z.string().max(4096);
const count = z.int().nonnegative();
const time = z.number();

const repliesSchema = z.object({
  count,
  next: count,
  repeated: count,
  late: count,
  skipped: count,
  missing: z.array(count).optional(),
  firstDisorder: z.object({ expected: count, got: count }).optional(),
});

const agentSchema = z.object({
  agentId: id,
  registrationId: id,
  isOnboarding: z.boolean(),
  givenAtMs: time,
  statuses: z.array(z.object({ status: text, atMs: time })),
  sent: count,
  replies: repliesSchema,
  unmatched: count,
  duplicates: count,
  submit: z
    .object({
      sentAtMs: time,
      answeredAtMs: time.optional(),
      failure: text.optional(),
      isUnsent: z.boolean().optional(),
    })
    .optional(),
  goneAtMs: time.optional(),
  heartbeatAtMs: time.optional(),
  unanswered: count,
  overdue: count,
});

const packedSchema = z.object({
  registrations: z.array(
    z.object({
      registrationId: id,
      workerName: id,
      asked: count,
      failed: count,
      onboardingAgents: z.array(id),
      agents: z.array(id),
      refused: text.optional(),
    }),
  ),
  agents: z.array(agentSchema),
  failures: z.array(z.object({ what: text, firstAtMs: time, count })),
});
export type PackedNotes = z.infer<typeof packedSchema>;
type PackedAgent = PackedNotes["agents"][number];

export const notesSchema = packedSchema.transform(
  ({ registrations, agents, failures }): NetworkNotesReport => ({
    registrations: registrations as NetworkNotesReport["registrations"],
    agents: agents.map(unpackAgent),
    failures,
  }),
);

/** The notes as plain data, which {@link notesSchema} reads. */
export function packNotes({ registrations, agents, failures }: NetworkNotesReport): PackedNotes {
  return {
    registrations: registrations.map((each) => ({
      ...each,
      onboardingAgents: [...each.onboardingAgents],
      agents: [...each.agents],
    })),
    agents: agents.map(packAgent),
    failures: [...failures],
  };
}

function packAgent(agent: OutsideAgentEvidence): PackedAgent {
  const { missing, ...replies } = agent.replies;
  return {
    ...agent,
    statuses: [...agent.statuses],
    replies: { ...replies, ...(missing !== undefined && { missing: [...missing] }) },
  };
}

/** A field that is absent in JSON is absent here. */
function unpackAgent({ replies, ...agent }: PackedAgent): OutsideAgentEvidence {
  const { missing, ...rest } = replies;
  return {
    ...agent,
    replies: { ...rest, ...(missing !== undefined && { missing: new Set(missing) }) },
  } as OutsideAgentEvidence;
}
