import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectorOf } from "./connectors.ts";
import { openSources, type Sources } from "./sources.fixture.ts";

let sources: Sources;
beforeAll(async () => {
  sources = await openSources();
});
afterAll(() => sources.close());

describe("the unsplash connector", () => {
  const downloads = () => sources.world.requests().filter(({ path }) => path.includes("/download?"));

  it("tells Unsplash of each picture that it downloads, and of none that it only lists", async () => {
    const { settings } = sources.of.unsplash;
    const { listings } = await connectorOf(settings).list(settings, null, sources.reach);
    expect(downloads()).toHaveLength(0);
    const [first] = listings;
    const image = await connectorOf(settings).read(settings, first?.url ?? "", sources.reach);
    expect(image).toMatchObject({ ok: true, url: expect.stringContaining(`/photos/${first?.externalId}_o.jpg`) });
    expect(downloads().map(({ path }) => path)).toEqual([
      expect.stringContaining(`/photos/${first?.externalId}/download?ixid=`),
    ]);
  });

  it("gives its key to no other host", async () => {
    const { settings } = sources.of.unsplash;
    const [, other] = sources.world.allow.split(",");
    const before = sources.world.requests().length;
    const image = await connectorOf(settings).read(settings, `http://${other}/photos/1/download`, sources.reach);
    expect(image).toMatchObject({ ok: false, reason: "bad-url" });
    expect(sources.world.requests()).toHaveLength(before);
  });

  it("waits for the next hour when this one's requests are spent", async () => {
    const poor = await openSources({ rate: { apiPerSecond: 0.001, imagesPerSecond: 1000 } });
    const { settings } = poor.of.unsplash;
    const list = () => connectorOf(settings).list(settings, null, poor.reach);
    const { listings } = await list();
    const spent = { reason: "rate-limited", retryAfterMs: 3_600_000 };
    await expect(list()).rejects.toMatchObject({ ...spent, passing: true });
    expect(await connectorOf(settings).read(settings, listings[0]?.url ?? "", poor.reach)).toMatchObject(spent);
    await poor.close();
  });
});
