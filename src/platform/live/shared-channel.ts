/** A channel in shared memory: two mailboxes of wide slots, one for each direction. */
import { MailboxFullError, type Json, type Mailbox, type Reactor } from "../sync/index.js";
import type { Channel, ChannelHandlers } from "./channel.js";
import type { TaskGroup } from "./task-group.js";
import { receive } from "./inbox.js";
import { isChannelPacket, type ChannelPacket } from "./packets.js";

/** A channel may lose wake-ups, by an injected fault: after this time it looks into its inbox anyway, ms. */
const RECHECK_MS = 1000;

export interface SharedChannelOptions {
  readonly id: string;
  /** Packets to this end. */
  readonly inbox: Mailbox;
  /** Packets to the other end. */
  readonly outbox: Mailbox;
  readonly handlers: ChannelHandlers;
  readonly reactor: Reactor;
  /** Runs the receiving coroutine. */
  readonly taskGroup: TaskGroup;
}

export function openSharedChannel(options: SharedChannelOptions): Channel {
  const { id, inbox, outbox, handlers, reactor, taskGroup } = options;
  const channel: Channel = {
    id,
    open() {
      taskGroup.start(`channel ${id}`, function* () {
        const onMessage = (message: Json): void => {
          if (isChannelPacket(message)) handlers.onMessage(channel, message);
          else handlers.onMalformed(channel, `not a packet: ${JSON.stringify(message).slice(0, 120)}`);
        };
        yield* receive(inbox, reactor, onMessage, RECHECK_MS);
        handlers.onClose(channel);
      });
    },
    close() {
      inbox.shutdown();
      outbox.shutdown();
    },
    isAlive: () => !inbox.isShutdown && !outbox.isShutdown,
    enqueueSend(packet: ChannelPacket) {
      try {
        outbox.append(packet);
        return true;
      } catch (error) {
        if (error instanceof MailboxFullError) return false;
        throw error;
      }
    },
  };
  return channel;
}
