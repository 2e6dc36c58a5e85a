import { Agent, request } from "undici";

/** GET by the HTTP library alone: what the safe fetcher is measured against. */
export function bareGet(): { get(url: string): Promise<Buffer>; close(): Promise<void> } {
  const dispatcher = new Agent();
  return {
    async get(url) {
      const { body } = await request(url, { dispatcher });
      return Buffer.from(await body.arrayBuffer());
    },
    close: () => dispatcher.close(),
  };
}
