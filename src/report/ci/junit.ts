/**
 * JUnit XML as Jenkins' schema (junit-10.xsd) has it, which GitLab, Azure and the actions that show tests read as well: a suite
 * of cases, each passed, failed, in error or skipped.
 */
import { printable } from "../../vocabulary/index.js";

/** One test case. What is not passed says why: in a line, and at length where there is more. */
export interface JUnitCase {
  readonly classname: string;
  readonly name: string;
  readonly outcome: "passed" | "failure" | "error" | "skipped";
  /** For a passed case what was observed, if that is worth a line. */
  readonly message?: string;
  /** Lines. */
  readonly details?: readonly string[];
}

export interface JUnitSuite {
  readonly name: string;
  /** ISO 8601. */
  readonly timestamp?: string;
  readonly seconds?: number;
  readonly cases: readonly JUnitCase[];
}

/** The file's text. */
export function junitXml({ name, timestamp, seconds, cases }: JUnitSuite): string {
  const count = (outcome: JUnitCase["outcome"]): number => cases.filter((each) => each.outcome === outcome).length;
  const counts = { tests: cases.length, failures: count("failure"), errors: count("error") };
  // The schema's time has no zone and no fractions.
  const when = timestamp === undefined ? {} : { timestamp: timestamp.slice(0, "2000-01-01T00:00:00".length) };
  const time = seconds === undefined ? {} : { time: seconds.toFixed(3) };
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites${attributes({ ...counts, ...time })}>`,
    `  <testsuite${attributes({ name, ...counts, skipped: count("skipped"), ...time, ...when })}>`,
    ...cases.map((each) => `    ${caseXml(each)}`),
    `  </testsuite>`,
    `</testsuites>`,
    "",
  ].join("\n");
}

function caseXml({ classname, name, outcome, message, details }: JUnitCase): string {
  const inner =
    outcome === "passed"
      ? message === undefined
        ? ""
        : `<system-out>${escapeXml(message)}</system-out>`
      : `<${outcome}${attributes(message === undefined ? {} : { message })}>${(details ?? []).map(escapeXml).join("\n")}</${outcome}>`;
  return `<testcase${attributes({ classname, name })}>${inner}</testcase>`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join("");
}

function escapeXml(text: string): string {
  return printable(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
