import { type Gate, passes } from "./gate.ts";

/** The bytes are a whole still picture of a type that is allowed, and no larger than a decoder should be asked for. */
export const fileGate: Gate = {
  name: "file",
  judge: ({ fault }) => (fault ? { says: "drops", reason: fault } : passes),
};
