/**
 * Gathers calls that come while an earlier batch is on its way, and sends them together when it is back: alone a call
 * waits for nobody, and under load a batch grows by itself. `send` answers in the order of its questions.
 */
export function batched<Question, Answer>(
  send: (questions: Question[]) => Promise<Answer[]>,
  { atOnce = 1, most = 64 }: { atOnce?: number; most?: number } = {},
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
      for (const call of some) call.reject(error);
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
