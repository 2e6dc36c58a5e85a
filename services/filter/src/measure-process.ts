import { writeFileSync } from "node:fs";
import { sentence } from "@anyone/domain/fault";
import { type Gates, gates as own } from "@anyone/domain/filter/gate";
import {
  type About,
  type Instruments,
  type Measured,
  measure,
  openInstruments,
  scoresLeftOut,
} from "@anyone/vision/measure";

/**
 * A process of its own that decodes and measures strangers' pictures one at a time: what crashes or hangs a decoder takes
 * only this process with it. Started by measure-pool.ts, ends with it. Argument: the models' folder.
 */
export interface Request {
  id: number;
  bytes: Uint8Array;
  gates: Gates;
  about?: About;
}

export type Reply =
  | { kind: "ready" }
  /** The models can't be used: nothing is wrong with any picture. */
  | { kind: "broken"; message: string }
  | { kind: "measured"; id: number; measured: Measured }
  | { kind: "failed"; id: number; message: string };

const reply = (message: Reply) => process.send?.(message);
const [, , models = ""] = process.argv;

offerToBeEndedFirst();
let opened: { leftOut: string; instruments: Instruments };
open(own).then(
  () => {
    process.on("message", (request: Request) => void answer(request));
    reply({ kind: "ready" });
  },
  (error: unknown) => reply({ kind: "broken", message: sentence(error) }),
);
process.on("disconnect", () => process.exit(0));

async function open(gates: Gates): Promise<void> {
  opened = { leftOut: scoresLeftOut(gates), instruments: await openInstruments(models, gates) };
}

async function answer({ id, bytes, gates, about }: Request): Promise<void> {
  try {
    // Somebody switched a gate on or off since: what it is asked about is measured from now on, or no more.
    if (opened.leftOut !== scoresLeftOut(gates)) await open(gates);
    reply({ kind: "measured", id, measured: await measure(opened.instruments, bytes, gates, about) });
  } catch (error) {
    reply({ kind: "failed", id, message: sentence(error) });
  }
}

/** Where a machine runs out of memory faster than anybody looks, Linux ends this process first, and none that holds more than a picture. */
function offerToBeEndedFirst(): void {
  try {
    writeFileSync("/proc/self/oom_score_adj", "1000");
  } catch {
    // Other systems choose by themselves.
  }
}
