/**
 * JUnit XML as in Jenkins' schema (junit-10.xsd), which GitLab, Azure and the actions that show tests also read: a
 * suite of cases, each passed, failed, in error or skipped.
 */
import { escapeMarkup } from "../escape-markup.js";

/** A test case. */
export interface JUnitCase {
  readonly classname: string;
  readonly name: string;
  readonly outcome: "passed" | "failure" | "error" | "skipped";
  /** The reason, in one line; for a passed case what was observed. */
  readonly message?: string;
  /** Lines. Not written for a passed case. */
  readonly details?: readonly string[];
}

export interface JUnitSuite {
  readonly name: string;
  /** ISO 8601. */
  readonly timestamp?: string;
  readonly seconds?: number;
  readonly cases: readonly JUnitCase[];
}

/** The text of the file. */
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

function caseXml({ classname, name, outcome, message, details = [] }: JUnitCase): string {
  return `<testcase${attributes({ classname, name })}>${outcomeXml()}</testcase>`;

  function outcomeXml(): string {
    if (outcome !== "passed") {
      const text = details.map(escapeMarkup).join("\n");
      return `<${outcome}${attributes(message === undefined ? {} : { message })}>${text}</${outcome}>`;
    }
    return message === undefined ? "" : `<system-out>${escapeMarkup(message)}</system-out>`;
  }
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeMarkup(String(value))}"`)
    .join("");
}
