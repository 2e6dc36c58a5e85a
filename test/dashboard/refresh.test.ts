import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandEnvironment, runCommand } from "../support/command.ts";
import { openScene, SCREENSHOTS, type Scene } from "./stage.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ people: 3 });
}, 120_000);
afterAll(() => scene?.close());

const anyone = (...args: string[]) => runCommand(commandEnvironment(scene.url, scene.keys.admin), ...args);

describe("asking again about the pool", () => {
  it("is nothing yet: the page and the command say what it would be", async () => {
    const { page, context, complaints } = await scene.window("admin");
    await page.goto(`${scene.url}/source`);
    await page.getByText("Nobody was asked again yet").waitFor();
    expect((await anyone("consent")).out).toMatch(/^No recheck yet/);
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  it("is looked at without asking anybody, and refuses what is no number of days", async () => {
    await scene.db.query("UPDATE candidates SET consent_at = now() - interval '40 days' WHERE status = 'kept'");
    const { code, out } = await anyone("pool", "refresh", "--dry-run");
    expect(code).toBe(0);
    expect(out).toMatch(/^\d+ pictures would be asked about\. Nobody was asked\./);
    expect(out).toContain("drawn-flickr");
    expect((await anyone("pool", "refresh", "--dry-run", "--older-than", "50d")).out).not.toMatch(/^0 /);
    const refused = await anyone("pool", "refresh", "--older-than", "soon");
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("Days are needed") });
    expect(await scene.db.query("SELECT FROM consent_rechecks")).toEqual([]);
  }, 60_000);

  it("begins with a button, and its table tells what it found and what left the pool by it", async () => {
    const { page, context, complaints } = await scene.window("admin");
    await page.goto(`${scene.url}/source`);
    await page.getByRole("button", { name: "Ask now" }).click();
    await page.getByRole("button", { name: "Asking…" }).waitFor();
    await scene.db.query(
      `UPDATE consent_rechecks SET listed = true, found = 40, unchanged = 30, opted_out = 3, gone = 5, unanswered = 2, departed = 4, returned = 1,
         finished_at = now()`,
    );
    await page.getByText(/by itself every 7 days, not before/).waitFor();
    const row = page.getByRole("table", { name: "asked again" }).getByRole("row").nth(1);
    await row.getByText("40 of 40").waitFor();
    const cells = await row.getByRole("cell").allInnerTexts();
    expect(cells.slice(0, 10)).toEqual(["every source", "done", "40 of 40", "30", "0", "3", "5", "2", "4", "1"]);
    await page.getByRole("table", { name: "asked again" }).scrollIntoViewIfNeeded();
    await page.screenshot({ path: `${SCREENSHOTS}/refresh.png` });
    expect((await anyone("consent")).out).toMatch(/left the pool +came back/);
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);

  it("leaves its mark on the picture's own page and on its asset's", async () => {
    const [asset] = await scene.db.query<{ id: string; candidateId: string }>(
      `UPDATE assets SET left_at = now(), left_because = 'opted-out', withdrawn_at = now(), withdrawn_reason = 'small-face'
       WHERE candidate_id = 'drawn-flickr.3' RETURNING id, candidate_id AS "candidateId"`,
    );
    await scene.db.query(
      `UPDATE candidates SET checked_at = now(), check_found = 'gone', missing_since = now() - interval '2 days', dead_at = now(), replaced_at = now()
       WHERE id = $1`,
      [asset?.candidateId],
    );
    const { page, context, complaints } = await scene.window("admin");
    await page.goto(`${scene.url}/assets/${asset?.id}`);
    await page.getByText("no: opted-out").waitFor();
    await page.getByText("no: small-face").waitFor();
    await page.screenshot({ path: `${SCREENSHOTS}/left-pool.png` });
    await page.goto(`${scene.url}/candidates/${asset?.candidateId}`);
    await page.getByText("dead link").waitFor();
    await page.getByText("another picture lies there now").waitFor();
    await page.goto(`${scene.url}/source`);
    await page.getByText("out of the pool now: 1 opted-out").waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  }, 60_000);
});
