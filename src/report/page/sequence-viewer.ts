/** Sequence diagrams: those of agents are drawn when they are opened, and in all of them the arrow keys go from row to row. */
import type { ReportData, SlowAgent } from "../../results/data.js";
import { drawSequence } from "../draw-sequence.js";
import type { SequenceDiagram } from "../../results/sequence-diagram.js";
import { unpack } from "./unpack.js";

let unpacked: Promise<readonly (SequenceDiagram | null)[]> | undefined;

/** What the news of a dashboard bring with the agent, and a report has packed for all. */
async function sequenceOf(agent: SlowAgent | undefined, index: number): Promise<SequenceDiagram | undefined> {
  if (agent?.sequence !== undefined) return agent.sequence;
  unpacked ??= unpack("sequences").then((sequences) => (sequences ?? []) as readonly (SequenceDiagram | null)[]);
  return (await unpacked)[index] ?? undefined;
}

/** Draws what an open agent's row has, and whatever is opened later. */
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

const STEPS: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  PageDown: (at) => at + 10,
  PageUp: (at) => at - 10,
  Home: () => 0,
  End: (_at, last) => last,
};

export function followKeys(): void {
  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const { target } = event;
    if (step === undefined || !(target instanceof HTMLElement) || !target.classList.contains("sequence")) return;
    event.preventDefault();
    const rows = [...target.querySelectorAll(".behind")];
    const texts = target.querySelectorAll(".what");
    const at = rows.findIndex((row) => row.classList.contains("chosen"));
    const to = Math.min(Math.max(step(at, rows.length - 1), 0), rows.length - 1);
    rows[at]?.classList.remove("chosen");
    rows[to]?.classList.add("chosen");
    texts[to]?.scrollIntoView({ block: "nearest", inline: "nearest" });
    const said = target.nextElementSibling;
    if (said !== null)
      said.textContent = [...(texts[to]?.querySelectorAll("tspan") ?? [])]
        .map(({ textContent }) => textContent)
        .join(" ");
  });
}
