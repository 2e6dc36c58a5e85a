import { Agent, request } from "undici";

/** Range requests per second that the HTTP library makes by itself: what the safe fetcher is measured against. */
export async function bareRangeRate(
  url: string,
  headers: Record<string, string>,
  atOnce: number,
  forMs: number,
): Promise<number> {
  const dispatcher = new Agent({ connections: 8 });
  const started = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (; performance.now() - started < forMs; done++) {
        const { body } = await request(url, { dispatcher, headers });
        await body.arrayBuffer();
      }
    }),
  );
  const rate = done / ((performance.now() - started) / 1000);
  await dispatcher.close();
  return rate;
}
