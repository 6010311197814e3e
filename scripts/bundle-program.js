/**
 * The program as few files, in dist/bundle. A process compiles every module that it loads, and so does each of its
 * threads: bundled, a run of one worker loads 220 instead of 2,780. dist/cli/main.js and the exports of the package
 * lead to the bundle; the modules that tsc has put into dist are for the tests of single rooms, for mutants of them,
 * and for the package's types.
 *
 * - The command line and the library are built together and share files, as do the threads that load modules of users:
 *   such a module imports `crowdstorm` and gets the classes that the program uses. Every other thread is a file of its
 *   own.
 * - esbuild shares files between entries by what they import, used or not. An import through the index of a room is
 *   therefore made an import from the module that has the name, or each thread would load all rooms that it uses
 *   anything of.
 * - A URL relative to a module is made one relative to the bundle.
 *
 * node scripts/bundle-program.js [--watch]: bundles, and with --watch again whenever a source changes.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { context } from "esbuild";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const SRC = join(ROOT, "src");
const DIST = join(ROOT, "dist");
const BUNDLE = join(DIST, "bundle");

/** It finds the bundle, and is not in it. */
const MAIN = join(SRC, "cli/main.ts");
/** The entries besides those of threads, and the threads that load modules of users: they share files. */
const SHARED = {
  simulate: "cli/simulate.ts",
  index: "index.ts",
  explore: "explore.ts",
  "own-programs": "explore/programs/index.ts",
  "explore-thread": "distributed/explore/explore-thread.ts",
  "program-thread": "explore/kernel/program-thread.ts",
  "listen-thread": "load/run/network/listen-thread.ts",
  "network-thread": "load/run/network/network-thread.ts",
};
/**
 * What stays in node_modules: a native addon, a library with a thread of its own, one whose objects users pass in, and
 * what users install.
 */
const EXTERNAL = ["better-sqlite3", "piscina", "prom-client", "bullmq", "ioredis", "@opentelemetry/*"];

const isWatching = process.argv.includes("--watch");

const RELATIVE_URL = /new URL\("([^"]+)", import\.meta\.url\)/g;
const NAMED_IMPORT = /^(import|export) \{([^}]*)\} from "(\.[^"]+)";/gm;

const sourceOf = (from, path) => resolve(dirname(from), path).replace(/\.js$/, ".ts");

/** The names that a statement imports or exports, but for types: [name there, name here]. */
function namesIn(list) {
  const names = list.split(",").map((name) => name.trim());
  return names.filter((name) => name !== "" && !name.startsWith("type ")).map((name) => name.split(" as "));
}

const exportsOfIndex = new Map();

/** The module that has what `file` exports as `name`, and its name there. */
function originOf(file, name) {
  if (basename(file) !== "index.ts") return [file, name];
  if (!exportsOfIndex.has(file)) {
    const origins = new Map();
    for (const [, kind, list, path] of readFileSync(file, "utf8").matchAll(NAMED_IMPORT))
      for (const [there, here = there] of kind === "export" ? namesIn(list) : [])
        origins.set(here, originOf(sourceOf(file, path), there));
    exportsOfIndex.set(file, origins);
  }
  return exportsOfIndex.get(file).get(name) ?? [file, name];
}

/** `text` with every import from the module that has the name, on the same lines. */
function withDirectImports(text, file) {
  return text.replace(NAMED_IMPORT, (statement, kind, list, path) => {
    const byModule = new Map();
    for (const [there, here = there] of namesIn(list)) {
      const [module, name] = originOf(sourceOf(file, path), there);
      byModule.set(module, [...(byModule.get(module) ?? []), `${name} as ${here}`]);
    }
    const statements = Array.from(
      byModule,
      ([module, names]) => `${kind} { ${names} } from ${JSON.stringify(module)};`,
    );
    return statements.join(" ") + "\n".repeat(statement.split("\n").length - 1);
  });
}

/** The threads that are files of their own: what a source has a URL of, by name. */
function threadsIn(sources) {
  const threads = {};
  for (const file of sources) {
    for (const [, path] of readFileSync(file, "utf8").matchAll(RELATIVE_URL)) {
      const target = sourceOf(file, path);
      if (!sources.includes(target) || target === MAIN) continue;
      const name = basename(target, ".ts");
      const isShared = Object.values(SHARED).some((shared) => join(SRC, shared) === target);
      if (!isShared) threads[name] = relative(SRC, target);
    }
  }
  return threads;
}

const sources = readdirSync(SRC, { recursive: true })
  .map((file) => join(SRC, file))
  .filter((file) => file.endsWith(".ts") && !dirname(file).endsWith("/page"));
const threads = threadsIn(sources);
const bundled = new Map(Object.entries({ ...SHARED, ...threads }).map(([name, file]) => [join(SRC, file), name]));

/** `text` with every URL relative to the bundle. */
function withBundledUrls(text, file) {
  return text.replace(RELATIVE_URL, (_, path) => {
    const name = bundled.get(sourceOf(file, path));
    const built = join(DIST, relative(SRC, resolve(dirname(file), path)));
    const url = name === undefined ? relative(BUNDLE, built) + (path.endsWith("/") ? "/" : "") : `./${name}.js`;
    return `new URL(${JSON.stringify(url)}, import.meta.url)`;
  });
}

const plugin = {
  name: "crowdstorm",
  setup({ onStart, onLoad }) {
    onStart(() => exportsOfIndex.clear());
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      // Imported as a namespace, zod leaves out what nobody uses: half of it.
      const source = readFileSync(path, "utf8").replace(/^import \{ z \} from "zod"/m, 'import * as z from "zod"');
      const contents = withBundledUrls(withDirectImports(source, path), path);
      const left = contents.split("\n").filter((line) => line.includes("import.meta") && !line.includes("new URL("));
      if (left.length > 0) return { errors: left.map((text) => ({ text: `not a URL that can be bundled: ${text}` })) };
      return { contents, loader: "ts" };
    });
  },
};

/** Builds the bundle of `entries`, and returns the paths of what is in it. */
async function bundle(entries, splitting) {
  const build = await context({
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(SRC, file)])),
    outdir: BUNDLE,
    bundle: true,
    splitting,
    format: "esm",
    platform: "node",
    target: "node20.19",
    tsconfig: join(ROOT, "tsconfig.json"),
    sourcemap: true,
    sourcesContent: false,
    chunkNames: "[name]-[hash]",
    external: EXTERNAL,
    plugins: [plugin],
    // For the libraries that are no ES modules.
    banner: {
      js: 'import { createRequire as bundleRequire } from "node:module";const require = bundleRequire(import.meta.url);',
    },
    metafile: true,
    logLevel: "warning",
  });
  const { metafile } = await build.rebuild();
  await (isWatching ? build.watch() : build.dispose());
  return Object.keys(metafile.inputs);
}

/** The licences of the libraries whose code is in the bundle: they ask for it. */
function licenses(inputs) {
  const folders = new Set(inputs.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []));
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license, author } = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
    const file = readdirSync(join(ROOT, folder)).find((each) => /^licen[sc]e/i.test(each));
    const text =
      file === undefined
        ? `License: ${license}, author: ${author.name ?? author}`
        : readFileSync(join(ROOT, folder, file), "utf8").trim();
    return `${name} ${version}\n\n${text}\n`;
  });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

if (!existsSync(DIST)) throw new Error("dist does not exist: run npm run build");
rmSync(BUNDLE, { recursive: true, force: true });
const inputs = [await bundle(SHARED, true), await bundle(threads, false)].flat();
writeFileSync(join(BUNDLE, "LICENSES.txt"), licenses(inputs));
