/** How the fault that ends a thread is told of: in the summary, and to whoever reads there whose records may have no end. */
export function killed(thread: string): string {
  return `thread ${thread} was killed`;
}
