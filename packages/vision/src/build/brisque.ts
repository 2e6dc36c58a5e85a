import { models } from "../models.ts";
import { brisqueRanges } from "./brisque-ranges.ts";
import { fromWheel } from "./wheel.ts";

/** Turns the libsvm file of the PyPI wheel `brisque` into the JSON that `quality/brisque.ts` reads. */
export async function buildBrisque(python: string): Promise<Uint8Array> {
  const svm = await fromWheel({
    python,
    wanted: `brisque==${models.brisque.version}`,
    sha256: "56f1839e5179a294d0598d63b2ee488fcbedeac7cee3e32c7c8d06c30a6269e1",
    file: "brisque/models/svm.txt",
  });
  return Buffer.from(JSON.stringify({ ...parseSvm(svm.toString()), ...brisqueRanges }));
}

function parseSvm(text: string) {
  const [head, body] = text.split("SV\n") as [string, string];
  const field = (name: string) => Number(head.match(new RegExp(`^${name} (\\S+)$`, "m"))?.[1]);
  const rows = body
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  return {
    gamma: field("gamma"),
    rho: field("rho"),
    coefficients: rows.map(([coefficient]) => Number(coefficient)),
    vectors: rows.map(([, ...pairs]) => denseRow(pairs, brisqueRanges.low.length)),
  };
}

function denseRow(pairs: string[], length: number): number[] {
  const row = Array.from({ length }, () => 0);
  for (const pair of pairs) {
    const [index, value] = pair.split(":");
    row[Number(index) - 1] = Number(value);
  }
  return row;
}
