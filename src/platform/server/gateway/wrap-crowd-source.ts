/**
 * What a task's page asks its crowd provider's script for: who the worker is, and what to do after the submit. The
 * worker and the assignment are in the page's address, as in those of Mephisto's mock provider.
 */
export const WRAP_CROWD_SOURCE = `"use strict";
const pageParameters = new URLSearchParams(window.location.search);
function getWorkerName() {
  return pageParameters.get("worker_id");
}
function getAssignmentId() {
  return pageParameters.get("assignment_id");
}
function getAgentRegistration() {
  return {
    worker_name: getWorkerName(),
    agent_registration_id: getAssignmentId() + "-" + getWorkerName(),
    assignment_id: getAssignmentId(),
    provider_type: "mock",
  };
}
function handleSubmitToProvider() {
  return true;
}
`;
