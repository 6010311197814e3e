/** Reads what `src/report/html/pack.ts` has packed. */

/** The value that the element of this id holds; undefined when there is no such element. */
export async function unpack(id: string): Promise<unknown> {
  const text = document.getElementById(id)?.textContent ?? "";
  if (text === "") return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).json();
}
