import { compareProtocols } from "../annotate/compare-protocols.ts";
import type { Protocol } from "../annotate/protocol.ts";

/**
 * The categories (numbers from 1 in the newer version) that stay settled when an iteration opens under a newer version of the
 * protocol: those settled before whose question is the same. Everything else is shown anew.
 */
export function carrySettled(older: Protocol, newer: Protocol, settled: readonly number[]): number[] {
  return compareProtocols(older, newer)
    .kept.filter(({ before }) => settled.includes(before))
    .map(({ after }) => after);
}
