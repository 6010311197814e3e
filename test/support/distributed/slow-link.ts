/** Links with delay and loss: of the kernel, between two network namespaces, and of a relay on loopback. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

export interface Namespaces {
  /** The address of this host on the link. */
  readonly host: string;
  /** What a command of the other host is started by. */
  readonly within: readonly string[];
}

/**
 * Another host behind a link with `delayMs` of delay and `lossPercent` of loss in each direction.
 * Returns why there is none where that is not allowed, or the kernel cannot do it.
 */
export function otherHost(
  t: { after(fn: () => void): void },
  { delayMs, lossPercent }: { readonly delayMs: number; readonly lossPercent: number },
): Namespaces | string {
  const name = `cs${process.pid}`;
  const [here, there] = [`${name}a`, `${name}b`];
  const subnet = `10.77.${process.pid % 250}`;
  const inside = ["ip", "netns", "exec", name];
  const netem = ["root", "netem", "delay", `${delayMs}ms`, "loss", `${lossPercent}%`];
  t.after(() => {
    spawnSync("ip", ["netns", "del", name]);
    spawnSync("ip", ["link", "del", here]);
  });
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
  return { host: `${subnet}.1`, within: inside };
}

/**
 * A relay to a port of this machine. Bytes take `delayMs` in each direction; one chunk of `every` is lost, which TCP repeats after its
 * least timeout: until then nothing arrives that was sent after it.
 */
export async function slowRelay(
  t: { after(fn: () => void): void },
  port: number,
  { delayMs, every }: { readonly delayMs: number; readonly every: number },
): Promise<number> {
  const RETRANSMISSION_MS = 200;
  const sockets = new Set<Socket>();
  let chunks = 0;
  const pass = (from: Socket, to: Socket): void => {
    let lastAt = 0;
    from.on("data", (chunk) => {
      const lost = ++chunks % every === 0 ? RETRANSMISSION_MS : 0;
      lastAt = Math.max(lastAt, performance.now() + delayMs + lost);
      setTimeout(() => to.write(chunk), lastAt - performance.now());
    });
    from.on("close", () => setTimeout(() => to.destroy(), delayMs));
    from.on("error", () => undefined);
    sockets.add(from);
  };
  const server = createServer((socket) => {
    const upstream = connect(port, "127.0.0.1");
    for (const each of [socket, upstream]) each.setNoDelay(true);
    pass(socket, upstream);
    pass(upstream, socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}
