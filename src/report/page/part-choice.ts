/**
 * What the reader has chosen to divide the figures by: nothing, the behaviours of the workers, or the phases of the
 * run. The page shows the elements of the choice, its charts draw it, and the fragment of its address keeps it.
 *
 * `data-by` is the division that an element belongs to, `data-span` the window or fault.
 */
const DIVISIONS = ["all", "behaviour", "phase"] as const;
type DivisionChoice = (typeof DIVISIONS)[number];

export interface PartChoice {
  readonly by: DivisionChoice;
  /** The behaviour whose lines the charts over time show; empty for one line of each. */
  readonly behaviour: string;
  /** The window or fault whose phases are shown; empty where the run has none. */
  readonly span: string;
}

const UNDIVIDED: PartChoice = { by: "all", behaviour: "", span: "" };

let choice = UNDIVIDED;

/** What is chosen; nothing on a page that cannot be divided. */
export function partChoice(): PartChoice {
  return document.querySelector("[data-choice]") === null ? UNDIVIDED : choice;
}

/** Takes the choice of the address, and calls `changed` whenever the reader chooses something else. */
export function startPartChoice(changed: () => void): void {
  const change = (next: PartChoice): void => {
    choice = next;
    showChoice();
    changed();
  };
  document.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLElement) || target.closest("[data-choice]") === null) return;
    if (target instanceof HTMLInputElement) change({ ...choice, by: divisionOf(target.value) });
    if (target instanceof HTMLSelectElement) change({ ...choice, [target.dataset["choose"] ?? ""]: target.value });
    history.replaceState(null, "", addressOf(choice));
  });
  addEventListener("hashchange", () => {
    const linked = choiceIn(location.hash);
    // Other fragments are places of the page.
    if (linked !== undefined) change(linked);
  });
  choice = choiceIn(location.hash) ?? UNDIVIDED;
  showChoice();
}

/** Shows the elements of the choice, also after the content of the page was replaced. */
export function showChoice(): void {
  for (const select of document.querySelectorAll<HTMLSelectElement>("[data-choose]")) {
    const { choose = "" } = select.dataset;
    const chosen = choose === "span" ? choice.span : choice.behaviour;
    const isKnown = Array.from(select.options).some(({ value }) => value === chosen);
    // An address can be of another run.
    if (!isKnown) choice = { ...choice, [choose]: select.options[0]?.value ?? "" };
  }
  const { by, behaviour, span } = choice;
  for (const select of document.querySelectorAll<HTMLSelectElement>("[data-choose]"))
    select.value = select.dataset["choose"] === "span" ? span : behaviour;
  for (const radio of document.querySelectorAll<HTMLInputElement>("[data-choice] [type=radio]"))
    radio.checked = radio.value === by;
  for (const element of document.querySelectorAll<HTMLElement>("[data-choice]")) element.hidden = false;
  for (const element of document.querySelectorAll<HTMLElement>("[data-by]"))
    element.hidden = element.dataset["by"] !== by;
  for (const element of document.querySelectorAll<HTMLElement>("[data-span]"))
    element.hidden = element.dataset["span"] !== span;
}

function divisionOf(text: string | null): DivisionChoice {
  return DIVISIONS.find((division) => division === text) ?? "all";
}

/** The choice of a fragment such as `#by=phase&span=storm`; undefined for another fragment. */
function choiceIn(fragment: string): PartChoice | undefined {
  const parameters = new URLSearchParams(fragment.slice(1));
  if (!parameters.has("by")) return undefined;
  return {
    by: divisionOf(parameters.get("by")),
    behaviour: parameters.get("behaviour") ?? "",
    span: parameters.get("span") ?? "",
  };
}

function addressOf({ by, behaviour, span }: PartChoice): string {
  const parameters = new URLSearchParams({ by });
  if (by === "behaviour" && behaviour !== "") parameters.set("behaviour", behaviour);
  if (by === "phase" && span !== "") parameters.set("span", span);
  return `${location.pathname}${location.search}${by === "all" ? "" : `#${parameters.toString()}`}`;
}
