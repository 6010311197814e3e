/** The page of a conversation: name, onboarding, messages, submit. It keeps nothing that a reload would lose. */
import { AnswerError, askForAgent, Connection, post, type AgentDetails, type Data } from "./connection.js";

const TEXTS: Readonly<Record<string, string>> = {
  none: "Connecting…",
  accepted: "You have a place. The task starts soon.",
  onboarding: "A question before you start.",
  waiting: "Waiting for your partner…",
  "in task": "You are in the task. Hand in your work when you have finished.",
  "partner disconnect": "Your partner has left. You are paid all the same: please hand in your work as it is.",
  completed: "Thank you, your work is handed in.",
  disconnect: "You were away for too long, and the task has ended.",
  timeout: "You took too long to answer, and the task has ended.",
  expired: "The task is not available any more.",
  returned: "You have given the task back.",
};
/** In these the work goes on. */
const LIVE = new Set(["none", "accepted", "onboarding", "waiting", "in task", "partner disconnect"]);

function find(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no element ${id}`);
  return element;
}

/** A field for text. */
function field(id: string): HTMLInputElement | HTMLTextAreaElement {
  return find(id) as HTMLInputElement | HTMLTextAreaElement;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}

class Page {
  readonly #forms = ["start", "onboarding", "work", "submit"];
  readonly #worker: { name: string; readonly registration: string };
  #connection: Connection | undefined;
  #agentId = "";
  #blueprint = "chat";
  #status = "";
  #isOver = false;

  constructor() {
    const given = new URLSearchParams(location.search).get("worker_id");
    // Of this tab: another tab is another worker, and a reload the same.
    const registration = sessionStorage.getItem("registration") ?? randomId();
    sessionStorage.setItem("registration", registration);
    this.#worker = { name: given ?? sessionStorage.getItem("name") ?? "", registration };
  }

  async start(): Promise<void> {
    const config = (await (await fetch("/task_config.json?mephisto_task_version=2.0.4")).json()) as Data;
    this.#blueprint = textOf(config["blueprint"]);
    find("title").textContent = textOf(config["task_title"]);
    find("description").textContent = textOf(config["task_description"]);
    this.#on("start", () => {
      this.#worker.name = field("worker-name").value.trim();
      sessionStorage.setItem("name", this.#worker.name);
      return this.#register();
    });
    this.#on("onboarding", (form) => this.#submitOnboarding(textOf(new FormData(form).get("answer"))));
    this.#on("message", () => this.#sendMessage());
    this.#on("submit", () => this.#submit(field("opinion").value));
    find("text").addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      (find("message") as HTMLFormElement).requestSubmit();
    });
    if (this.#worker.name !== "") return this.#register();
    this.#showStatus("Welcome. Give a name to start.");
    this.#show(["start"], "worker-name");
  }

  async #register(): Promise<void> {
    this.#showStatus("Asking for a place…");
    const { name, registration } = this.#worker;
    const provider = { worker_name: name, agent_registration_id: `page-${registration}`, provider_type: "mock" };
    this.#take(await askForAgent("/request_agent", { ...provider, assignment_id: "page" }));
  }

  #take({ agent_id, failure_reason, init_task_data }: AgentDetails): void {
    this.#connection?.close();
    if (agent_id === null) return this.#end(failure_reason ?? "There is no work now.");
    this.#agentId = agent_id;
    this.#status = "";
    this.#connection = new Connection(agent_id, {
      onStatus: (status) => this.#onStatus(status),
      onUpdate: (update) => this.#showMessage(update),
      onOnline: (isOnline) => this.#onOnline(isOnline),
    });
    find("log").replaceChildren();
    for (const update of init_task_data?.past_live_updates ?? []) this.#showMessage(update);
    if (agent_id.startsWith("onboarding")) this.#show(["onboarding"]);
    else this.#show([]);
  }

  #onStatus(status: string): void {
    if (this.#isOver || status === this.#status) return;
    this.#status = status;
    if (!LIVE.has(status)) return this.#end(TEXTS[status] ?? `The task has ended: ${status}.`);
    this.#showStatus(TEXTS[status] ?? status);
    if (this.#agentId.startsWith("onboarding")) return;
    const isStatic = this.#blueprint === "static";
    if (status === "in task") this.#show(isStatic ? ["submit"] : ["work", "submit"], isStatic ? "opinion" : "text");
    if (status === "partner disconnect") this.#show(["submit"], "opinion");
  }

  #onOnline(isOnline: boolean): void {
    if (this.#isOver) return;
    this.#showStatus(isOnline ? (TEXTS[this.#status] ?? "Connected.") : "The connection is lost. Trying again…");
  }

  async #submitOnboarding(answer: string): Promise<void> {
    this.#showStatus("Your answer is looked at…");
    this.#take(await askForAgent("/submit_onboarding", { USED_AGENT_ID: this.#agentId, onboarding_data: { answer } }));
  }

  #sendMessage(): Promise<void> {
    const input = field("text");
    const text = input.value.trim();
    input.value = "";
    if (text === "") return Promise.resolve();
    const update = { text, sender: this.#worker.name, update_id: randomId() };
    this.#connection?.sendUpdate(update);
    this.#showMessage(update);
    input.focus();
    return Promise.resolve();
  }

  async #submit(opinion: string): Promise<void> {
    this.#showStatus("Handing in…");
    await post("/submit_task", { USED_AGENT_ID: this.#agentId, final_data: { opinion } });
    this.#end(TEXTS["completed"] ?? "");
  }

  #showMessage(update: Data): void {
    const own = typeof update["sender"] === "string";
    const entry = document.createElement("p");
    const who = document.createElement("b");
    who.textContent = own ? "You" : "from" in update ? "Partner" : "Task";
    entry.classList.toggle("own", own);
    entry.append(who, textOf(update["text"] ?? update["response"]));
    const log = find("log");
    log.append(entry);
    log.scrollTop = log.scrollHeight;
  }

  #end(text: string): void {
    this.#isOver = true;
    this.#connection?.close();
    sessionStorage.removeItem("registration");
    this.#show([]);
    this.#showStatus(text);
  }

  #showStatus(text: string): void {
    find("status").textContent = text;
  }

  #show(forms: readonly string[], focus?: string): void {
    for (const id of this.#forms) find(id).hidden = !forms.includes(id);
    if (focus !== undefined) find(focus).focus();
  }

  /** Calls `action` when the form is submitted; the button waits for it, and a failure is shown. */
  #on(id: string, action: (form: HTMLFormElement) => Promise<void>): void {
    const form = find(id) as HTMLFormElement;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      if (button !== null) button.disabled = true;
      action(form)
        .catch((error: unknown) => {
          this.#showStatus(
            error instanceof AnswerError ? `It was not accepted: ${error.message}.` : "The server cannot be reached.",
          );
        })
        .finally(() => {
          if (button !== null) button.disabled = false;
        });
    });
  }
}

/** Also where `crypto.randomUUID` is not: on pages without TLS that are not of this machine. */
function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

new Page().start().catch(() => {
  find("status").textContent = "The server cannot be reached. Load the page again.";
});
