/** Sequence diagrams: an agent's is drawn when the agent is opened. The arrow keys move between the rows of each. */
import type { ReportData, SlowAgent } from "../../results/data.js";
import { drawSequence } from "../draw-sequence.js";
import type { SequenceDiagram } from "../../results/sequence-diagram.js";
import { assert, at } from "../../vocabulary/assert.js";
import { unpack } from "./unpack.js";

let unpacked: Promise<readonly (SequenceDiagram | null)[]> | undefined;

/** The diagram of an agent. The update of a dashboard has it with the agent; a report has all of them compressed. */
async function sequenceOf(agent: SlowAgent | undefined, index: number): Promise<SequenceDiagram | undefined> {
  if (agent?.sequence !== undefined) return agent.sequence;
  unpacked ??= unpack("sequences").then((sequences) => (sequences ?? []) as readonly (SequenceDiagram | null)[]);
  return (await unpacked)[index] ?? undefined;
}

/** Draws the diagrams of the open agents, and of each agent that is opened later. */
export function drawWhenOpened(runs: () => readonly ReportData[]): void {
  const draw = async (details: HTMLDetailsElement): Promise<void> => {
    const place = details.querySelector<HTMLElement>("[data-sequence]:empty");
    if (place === null || !details.open) return;
    const index = Number(place.dataset["sequence"]);
    const agent = runs()[0]?.slowest[index];
    const sequence = await sequenceOf(agent, index);
    if (agent !== undefined && sequence !== undefined)
      place.innerHTML = drawSequence(sequence, `agent-${index}`, `The life of agent ${agent.agentId}`);
  };
  // `toggle` does not bubble.
  document.addEventListener("toggle", ({ target }) => target instanceof HTMLDetailsElement && void draw(target), true);
  for (const details of document.querySelectorAll("details")) void draw(details);
}

const STEPS: Readonly<Record<string, (row: number, last: number) => number>> = {
  ArrowDown: (row) => row + 1,
  ArrowUp: (row) => row - 1,
  PageDown: (row) => row + 10,
  PageUp: (row) => row - 10,
  Home: () => 0,
  End: (_row, last) => last,
};

export function followKeys(): void {
  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const { target } = event;
    if (step === undefined || !(target instanceof HTMLElement) || !target.classList.contains("sequence")) return;
    event.preventDefault();
    const rows = [...target.querySelectorAll(".behind")];
    const texts = target.querySelectorAll(".what");
    if (rows.length === 0) return;
    const from = rows.findIndex((row) => row.classList.contains("chosen"));
    const to = Math.min(Math.max(step(from, rows.length - 1), 0), rows.length - 1);
    const text = at(texts, to);
    // No row is chosen at first.
    rows[from]?.classList.remove("chosen");
    at(rows, to).classList.add("chosen");
    text.scrollIntoView({ block: "nearest", inline: "nearest" });
    const announcement = target.nextElementSibling;
    assert(announcement !== null, "a sequence diagram has no element for its announcements");
    announcement.textContent = Array.from(text.querySelectorAll("tspan"), (line) => line.textContent).join(" ");
  });
}
