/** A call that is answered together with others. */
export type Grouped<Item, Result> = (item: Item) => Promise<Result>;

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Answers calls in groups: whatever arrives while `lanes` groups are under way goes together into the next one, so that
 * under load a commit is shared and alone nobody waits. A group that fails as a whole is tried once more one by one: a
 * bad item costs no other its answer.
 *
 * @param work answers a group in order, all or nothing
 */
export function grouped<Item, Result>(
  work: (items: readonly Item[]) => Promise<Result[]>,
  { most, lanes }: { most: number; lanes: number },
): Grouped<Item, Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let running = 0;

  async function run(): Promise<void> {
    running += 1;
    for (let group = waiting.splice(0, most); group.length > 0; group = waiting.splice(0, most)) await answer(group);
    running -= 1;
  }

  async function answer(group: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await work(group.map(({ item }) => item));
      for (const [place, { resolve }] of group.entries()) resolve(results[place] as Result);
    } catch {
      for (const { item, resolve, reject } of group) {
        await work([item]).then(([result]) => resolve(result as Result), reject);
      }
    }
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (running < lanes) void run();
    });
}
