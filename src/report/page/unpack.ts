/** Reads the data that `src/report/html/pack.ts` has compressed. */

/** The value in the element with this id; undefined when there is no such element. */
export async function unpack(id: string): Promise<unknown> {
  const text = document.getElementById(id)?.textContent ?? "";
  if (text === "") return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).json();
}
