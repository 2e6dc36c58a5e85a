import { grantsApi } from "@anyone/contracts/grants";
import { sourceApi } from "@anyone/contracts/source";
import { SourceId } from "@anyone/domain/ids";
import { SourceSettings } from "@anyone/domain/source/source";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestApi, type TestApi } from "./open-test-api.fixture.ts";

let api: TestApi;
const sourceId = SourceId.parse("stock");
beforeAll(async () => {
  api = await openTestApi();
  const settings = SourceSettings.parse({ kind: "unsplash" });
  await api.as("operator").call(sourceApi.putSource, { params: { id: sourceId }, body: { settings } });
});
afterAll(() => api?.close());

const crawl = () => api.as("operator").call(sourceApi.startCrawl, { body: { sourceId, target: 10 } });
const record = (given: object = {}) =>
  api.as("operator").call(grantsApi.recordGrant, {
    body: {
      sourceId,
      grantedBy: "Unsplash Inc.",
      uses: ["collect", "store", "train"],
      until: null,
      document: "contracts/114.pdf",
      ...given,
    },
  });
const permitted = async () => {
  const { items } = await api.as("operator").call(grantsApi.listPermissions);
  return items.flatMap(({ uses }) => uses.flatMap(({ use, permitted: yes }) => (yes ? [use] : [])));
};

describe("a source whose terms ask for a grant", () => {
  it("is not crawled without one, and the refusal leaves nothing behind", async () => {
    await expect(crawl()).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(
        /forbids data mining.*record it: anyone grant record stock --uses collect,store,train /,
      ),
    });
    expect(await api.db.query("SELECT FROM crawls")).toEqual([]);
    expect(await permitted()).toEqual([]);
  });

  it("is crawled with one, and again not once it is revoked; the grant stays in the list", async () => {
    const grant = await record();
    expect(grant).toMatchObject({ state: "in-force", recordedBy: expect.any(String), revokedAt: null });
    expect(await permitted()).toEqual(["collect", "store", "train"]);
    const { id, state } = await crawl();
    expect(state).toBe("running");
    await api.as("operator").call(sourceApi.cancelCrawl, { params: { id: id as never } });

    const revoked = await api.as("operator").call(grantsApi.revokeGrant, { params: { id: grant.id } });
    expect(revoked.state).toBe("revoked");
    await expect(crawl()).rejects.toMatchObject({ code: "conflict" });
    await expect(api.as("operator").call(grantsApi.revokeGrant, { params: { id: grant.id } })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("was revoked by"),
    });
    expect((await api.as("operator").call(grantsApi.listGrants, { query: { sourceId } })).items).toHaveLength(1);
  });

  it("is not crawled after the grant's last day", async () => {
    const grant = await record({ until: "2099-12-31" });
    expect(await permitted()).toHaveLength(3);
    await api.db.query("UPDATE grants SET until = '2020-01-01' WHERE id = $1", [grant.id]);
    await expect(crawl()).rejects.toMatchObject({ message: expect.stringContaining("ended on 2020-01-01") });
  });
});

describe("the kind of a source", () => {
  const put = (settings: object) =>
    api.as("operator").call(sourceApi.putSource, {
      params: { id: sourceId },
      body: { settings: SourceSettings.parse(settings) },
    });

  it("may change until images came from it: theirs are the terms they came under", async () => {
    expect((await put({ kind: "folder", path: "/photographs" })).connector).toBe("folder");
    await put({ kind: "unsplash" });
    await api.db.query(
      `INSERT INTO candidates (id, source_id, crawl_id, external_id, url)
       SELECT 'one', $1, id, 'one', 'https://example.org/1.jpg' FROM crawls LIMIT 1`,
      [sourceId],
    );
    await expect(put({ kind: "folder", path: "/photographs" })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/under the terms of its kind.*Give the folder source another name/),
    });
    expect((await put({ kind: "unsplash", text: "portrait" })).settings).toMatchObject({ text: "portrait" });
  });
});

describe("a grant", () => {
  it.each([
    [{ sourceId: "nowhere" }, 404, /There is no source "nowhere"/],
    [{ until: "2020-01-01" }, 400, /last day, 2020-01-01, is over/],
    [{ until: "tomorrow" }, 400, /until/],
    [{ uses: [] }, 400, /uses/],
    [{ uses: ["train", "train"] }, 400, /each use once/],
    [{ uses: ["sell"] }, 400, /uses/],
    [{ document: " " }, 400, /document/],
  ])("with %j is refused", async (given, status, message) => {
    await expect(record(given)).rejects.toMatchObject({
      problem: { status },
      message: expect.stringMatching(message),
    });
  });

  it("that is not there cannot be revoked", async () => {
    await expect(api.as("operator").call(grantsApi.revokeGrant, { params: { id: 4711 } })).rejects.toMatchObject({
      code: "not-found",
    });
  });

  it("keeps its source from being removed", async () => {
    await expect(api.as("operator").call(sourceApi.deleteSource, { params: { id: sourceId } })).rejects.toMatchObject({
      code: "conflict",
    });
  });
});
