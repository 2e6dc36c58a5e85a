import { type Gate, unless, unmeasured } from "./gate.ts";

/** The paper's 640×1280, read as short side × long side, whichever way the picture stands once it is upright. */
export const sizeGate: Gate = {
  name: "size",
  judge({ width, height }, { shortSide, longSide }) {
    if (width === undefined || height === undefined) return unmeasured;
    return unless(Math.min(width, height) < shortSide || Math.max(width, height) < longSide, "too-small");
  },
};
