import { pathOf } from "@anyone/contracts/client";
import { systemApi } from "@anyone/contracts/system";
import { recordEvent } from "@anyone/db/events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestApi, type TestApi } from "./open-test-api.fixture.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api?.close());

const say = (text: string) => api.db.transaction((tx) => recordEvent(tx, { stage: "review", kind: "test", text }));

/** Listens until the connection is closed; `texts` grows as events arrive. */
async function listen(lastEventId?: string) {
  const stop = new AbortController();
  const headers: Record<string, string> = { authorization: `Bearer ${api.keys.operator}` };
  if (lastEventId !== undefined) headers["last-event-id"] = lastEventId;
  const answer = await fetch(api.url + pathOf(systemApi.events), { headers, signal: stop.signal });
  const heard: { texts: string[]; ids: string[] } = { texts: [], ids: [] };
  const reading = (async () => {
    let rest = "";
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      rest += chunk;
      const frames = rest.split("\n\n");
      rest = frames.pop() ?? "";
      for (const frame of frames.filter((one) => one.startsWith("id: "))) {
        const [id = "", , data = ""] = frame.split("\n").map((line) => line.replace(/^\w+: /, ""));
        heard.ids.push(id);
        heard.texts.push(JSON.parse(data).text);
      }
    }
  })().catch(() => {});
  const close = async () => {
    stop.abort();
    await reading;
  };
  return { ...heard, type: answer.headers.get("content-type"), close };
}

describe("the stream of events", () => {
  it("tells what happens from now on, each once and in order", async () => {
    await say("before");
    const ear = await listen();
    expect(ear.type).toBe("text/event-stream");
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const text of ["one", "two", "three"]) await say(text);
    await expect.poll(() => ear.texts, { timeout: 5_000 }).toEqual(["one", "two", "three"]);
    await ear.close();
  });

  it("goes on after the last event one has heard", async () => {
    const first = await listen();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await say("heard");
    await expect.poll(() => first.texts, { timeout: 5_000 }).toEqual(["heard"]);
    await first.close();
    await say("missed 1");
    await say("missed 2");
    const second = await listen(first.ids.at(-1));
    await expect.poll(() => second.texts, { timeout: 5_000 }).toEqual(["missed 1", "missed 2"]);
    await say("new");
    await expect.poll(() => second.texts, { timeout: 5_000 }).toEqual(["missed 1", "missed 2", "new"]);
    await second.close();
  });

  it("also tells an event whose transaction ended after that of a later one", async () => {
    const ear = await listen();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const slow = api.db.transaction(async (tx) => {
      await recordEvent(tx, { stage: "review", kind: "test", text: "slow" });
      await new Promise((resolve) => setTimeout(resolve, 1_200));
    });
    await say("quick");
    await slow;
    await expect.poll(() => ear.texts, { timeout: 5_000 }).toEqual(["quick", "slow"]);
    await ear.close();
  });
});
