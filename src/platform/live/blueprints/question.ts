/** An onboarding of one question, which has one right answer. */
import type { OnboardingTest } from "./blueprint.js";

const RIGHT = "right";

export const question: OnboardingTest = {
  rightAnswer: { answer: RIGHT },
  wrongAnswer: { answer: "wrong" },
  isPassedBy: ({ answer }) => answer === RIGHT,
};
