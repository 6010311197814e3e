// Builds what the command needs, from the sources with esbuild alone: for the action and the container, which have no
// compiler of TypeScript. `npm run build` also checks the types, and makes the declarations and the modules of the
// package.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

await build({
  entryPoints: [at("src/cli/main.ts")],
  outfile: at("dist/cli/main.js"),
  format: "esm",
  platform: "node",
  target: "node20.19",
  logLevel: "warning",
});
await import("./bundle-page.js");
await import("./bundle-program.js");
await import("./make-executable.js");
