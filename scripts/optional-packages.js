// The optional packages for words such as "redis otlp", a line each, at the versions of package-lock.json; those that
// are installed are left out. For scripts/install-program.sh:
//   node scripts/optional-packages.js WORDS
import { existsSync, readFileSync } from "node:fs";

const GROUPS = { redis: /^(bullmq|ioredis)$/, otlp: /^@opentelemetry\// };

const fromRoot = (path) => new URL(`../${path}`, import.meta.url);
const parsed = (path) => JSON.parse(readFileSync(fromRoot(path), "utf8"));

const words = process.argv.slice(2).flatMap((argument) => argument.split(/[\s,]+/).filter((word) => word !== ""));
const unknown = words.find((word) => !Object.hasOwn(GROUPS, word));
if (unknown !== undefined) {
  console.error(`invalid value "${unknown}" for WITH: expected words of ${Object.keys(GROUPS).join(", ")}`);
  process.exit(2);
}
const { packages } = parsed("package-lock.json");
for (const name of Object.keys(parsed("package.json").peerDependencies)) {
  const isAsked = words.some((word) => GROUPS[word].test(name));
  const path = `node_modules/${name}`;
  if (isAsked && !existsSync(fromRoot(path))) console.log(`${name}@${packages[path].version}`);
}
