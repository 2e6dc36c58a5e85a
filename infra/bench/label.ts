import { setTimeout as sleep } from "node:timers/promises";
import { layOut, numberOf, optionOf } from "../../test/dashboard/label-scene.ts";
import { openScene, type Scene, type Window } from "../../test/dashboard/stage.ts";
import { databaseUrl, withClient } from "../../test/support/postgres.ts";
import { openStores } from "../../test/support/stores.ts";
import type { BenchResult } from "./run.ts";

const PEOPLE = 48;
/** How long somebody who knows the keys looks at a picture before pressing one. */
const THOUGHT_MS = 900;
const ASKED = ["frame.shot", "person.age", "hair.style", "hair.color", "top.type", "top.pattern", "top.color"];

interface Way {
  name: string;
  /** Keys that lead there from the page as it opens. */
  keys: string[];
  categories: string[];
  thoughtMs: number;
}

const WAYS: readonly Way[] = [
  { name: "by question, grid", keys: [], categories: ["top.color"], thoughtMs: 0 },
  { name: "by question, single", keys: ["g"], categories: ["top.color"], thoughtMs: 0 },
  { name: "by picture", keys: ["m"], categories: ASKED, thoughtMs: 0 },
  {
    name: `by question, grid, ${THOUGHT_MS} ms of thought`,
    keys: [],
    categories: ["top.color"],
    thoughtMs: THOUGHT_MS,
  },
  {
    name: `by picture, ${THOUGHT_MS} ms of thought`,
    keys: ["m"],
    categories: ASKED.slice(0, 4),
    thoughtMs: THOUGHT_MS,
  },
];

/**
 * Somebody with a keyboard before the real page, API and database: a key as soon as the page shows what is next, or after
 * a moment of thought. A latency is from the key's own time stamp to the frame after the one that shows the next question
 * with all of its pictures decoded.
 */
export async function run(): Promise<BenchResult> {
  const stores = openStores({ durable: true });
  try {
    const { adminUrl, template } = await stores.postgres();
    const name = template.replace(/_template$/, "_bench");
    await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
    const scene = await openScene({ people: PEOPLE, databaseUrl: databaseUrl(adminUrl, name) });
    const table = [
      ["way", "answers", "recorded", "a minute", "next question p50", "p95", "next picture p50", "p95", "ms"],
    ];
    const figures: Record<string, number> = {};
    try {
      for (const way of WAYS) {
        const measured = await go(scene, way);
        table.push([way.name, ...measured.cells]);
        Object.assign(figures, measured.figures);
      }
    } finally {
      await scene.close();
    }
    return { table, figures };
  } finally {
    await stores.close();
  }
}

async function go(scene: Scene, way: Way): Promise<{ cells: string[]; figures: Record<string, number> }> {
  const before = await recorded(scene);
  await lay(scene, way);
  const { page, context } = await scene.window("annotator");
  await page.getByRole("button", { name: "by question" }).waitFor();
  await page.evaluate(PROBE);
  for (const key of way.keys) await page.keyboard.press(key);
  await page.locator("section[data-category]").waitFor();
  await page.evaluate("label.ready()");
  const began = performance.now();
  while (await step(page, way.thoughtMs));
  const took = performance.now() - began;
  await page.getByText("all saved").waitFor();
  const steps = await page.evaluate<{ ms: number; picture: boolean; answered: number }[]>("label.steps");
  const answered = await page.evaluate<number>("label.answered()");
  await context.close();
  const kept = (await recorded(scene)) - before;
  const question = steps.map(({ ms }) => ms);
  const picture = steps.filter((one) => one.picture).map(({ ms }) => ms);
  const perMinute = (answered / took) * 60_000;
  const key = way.name.replace(/\W+/g, "_");
  return {
    cells: [
      String(answered),
      String(kept),
      perMinute.toFixed(0),
      ...[question, picture].flatMap((all) => [0.5, 0.95].map((share) => quantile(all, share).toFixed(0))),
    ],
    figures: {
      [`${key}_per_minute`]: Math.round(perMinute),
      [`${key}_next_picture_p95_ms`]: quantile(picture, 0.95),
      [`${key}_lost`]: answered - kept,
    },
  };
}

/** Presses a key and waits for what comes next; false when nothing more waits. */
async function step(page: Window["page"], thoughtMs: number): Promise<boolean> {
  if (thoughtMs > 0) await sleep(thoughtMs);
  await page.keyboard.press("1");
  return page.evaluate<boolean>("label.shown()");
}

/** One page of these questions about each person, and nothing else that waits. */
async function lay(scene: Scene, { name, categories }: Way): Promise<void> {
  for (const id of ["special.type", "one_piece.type"]) {
    await scene.db.query("update answers set value[$1::int] = $2", [numberOf(id), optionOf(id, "none")]);
  }
  await scene.db.query("update answers set value[$1::int] = 1", [numberOf("top.type")]);
  const page = name.replace(/\W+/g, "-");
  await layOut(
    scene,
    scene.assetIds.map((_, asset) => ({ id: `${page}.${asset}`, asset, categories })),
  );
}

async function recorded({ db }: Scene): Promise<number> {
  const [row] = await db.query<{ n: number }>("select count(*)::int as n from human_answers where reviewer = 'ada'");
  return row?.n ?? 0;
}

/**
 * Runs in the page. `shown` waits for what the key brings: another question, field or picture, with every picture in
 * sight decoded, and one frame more, so that it is on the screen.
 */
const PROBE = `(() => {
  const label = { steps: [], at: 0, before: "", picture: "" };
  const field = () => document.querySelector('[data-testid="stage"], [data-testid="grid"]');
  const pictureNow = () => field()?.dataset.asset ?? field()?.querySelector("img")?.src ?? "";
  const now = () => {
    const section = document.querySelector("section[data-category]");
    if (!section) return document.body.textContent.includes("Nothing waits for you") ? "nothing" : "";
    const said = field()?.querySelectorAll("[data-state=queued], [data-state=saved]").length ?? 0;
    return [section.dataset.category, section.dataset.step, section.textContent.length, said, pictureNow(), field()?.getAttribute("aria-activedescendant")].join();
  };
  const decoded = () => [...(field()?.querySelectorAll("img") ?? [])].every((one) => one.complete && one.naturalWidth > 0);
  const frame = () => new Promise(requestAnimationFrame);
  addEventListener("keydown", (event) => {
    label.at = event.timeStamp;
    label.before = now();
    label.picture = pictureNow();
  }, true);
  label.ready = async () => { while (!now() || !decoded()) await frame(); };
  label.answered = () => Number(document.querySelector('[data-testid="pace"]').children[1].querySelector("dd").textContent.replace(/\\D/g, ""));
  label.shown = async () => {
    let after = now();
    while (after === "" || after === label.before || !decoded()) {
      await frame();
      after = now();
    }
    if (after === "nothing") return false;
    await frame();
    label.steps.push({ ms: performance.now() - label.at, picture: pictureNow() !== label.picture });
    return true;
  };
  globalThis.label = label;
})()`;

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) * 10) / 10;
}
