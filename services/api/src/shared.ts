/** A reading is used again for ten times as long as it took: however many ask, it costs the database a tenth of one core. */
const SHARE = 10;
const LEAST_MS = 500;

/** One reading at a time, shared by all who ask while it is fresh. */
export function shared<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let until = 0;
  let reading: Promise<Value> | undefined;
  return () => {
    if (reading && performance.now() < until) return reading;
    const started = performance.now();
    until = Number.POSITIVE_INFINITY;
    reading = read();
    reading.then(
      () => {
        until = performance.now() + Math.max(LEAST_MS, SHARE * (performance.now() - started));
      },
      () => {
        until = 0;
      },
    );
    return reading;
  };
}

/** The same for readings that hold for one question only, under the thresholds in force, for example: another question is read anew at once. */
export function sharedBy<Question, Value>(
  nameOf: (question: Question) => string,
  read: (question: Question) => Promise<Value>,
): (question: Question) => Promise<Value> {
  let last: { name: string; ask: () => Promise<Value> } | undefined;
  return (question) => {
    const name = nameOf(question);
    if (last?.name !== name) last = { name, ask: shared(() => read(question)) };
    return last.ask();
  };
}
