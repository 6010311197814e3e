/** Another host behind a link with delay and loss, as a network namespace. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Namespaces {
  /** The address of this host on the link. */
  readonly host: string;
  /** What a command of the other host is started by. */
  readonly within: readonly string[];
}

interface LinkOptions {
  /** In each direction. */
  readonly delayMs: number;
  readonly lossPercent: number;
}

/**
 * Another host behind a link with delay and loss: a network namespace, by the kernel's netem, or else by a program that
 * passes packets on. Returns why there is none where neither is possible.
 */
export async function otherHost(
  t: { after(fn: () => void): void },
  options: LinkOptions,
): Promise<Namespaces | string> {
  const name = `cs${process.pid}`;
  const subnet = `10.77.${process.pid % 250}`;
  const remove = (): void => {
    spawnSync("ip", ["netns", "del", name]);
    spawnSync("ip", ["link", "del", `${name}a`]);
  };
  t.after(remove);
  const namespaces: Namespaces = { host: `${subnet}.1`, within: ["ip", "netns", "exec", name] };
  const noNetem = linkByNetem(name, subnet, options);
  if (noNetem === undefined) return namespaces;
  remove();
  const noProgram = await linkByProgram(t, name, subnet, options);
  return noProgram === undefined ? namespaces : `${noNetem}; ${noProgram}`;
}

/** Returns why it is not possible. */
function linkByNetem(name: string, subnet: string, { delayMs, lossPercent }: LinkOptions): string | undefined {
  const [here, there] = [`${name}a`, `${name}b`];
  const inside = ["ip", "netns", "exec", name];
  const netem = ["root", "netem", "delay", `${delayMs}ms`, "loss", `${lossPercent}%`];
  const steps = [
    ["ip", "netns", "add", name],
    ["ip", "link", "add", here, "type", "veth", "peer", "name", there],
    ["ip", "link", "set", there, "netns", name],
    ["ip", "addr", "add", `${subnet}.1/30`, "dev", here],
    ["ip", "link", "set", here, "up"],
    [...inside, "ip", "addr", "add", `${subnet}.2/30`, "dev", there],
    [...inside, "ip", "link", "set", there, "up"],
    [...inside, "ip", "link", "set", "lo", "up"],
    ["tc", "qdisc", "add", "dev", here, ...netem],
    [...inside, "tc", "qdisc", "add", "dev", there, ...netem],
  ];
  for (const [command = "", ...args] of steps) {
    const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
    if (status !== 0) return `${[command, ...args].join(" ")}: ${error?.message ?? stderr.trim()}`;
  }
  return undefined;
}

const PROGRAM = fileURLToPath(new URL("../../../test/support/distributed/lossy-link.py", import.meta.url));

/** Returns why it is not possible. */
async function linkByProgram(
  t: { after(fn: () => void): void },
  name: string,
  subnet: string,
  { delayMs, lossPercent }: LinkOptions,
): Promise<string | undefined> {
  const child = spawn("python3", [PROGRAM, name, subnet, String(delayMs), String(lossPercent)]);
  t.after(() => child.kill("SIGKILL"));
  let problem = "";
  child.once("error", (error) => (problem += error.message));
  child.stderr.on("data", (text: Buffer) => (problem += text.toString()));
  const [said] = (await Promise.race([once(child.stdout, "data"), once(child, "close")])) as [unknown];
  return String(said).startsWith("up") ? undefined : `python3 lossy-link.py: ${problem.trim().split("\n").at(-1)}`;
}
