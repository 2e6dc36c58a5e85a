/** Only the last two minutes count: how fast one is, not how fast one was. */
const WINDOW_MS = 120_000;
/** A pause longer than this is a pause, not a slow answer. */
const PAUSE_MS = 20_000;
const ENOUGH = 5;

export interface PaceMeter {
  add: (answers: number) => void;
  answered: () => number;
  /** Null until there are enough answers to say. */
  perMinute: () => number | null;
}

/** Measures how many answers a minute are given while somebody is at it. */
export function createPaceMeter(now: () => number = () => performance.now()): PaceMeter {
  let all = 0;
  let last = now();
  let steps: { at: number; answers: number; took: number }[] = [];
  return {
    add(answers) {
      const at = now();
      all += answers;
      steps = [
        ...steps.filter((step) => at - step.at < WINDOW_MS),
        { at, answers, took: Math.min(PAUSE_MS, at - last) },
      ];
      last = at;
    },
    answered: () => all,
    perMinute() {
      const answers = steps.reduce((sum, step) => sum + step.answers, 0);
      const took = steps.reduce((sum, step) => sum + step.took, 0);
      return answers < ENOUGH || took === 0 ? null : (answers / took) * 60_000;
    },
  };
}
