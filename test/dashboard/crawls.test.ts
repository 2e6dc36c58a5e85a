import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMAND, commandEnvironment, runCommand } from "../support/command.ts";
import { openScene, SCREENSHOTS, type Scene } from "./stage.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ people: 3 });
}, 120_000);
afterAll(() => scene?.close());

const environment = () => commandEnvironment(scene.url, scene.keys.admin);
const anyone = (...args: string[]) => runCommand(environment(), ...args);

const stateOf = async (id: string) =>
  (await scene.db.query<{ state: string }>("select state from crawls where id = $1", [id]))[0]?.state;
const sources = async () =>
  (await scene.db.query<{ id: string }>("select id from sources order by id")).map(({ id }) => id);

describe("the crawls on the source page", () => {
  it("are paused, resumed and, asked twice, cancelled; what was listed is given up", async () => {
    const { page, context, complaints } = await scene.window("admin");
    await page.goto(`${scene.url}/source`);
    const row = page.getByRole("table", { name: "crawls" }).getByRole("row").filter({ hasText: "asked for by" });
    const running = row.filter({ hasText: "drawn-flickr" });
    await running.getByRole("button", { name: "Pause" }).click();
    await running.getByText("paused", { exact: true }).waitFor();
    expect(await stateOf("crawl-2")).toBe("paused");
    await page.screenshot({ path: `${SCREENSHOTS}/crawl-paused.png` });
    await running.getByRole("button", { name: "Resume" }).click();
    await running.getByText("running", { exact: true }).waitFor();
    const [task] = await scene.db.query("select payload from tasks where name = 'source.discover'");
    expect(task).toEqual({ payload: { crawlId: "crawl-2", page: 2, turn: 1 } });

    await running.getByRole("button", { name: "Cancel" }).click();
    expect(await stateOf("crawl-2")).toBe("running");
    await page.getByRole("button", { name: "Sure?" }).click();
    await page.getByText("cancelled by grace").first().waitFor();
    expect(await stateOf("crawl-2")).toBe("cancelled");
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});

describe("anyone crawl", () => {
  it("says in a dry run what is allowed and what it will take, and leaves nothing behind", async () => {
    const before = await sources();
    const args = ["crawl", "--source", "flickr", "--query", "Street portrait", "--limit", "50", "--dry-run"];
    const { code, out } = await anyone(...args);
    expect(code).toBe(0);
    expect(out).toMatch(/collect +yes {2}The terms allow it/);
    expect(out).toMatch(/3600 requests in 60 min for a key; of flickr key 1a2b3c4d \d+ of 360 may leave at once/);
    expect(out).toMatch(/Estimate for 50 accepted images: about \d+ candidates\. \d+ of \d+ judged candidates/);
    expect(await sources()).toEqual(before);
    const told = JSON.parse((await anyone(...args, "--json")).out);
    expect(told).toMatchObject({ sourceId: "flickr-street-portrait", refusal: null, quota: { requests: 3600 } });
  }, 60_000);

  it("refuses what terms forbid, and says which grant is needed and how it is recorded", async () => {
    const { code, err } = await anyone("crawl", "--source", "unsplash", "--query", "hats", "--limit", "5");
    expect(code).toBe(1);
    expect(err).toMatch(/may not be crawled without a grant to collect, store and train/);
    expect(err).toContain("anyone grant record unsplash-hats --uses collect,store,train --by");
    expect(await sources()).toContain("unsplash-hats");
  }, 60_000);

  it.each([
    [["crawl", "nowhere"], /There is no source "nowhere", and no kind/],
    [["crawl", "flickr"], /what is to be searched for\? For example: anyone crawl --source flickr --query/],
    [["crawl", "laion"], /needs its files.*anyone crawl my-laion --settings/],
    [["crawl", "laion-people", "--query", "hats"], /which is not searched by words/],
    [["crawl", "pause", "no-such-crawl"], /There is no crawl "no-such-crawl"/],
  ])(
    "says what is missing: %j",
    async (args, sentence) => {
      const { code, err } = await anyone(...args);
      expect(code).toBe(1);
      expect(err).toMatch(sentence);
    },
    60_000,
  );

  it("makes a source of a kind and a query, and, interrupted, says that the crawl goes on and how to halt it", async () => {
    const args = ["crawl", "--source", "flickr", "--query", "velvet coat", "--limit", "40"];
    const child = spawn(process.execPath, [COMMAND, ...args], { env: environment() });
    let said = "";
    child.stderr.on("data", (text) => {
      said += text;
    });
    await expect.poll(() => said, { timeout: 30_000 }).toContain("0 of 40 accepted");
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([130, null]);
    const [crawl] = await scene.db.query<{ id: string; state: string; target: number }>(
      "select id, state, target from crawls where source_id = 'flickr-velvet-coat'",
    );
    expect(crawl).toMatchObject({ state: "running", target: 4_000 });
    expect(said).toContain(`The crawl goes on. Pause it: anyone crawl pause ${crawl?.id}`);

    const id = crawl?.id ?? "";
    expect((await anyone("crawl", "pause", id)).out).toContain(`anyone crawl resume ${id}`);
    expect((await anyone("crawl", "list")).out).toMatch(new RegExp(`${id} +flickr-velvet-coat +paused`));
    const beside = await anyone("crawl", "flickr-velvet-coat", "--limit", "5");
    expect(beside.err).toMatch(/is paused\. Go on with it: anyone crawl resume/);
    expect((await anyone("crawl", "resume", id)).code).toBe(0);
    expect((await anyone("crawl", "cancel", id)).out).toContain("is cancelled");
    expect(await stateOf(id)).toBe("cancelled");
  }, 90_000);
});
