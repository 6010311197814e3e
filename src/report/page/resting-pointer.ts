/**
 * A cursor that keys have set stays until the pointer moves in a chart. When the page scrolls under a pointer that
 * rests, browsers send the same events as for one that moves, without a movement: they would take the cursor away.
 */
import type uPlot from "uplot";

let isSetByKeys = false;

export function cursorIsSetByKeys(): void {
  isSetByKeys = true;
}

/** Leaves out what a pointer that rests causes in a chart. */
export const MOVES_OF_POINTER: uPlot.Cursor.Bind = {
  mousemove: (_chart, target, handler) => (event) => {
    if (event.target !== target) return null;
    if (event.movementX !== 0 || event.movementY !== 0) isSetByKeys = false;
    return isSetByKeys ? null : handler(event);
  },
  mouseleave: (_chart, target, handler) => (event) => (event.target !== target || isSetByKeys ? null : handler(event)),
};
