/**
 * The timers and limits of Mephisto 1.1.2's protocol and of its web client `mephisto-task` 2.0.4, and the limits of
 * ours where the original has none. Times are in ms, sizes in bytes.
 */

/** The subject of packets that concern no agent. An `alive` with it makes a socket the backend's. */
export const BACKEND_SUBJECT = "mephisto";

/** The version of the web client that the protocol is of; `task_config.json` names it. */
export const TASK_VERSION = "2.0.4";

/** How often a client sends a heartbeat. */
export const HEARTBEAT_MS = 6000;
/** From the opening of a client's socket to its first heartbeat. */
export const FIRST_HEARTBEAT_MS = 500;
/** A client whose last heartbeat is older than this is lost. */
export const HEARTBEAT_LIMIT_MS = 15_000;
/** How often the backend asks the router for statuses. Lost clients are found then. */
export const STATUS_POLL_MS = 4000;
/** From the last heartbeat of a client until the backend is notified of its loss, at most. */
export const LOSS_NOTICED_MS = HEARTBEAT_LIMIT_MS + STATUS_POLL_MS;
/** How long a client whose socket has closed may take to come back, where the close is noticed. */
export const RECONNECT_GRACE_MS = 10_000;

/** How often a client sends one packet of its queue. */
export const CLIENT_SEND_INTERVAL_MS = 100;
/** The shortest time between two attempts of a client to set up its socket. */
export const CLIENT_SOCKET_SETUP_MS = 4000;
/** Heartbeats without an answer after which a client opens a new socket. */
export const CLIENT_RESTART_HEARTBEATS = 5;
/** Heartbeats without an answer after which a client closes for good. */
export const CLIENT_GIVE_UP_HEARTBEATS = 10;
/** A client closes for good when the backend's last sign of life is older than this, by the client's own clock. */
export const CLIENT_BACKEND_DEAD_MS = 20_000;

/** The most bytes of a JSON body; a longer one is answered with 413. */
export const JSON_BODY_BYTES = 100 * 1024;
/** The most bytes of a message from a browser. Ours: the original has no limit. */
export const CLIENT_MESSAGE_BYTES = 100 * 1024;
/** The most bytes of a message from the backend, which may carry the status of every agent. Ours. */
export const BACKEND_MESSAGE_BYTES = 16 * 1024 * 1024;
/** The most levels of lists and objects in JSON from a peer. Ours. */
export const JSON_LEVELS = 100;
/** The most characters of an id. Ours. */
export const ID_CHARACTERS = 256;
/** The most packets that a router keeps for an agent without a socket. Ours: the original keeps all. */
export const UNSENT_PACKETS = 1000;
/** The most agents that have their client on one socket; a page has two. Ours. */
export const SOCKET_AGENTS = 32;
