import { NOT_ASKED, packAll } from "@anyone/domain/annotate/answer";
import { primeHuman } from "@anyone/domain/annotate/prime-human";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandEnvironment, runCommand } from "../support/command.ts";
import { openScene, SCREENSHOTS, type Scene } from "./stage.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ people: 3 });
}, 120_000);
afterAll(() => scene?.close());

const anyone = (...args: string[]) => runCommand(commandEnvironment(scene.url, scene.keys.admin), ...args);

/** So many more assets of Flickr, with the first one's picture, whose hat was answered so. */
async function addHats(option: string, count: number): Promise<void> {
  const value = packAll(primeHuman, { "hat.type": { value: option } });
  await scene.db.query(
    `with new as (select encode(sha256(convert_to($1 || n, 'UTF8')), 'hex') as id from generate_series(1, $2::int) as n),
       one as (select * from assets order by number limit 1),
       found as (insert into candidates (id, source_id, crawl_id, external_id, url, status)
         select id, 'drawn-flickr', 'crawl-1', id, 'https://images.example.org/' || id, 'kept' from new returning id),
       kept as (insert into assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key, phash, group_id, brisque)
         select found.id, found.id, 'drawn-flickr', width, height, image_key, image_key, thumbnail_key, parts_key, 0, found.id, 0 from found, one
         returning id)
     insert into answers (asset_id, protocol_id, value, confidence, giver, labeller) select id, $3, $4, $5, $5, 2 from kept`,
    [option, count, primeHuman.identity, value, value.map((packed) => (packed === NOT_ASKED ? 0 : 1))],
  );
}

describe("what the pool lacks", () => {
  it("is nothing while few assets were answered: page and command say what that takes", async () => {
    const { page, context, complaints } = await scene.window("admin");
    await page.goto(`${scene.url}/source`);
    await page.getByText("Nothing is missing yet").waitFor();
    await page.getByText("A category is judged from 20 visible answers on").waitFor();
    expect((await anyone("pool", "missing")).out).toMatch(/^Nothing is missing yet: in 3 answered assets/);
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  it("stands on the source page with its weights, and each aimed crawl with what it is for", async () => {
    await addHats("none", 380);
    await addHats("beret", 5);
    await addHats("hat", 15);
    await scene.db.query(
      `insert into crawls (id, source_id, trigger, why, state, target, query, plan)
       values ('crawl-9', 'drawn-flickr', 'pool-low', 'pool 400: under lower bound 500', 'done', 30, 'person beret', $1)`,
      [JSON.stringify({ category: "hat.type", option: "beret", have: 5, want: 20, weight: 0.088, lacking: 9 })],
    );
    // a reading is shared for a while after it was taken, and the page asks every half minute
    await expect.poll(async () => (await anyone("pool", "missing")).out, { timeout: 20_000 }).toContain("beret");
    const { page, context, complaints } = await scene.window("admin");
    await page.goto(`${scene.url}/source`);
    const table = page.getByRole("table", { name: "what is missing" });
    const beret = table.getByRole("row").filter({ hasText: "“person beret”" });
    await beret.getByText("hat · type").waitFor();
    // Of 20 that are wanted, 15 berets are missing.
    await beret.getByText("9.4 %").waitFor();
    await beret.getByText("drawn-flickr").waitFor();
    await page.getByText("unaimed targets: drawn-flickr").waitFor();
    const crawl = page.getByRole("table", { name: "crawls" }).getByRole("row").filter({ hasText: "“person beret”" });
    await crawl.getByText("for beret: 5 of 20, 8.8 %").waitFor();
    await table.scrollIntoViewIfNeeded();
    await page.screenshot({ path: `${SCREENSHOTS}/missing.png` });
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  it("is told by the command, with the words that are searched for; the list of crawls says what each was aimed at", async () => {
    const { code, out } = await anyone("pool", "missing", "--limit", "2");
    expect(code).toBe(0);
    expect(out).toMatch(/^9 options lack examples, in 403 answered assets:/);
    expect(out).toMatch(/hat\.type +\S+.* +0 +20 +12\.6 % +none yet +person /);
    expect(out).toContain("… and 7 more: --limit 9");
    const told = JSON.parse((await anyone("pool", "missing", "--json")).out);
    expect(told.items.reduce((sum: number, { weight }: { weight: number }) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect(told.sources).toMatchObject([{ sourceId: "drawn-flickr", searched: true }, { sourceId: "laion-people" }]);
    expect((await anyone("crawl", "list")).out).toMatch(
      /crawl-9 .*person beret .*aimed at beret \(hat\.type\): 5 of 20, 8\.8 % of what is missing/,
    );
    const refused = await anyone("pool", "missing", "--limit", "none");
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("--limit");
  }, 60_000);
});
