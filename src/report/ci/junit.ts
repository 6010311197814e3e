/**
 * JUnit XML as Jenkins' schema (junit-10.xsd) has it, which GitLab, Azure and the actions that show tests read as well: a suite
 * of cases, each passed, failed, in error or skipped.
 */

/** One test case. What is not passed says why: in a line, and at length where there is more. */
export interface JUnitCase {
  readonly classname: string;
  readonly name: string;
  readonly outcome: "passed" | "failure" | "error" | "skipped";
  /** One line; for a passed case what was observed, if that is worth a line. */
  readonly message?: string;
  readonly details?: string;
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
      : `<${outcome}${attributes(message === undefined ? {} : { message })}>${escapeXml(details ?? "")}</${outcome}>`;
  return `<testcase${attributes({ classname, name })}>${inner}</testcase>`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  // A line break in an attribute would be read as a blank.
  const escape = (value: string | number): string =>
    escapeXml(String(value)).replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(value)}"`)
    .join("");
}

/** Characters that XML 1.0 has no way to write, not even as references; and halves of surrogate pairs. */
// eslint-disable-next-line no-control-regex -- these are what it is about
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

function escapeXml(text: string): string {
  return text
    .replace(FORBIDDEN, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;");
}
