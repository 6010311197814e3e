/** The live updates of the benchmarks. */

export function liveUpdate(n: number) {
  return { ...shortUpdate(`8c0c4a7e-${n}`), text: "I would like the blue one, if it is still there.", sequence: n };
}

export function shortUpdate(id: string) {
  return { update_id: id, kind: "message", text: "I would like the blue one." };
}
