/** Every output format escapes hostile names and stays well-formed. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import MarkdownIt from "markdown-it";
import { parse } from "parse5";
import { SaxesParser } from "saxes";
import { comparisonJUnit, comparisonMarkdown, renderComparison, type Compared } from "../../../dist/bench/index.js";
import { renderSchedule } from "../../../dist/explore/index.js";
import { createRecorder, prometheusText } from "../../../dist/load/measure/index.js";
import { drawSequence } from "../../../dist/report/draw-sequence.js";
import { renderReport } from "../../../dist/report/html/report-page.js";
import {
  code,
  junitXml,
  markdownTable,
  plain,
  renderProgress,
  renderProgressLine,
  renderRunComparison,
  renderSequencePage,
  renderSummary,
  runBenchmarkJson,
  runJUnit,
  runMarkdown,
} from "../../../dist/report/index.js";
import type { ReportData, SequenceDiagram, Summary } from "../../../dist/results/index.js";
import { quoteForShell } from "../../../dist/vocabulary/index.js";
import { ScenarioError } from "../../../dist/load/scenario/index.js";
import { printable, printableData } from "../../../dist/vocabulary/printable.js";
import { exampleReport, exampleSummary } from "../../support/report/example.js";
import { assertShown, hostile } from "../../support/report/hostile.js";
import { mergeSnapshots } from "../../support/measure/merge-snapshots.js";

const example = exampleSummary({ broken: true });
const exampleData = exampleReport();

/** A summary with this text in every field that can have any text. */
function summaryWith(text: string): Summary {
  return {
    ...example,
    runId: text,
    scenario: { name: text, description: text },
    seed: text,
    reproduce: text,
    verdict: { ...example.verdict, reasons: [{ code: "aborted", text }] },
    end: { how: "aborted", why: text },
    outcomes: { agents: { [text]: 2, completed: 1 }, onboardingAgents: { [text]: 1 } },
    faults: [{ atMs: 1, what: text }],
    losses: [text],
    floor: example.floor.map((floor) => ({ ...floor, name: text, doc: text })),
    thresholds: [
      { metric: text, expression: text, observed: 1, passed: false },
      { metric: "live_update_latency", expression: `max<1${text}`, observed: 1, passed: false },
    ],
    invariants: [
      {
        id: text,
        statement: text,
        held: false,
        checked: 1,
        violationCount: 1,
        violations: [{ what: text, agentId: text, detail: text }],
      },
    ],
    health: {
      ...example.health,
      threads: example.health.threads.map((thread) => ({ ...thread, thread: text })),
    },
    environment: { ...example.environment, cpu: text, platform: text, node: text, crowdstorm: text },
  };
}

function reportWith(text: string): ReportData {
  return {
    ...exampleData,
    runId: text,
    scenario: text,
    phases: exampleData.phases.map((phase) => ({ ...phase, label: text, detail: text })),
    faultMarks: [{ label: text, count: 1, atMs: [1] }],
    slowest: exampleData.slowest.map((agent) => ({
      ...agent,
      agentId: text,
      status: text,
      ended: text,
      history: [{ status: text, atMs: 1 }],
    })),
  };
}

function sequenceWith(text: string): SequenceDiagram {
  return {
    columns: [text, "b"],
    rows: [
      { column: 0, at: text, text, kind: "call", gap: text },
      { column: 1, at: "2", text: "is woken" },
    ],
    bars: [{ column: 0, from: 0, to: 1, kind: "runs" }],
    arrows: [{ from: 0, to: 1 }],
  };
}

function comparedWith(text: string): Compared {
  return {
    comparisons: [{ name: text, doc: text, ratio: { value: 1, low: 0.9, high: 1.1 }, p: 1, verdict: "same" }],
    unmatched: [{ name: text, why: text }],
    tooFew: [text],
    neededRounds: 6,
    paired: false,
  };
}

/** The property of every renderer: it renders a text and the escaped text in the same way, without raw characters. */
function law(
  render: (text: string) => string,
  alsoOf: (rendered: string, text: string) => void = () => undefined,
): void {
  fc.assert(
    fc.property(hostile, (text) => {
      const rendered = render(text);
      assertShown(rendered);
      assert.equal(render(printable(text)), rendered);
      alsoOf(rendered, text);
    }),
    { numRuns: 200 },
  );
}

test("escaped text is not escaped again", () => {
  law(printable);
  law((text) => JSON.stringify(printableData({ [text]: [text, 1, null, true] })));
});

test("a terminal", () => {
  const options = { color: false, width: 60, directory: "results/x" };
  law((text) => renderSummary(summaryWith(text), options));
  law((text) => renderRunComparison(summaryWith(text), summaryWith(text), options));
  law((text) => renderComparison(comparedWith(text), options));
  const scheduleOf = (text: string) => renderSchedule([text, "b"], [{ thread: 0, text, begins: [text] }]);
  law(scheduleOf);
  // Each is wider than a column. None may be cut within a surrogate pair.
  for (const prefix of ["", "a", "ab", "abc"]) assertShown(scheduleOf(`${prefix}${"\u{20000}".repeat(60)}`));
  fc.assert(fc.property(hostile, (directory) => assertShown(renderSummary(example, { ...options, directory }))));
});

test("the progress of a run", () => {
  const viewWith = (text: string) => ({
    scenario: text,
    workers: { arrived: 1, planned: 2 },
    elapsedMs: 1,
    scheduledMs: 2,
    phases: text,
    statuses: { [text]: 1 },
    updates: { verb: "taken" as const, count: 1, perSecond: 1 },
    latencyOverTime: [],
    events: { [text]: 2 },
    failures: [text],
  });
  law((text) => renderProgress(viewWith(text), { color: false, width: 80 }));
  law(
    (text) => renderProgressLine(viewWith(text)),
    (line) => assert.ok(!line.includes("\n")),
  );
});

test("the error of a scenario", () => {
  law(
    (text) => new ScenarioError([text, text]).message,
    (message) => assert.equal(message.split("\n").length, 2),
  );
});

const markdown = new MarkdownIt({ html: true });

test("Markdown: a table keeps its cells, and text has no markup", () => {
  fc.assert(
    fc.property(hostile, hostile, (first, second) => {
      const text = markdownTable(["a", "b"], [[plain(first), code(second)]]).join("\n");
      assertShown(text);
      const tokens = markdown.parse(text, {});
      assert.equal(tokens.filter(({ type }) => type === "table_open").length, 1);
      const [, , textCell, codeCell] = tokens.filter(({ type }) => type === "inline");
      assert.equal(tokens.filter(({ type }) => type === "inline").length, 4);
      const kinds = (textCell?.children ?? []).map(({ type }) => type);
      assert.ok(
        kinds.every((kind) => ["text", "text_special"].includes(kind)),
        kinds.join(),
      );
      assert.equal(
        (textCell?.children ?? [])
          .map(({ content }) => content)
          .join("")
          .trim(),
        printable(first).trim(),
      );
      if (printable(second).trim() === "") return;
      assert.deepEqual(
        (codeCell?.children ?? []).map(({ type, content }) => [type, content.trim()]),
        [["code_inline", printable(second).trim()]],
      );
    }),
  );
});

test("Markdown: a name adds no HTML and no link to the summary of a job", () => {
  const check = (text: string): void => {
    for (const { type, children } of markdown.parse(text, {})) {
      assert.notEqual(type, "html_block");
      for (const child of children ?? []) assert.ok(!/html|link|image/.test(child.type), child.type);
    }
  };
  law((text) => runMarkdown(summaryWith(text)), check);
  law((text) => comparisonMarkdown(comparedWith(text)), check);
});

/** The elements of an XML document and their attributes and text. @throws Error when it is not well-formed */
function readXml(xml: string): { name: string; attributes: Record<string, string>; text: string }[] {
  const parser = new SaxesParser();
  const found: { name: string; attributes: Record<string, string>; text: string }[] = [];
  const open: { text: string }[] = [];
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, text: "" };
    found.push(element);
    open.push(element);
  });
  parser.on("text", (text) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  });
  parser.on("closetag", () => void open.pop());
  parser.write(xml).close();
  return found;
}

test("JUnit XML", () => {
  law(
    (text) =>
      junitXml({
        name: text,
        cases: [{ classname: text, name: text, outcome: "failure", message: text, details: [text, text] }],
      }),
    (xml, text) => {
      const elements = readXml(xml);
      const of = (name: string) => elements.find((element) => element.name === name);
      assert.equal(of("testsuite")?.attributes["name"], printable(text));
      assert.equal(of("testcase")?.attributes["name"], printable(text));
      assert.equal(of("failure")?.attributes["message"], printable(text));
      assert.equal(of("failure")?.text, `${printable(text)}\n${printable(text)}`);
    },
  );
  law(
    (text) => runJUnit(summaryWith(text)),
    (xml) => void readXml(xml),
  );
  law(
    (text) => comparisonJUnit(comparedWith(text)),
    (xml) => void readXml(xml),
  );
});

test("figures for github-action-benchmark", () => {
  law(
    (text) => runBenchmarkJson(summaryWith(text)),
    (text) => assert.ok((JSON.parse(text) as unknown[]).length > 0),
  );
});

/** The number of elements of a page. Fails when the HTML has parse errors. */
function readHtml(page: string): number {
  const errors: string[] = [];
  parse(page, { onParseError: ({ code: error }) => void errors.push(error) });
  assert.deepEqual(errors, []);
  return page.match(/<\w+/g)?.length ?? 0;
}

test("HTML: the report", () => {
  const elements = readHtml(renderReport(summaryWith("a"), reportWith("a")));
  fc.assert(
    fc.property(hostile, (text) => {
      const page = renderReport(summaryWith(text), reportWith(text));
      assertShownPage(page);
      const ofWords = page.match(/<span class="word">/g)?.length ?? 0;
      const others = readHtml(page) - ofWords;
      assert.equal(
        others,
        elements - (renderReport(summaryWith("a"), reportWith("a")).match(/<span class="word">/g)?.length ?? 0),
      );
    }),
    { numRuns: 30 },
  );
});

/** The page's own script and style are not text from outside. */
function assertShownPage(page: string): void {
  assertShown(page.replace(/<style>.*?<\/style>/s, "").replace(/<script>.*?<\/script>/s, ""));
}

test("HTML and SVG: a sequence", () => {
  law(
    (text) => drawSequence(sequenceWith(text), "s", text),
    (drawn, text) => {
      const elements = readXml(`<drawn>${drawn}</drawn>`);
      assert.equal(elements.filter(({ name }) => name === "circle").length, 2);
      const head = elements.find(({ name, attributes }) => name === "text" && attributes["class"] === "lane-0");
      assert.equal(head?.text, printable(text));
    },
  );
  fc.assert(
    fc.property(hostile, (text) => {
      const page = renderSequencePage({
        title: text,
        problems: [text],
        facts: [text],
        command: { label: "Replay it", text: `simulate explore replay ${quoteForShell(text)}` },
        outcomes: { [text]: text },
        sequence: sequenceWith(text),
      });
      assertShownPage(page);
      readHtml(page);
    }),
    { numRuns: 30 },
  );
});

/** A line of samples in the grammar of the format. */
const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\n"])*",?)*)\})? (\S+)$/;

test("Prometheus labels", async () => {
  const measured = mergeSnapshots([createRecorder({ thread: "a", originMs: 0 }).take()], 1000);
  await fc.assert(
    fc.asyncProperty(hostile, async (name) => {
      const text = await prometheusText(
        measured,
        [{ agentType: name, status: name, value: 1 }],
        [{ agentType: name, workerId: name, value: 1 }],
        "inside",
      );
      assertShown(text);
      const labels = new Map<string, string>();
      for (const line of text.split("\n").filter((each) => each !== "" && !each.startsWith("#"))) {
        const [, metric = "", given = ""] = SAMPLE.exec(line) ?? assert.fail(line);
        for (const [, label = "", value = ""] of given.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
          labels.set(
            `${metric} ${label}`,
            value.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character)),
          );
      }
      assert.equal(labels.get("active_agent_statuses status"), printable(name));
      assert.equal(labels.get("active_workers worker_id"), printable(name));
    }),
    { numRuns: 100 },
  );
});

test("a shell reads a quoted word as the original text", () => {
  // A command line cannot contain these characters.
  const words = fc.sample(hostile, 500).map((text) => text.replace(/\0|\p{Surrogate}/gu, "?"));
  const command = words.map(quoteForShell).join(" ");
  assertShown(command);
  assert.ok(!command.includes("\n"));
  assert.equal(printable(command), command);
  const { stdout, error } = spawnSync("bash", ["-c", `printf '%s\\0' ${command}`], { encoding: "utf8" });
  assert.ifError(error);
  assert.deepEqual(stdout.split("\0").slice(0, -1), words);
});
