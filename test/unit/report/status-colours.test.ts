/** Every status that a page can show has a colour in the style sheet. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { statusClass } from "../../../dist/report/status-class.js";
import { AGENT_STATUSES } from "../../../dist/vocabulary/index.js";

const STYLE = readFileSync(new URL("../../../src/report/page/style.css", import.meta.url), "utf8");

test("each status has a colour, in charts and as a badge, also those of a run over a network and of an early end", () => {
  for (const status of [...AGENT_STATUSES, "cut off", "submitted", "last status sent: in task"]) {
    const name = statusClass(status);
    assert.ok(STYLE.includes(`--${name}: `), `--${name}`);
    assert.ok(STYLE.includes(`.${name} {`), `.${name}`);
  }
});
