// The scripts and styles that run in a browser. The report's: esbuild puts them, and the chart library, into one file
// each, which src/report/html/page.ts writes into every report. uPlot's licence asks for its notice in copies. The chat
// page's: they are files that `simulate serve` sends.
import { copyFileSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { version } = JSON.parse(readFileSync(at("node_modules/uplot/package.json"), "utf8"));
const notice = `/*! Charts: uPlot ${version}, Copyright (c) Leon Sorokin, MIT licence. https://github.com/leeoniya/uPlot */`;

await build({
  entryPoints: [at("src/report/page/report-script.ts"), at("src/report/page/style.css")],
  outdir: at("dist/report/page"),
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  banner: { js: notice, css: notice },
  logLevel: "warning",
});

await build({
  entryPoints: [at("src/platform/server/page/chat.ts"), at("src/platform/server/page/chat.css")],
  outdir: at("dist/platform/server/page"),
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  logLevel: "warning",
});
copyFileSync(at("src/platform/server/page/index.html"), at("dist/platform/server/page/index.html"));
