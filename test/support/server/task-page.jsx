/** A task's page as its authors write it: React, and the client of Mephisto from the npm registry, unchanged. Bundled by the test. */
import React from "react";
import { createRoot } from "react-dom/client";
import { useMephistoLiveTask } from "mephisto-task";

function Task() {
  const [updates, setUpdates] = React.useState([]);
  const [text, setText] = React.useState("");
  const task = useMephistoLiveTask({ onLiveUpdate: (update) => setUpdates((all) => [...all, update]) });
  const { agentId, agentStatus, blockedExplanation, connect, connectionStatus, isOnboarding, sendLiveUpdate } = task;
  React.useEffect(() => {
    if (agentId) connect(agentId);
  }, [agentId]);
  if (task.isPreview) return <p id="phase">preview</p>;
  if (blockedExplanation) return <p id="phase">blocked: {blockedExplanation}</p>;
  const finish = () => {
    task.handleSubmit({ answer: text, seen: updates.length });
    setUpdates([]);
  };
  return (
    <main>
      <p id="phase">{task.isLoading ? "loading" : isOnboarding ? "onboarding" : "task"}</p>
      <p id="agent">{agentId}</p>
      <p id="agent-status">{agentStatus}</p>
      <p id="connection">{connectionStatus}</p>
      <ol id="updates">
        {updates.map((update) => (
          <li key={update.update_id}>{update.text}</li>
        ))}
      </ol>
      <input id="text" value={text} onChange={(event) => setText(event.target.value)} />
      <button id="send" onClick={() => sendLiveUpdate({ text })}>
        send
      </button>
      <button id="finish" onClick={finish}>
        finish
      </button>
    </main>
  );
}

createRoot(document.getElementById("app")).render(<Task />);
