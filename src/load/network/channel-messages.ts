/** What simulated workers and the router of a run say to each other in shared memory: `--listen`. */
import type { ChannelPacket, PacketType } from "../../platform/live/index.js";
import type { Json } from "../../platform/sync/index.js";

/** From a client thread to the router. `page`: the registration id. */
export type ToRouter =
  | {
      readonly kind: "packet";
      readonly page: string;
      readonly type: PacketType;
      readonly subject: string;
      readonly data: ChannelPacket["data"];
    }
  /** The page is gone. `lost`: without a close, and the worker may return. */
  | { readonly kind: "gone"; readonly page: string; readonly how: "closed" | "lost" };

/** From the router to a client thread: a packet for the worker on the page. */
export type ToPage = {
  readonly page: string;
  readonly type: PacketType;
  readonly subject: string;
  readonly data: ChannelPacket["data"];
};

/** Both ends are of this program: the form is not checked. */
export function toRouterOf(message: Json): ToRouter {
  return message as ToRouter;
}

export function toPageOf(message: Json): ToPage {
  return message as ToPage;
}
