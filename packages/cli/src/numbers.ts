import { InvalidArgumentError } from "commander";

/** Reads an option or argument that is a whole number from `least` to `most`; anything else is refused with the bounds. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    const bounds = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`A whole number ${bounds} is needed.`);
  };
}

/** Iterations and dataset versions are numbered from 1. */
export const ordinal = wholeNumber(1, 32_767);
