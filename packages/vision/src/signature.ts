import type { OnnxPart, Shape } from "./catalogue.ts";
import { openSession } from "./session.ts";

export interface Signature {
  inputs: Readonly<Record<string, Shape>>;
  outputs: Readonly<Record<string, Shape>>;
}

/** Names and shapes of a network's inputs and outputs, as the file states them. Throws when it cannot be loaded. */
export async function signatureOf(path: string): Promise<Signature> {
  const session = await openSession(path);
  const { inputMetadata, outputMetadata } = session;
  await session.release();
  return { inputs: shapesOf(inputMetadata), outputs: shapesOf(outputMetadata) };
}

/** Where a network differs from what an adapter feeds and reads, in words; empty when it fits. It may have more outputs. */
export function whatDiffers(wanted: OnnxPart, found: Signature): string[] {
  return [
    ...missing("input", wanted.inputs, found.inputs),
    ...missing("output", wanted.outputs, found.outputs),
    ...Object.keys(found.inputs)
      .filter((name) => !Object.hasOwn(wanted.inputs, name))
      .map((name) => `its input ${name} is not known`),
  ];
}

function missing(kind: string, wanted: Signature["inputs"], found: Signature["inputs"]): string[] {
  return Object.entries(wanted).flatMap(([name, shape]) => {
    const has = found[name];
    if (!has) return [`it has no ${kind} ${name} (it has ${Object.keys(found).join(", ") || "none"})`];
    return fits(shape, has) ? [] : [`its ${kind} ${name} is ${told(has)}, not ${told(shape)}`];
  });
}

/** A side that either leaves open fits every number. An output whose rank the file does not state fits as well. */
function fits(wanted: Shape, has: Shape): boolean {
  if (has.length === 0) return true;
  return (
    wanted.length === has.length &&
    wanted.every((side, i) => typeof side === "string" || typeof has[i] !== "number" || has[i] === side || has[i] < 0)
  );
}

function told(shape: Shape): string {
  return shape.join("×");
}

function shapesOf(values: Awaited<ReturnType<typeof openSession>>["inputMetadata"]): Record<string, Shape> {
  return Object.fromEntries(values.map((value) => [value.name, value.isTensor ? value.shape : []]));
}
