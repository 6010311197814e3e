/** The file that `simulate shrink` writes by default. */
export function shrunkFile(scenario: string, seed: number): string {
  return `${scenario}-${seed}-shrunk.yaml`;
}
