/**
 * Gathers calls that come while an earlier batch is on its way, and sends them together when it is back: alone a call
 * waits for nobody, and under load a batch grows by itself. `send` answers in the order of its questions. A batch that fails
 * fails every call of it; with `apart`, each of them is sent once more alone, so that a bad one costs no other its answer.
 */
export function batched<Question, Answer>(
  send: (questions: Question[]) => Promise<Answer[]>,
  { atOnce = 1, most = 64, apart = false }: { atOnce?: number; most?: number; apart?: boolean } = {},
): (question: Question) => Promise<Answer> {
  const waiting: { question: Question; resolve: (answer: Answer) => void; reject: (error: unknown) => void }[] = [];
  let underway = 0;
  let planned = false;

  function plan(): void {
    if (planned || underway >= atOnce || waiting.length === 0) return;
    planned = true;
    // Calls made in the same turn of the event loop travel together.
    setImmediate(() => {
      planned = false;
      void sendSome();
    });
  }

  async function sendSome(): Promise<void> {
    const some = waiting.splice(0, most);
    if (some.length === 0) return;
    underway++;
    plan();
    try {
      const answers = await send(some.map((call) => call.question));
      for (const [index, call] of some.entries()) call.resolve(answers[index] as Answer);
    } catch (error) {
      for (const call of some) {
        if (apart) await send([call.question]).then(([answer]) => call.resolve(answer as Answer), call.reject);
        else call.reject(error);
      }
    } finally {
      underway--;
      plan();
    }
  }

  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      plan();
    });
}
