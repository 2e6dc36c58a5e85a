import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildApp } from "@anyone/api/app";
import { apiKeys } from "@anyone/db/api-keys";
import { type OpenDatabase, openDatabase } from "@anyone/db/client";
import { protocolRepository } from "@anyone/db/protocols";
import { openVault } from "@anyone/db/sealed-secret";
import { taskStore } from "@anyone/db/tasks";
import { primeHumanDocument } from "@anyone/domain/annotate/prime-human";
import { openClient } from "@anyone/grpc/client";
import { ReviewServiceDefinition } from "@anyone/grpc/generated/anyone/v1/review";
import { serve } from "@anyone/grpc/server";
import { reviewService } from "@anyone/review/service";
import { openStore } from "@anyone/storage/open-store";
import { createDatabase } from "@anyone/test/support/servers";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { openBrowser } from "../support/browser.ts";
import { seedPool } from "./seed-pool.ts";
import { seedTurn } from "./seed-turn.ts";

const DASHBOARD = fileURLToPath(new URL("../../services/dashboard/dist", import.meta.url));
/** Where tests put what they photograph, for people to look at. */
export const SCREENSHOTS = fileURLToPath(new URL("../../.anyone/screenshots", import.meta.url));
const TOKEN = "a token that only tests know";

/** The API and the review service over a seeded database, the built dashboard, and a real browser before it. */
export interface Scene {
  url: string;
  db: OpenDatabase;
  browser: Browser;
  assetIds: string[];
  keys: Record<"admin" | "annotator", string>;
  /** A browser window signed in by the sign-in page; every error it says on its console fails the test that asks for it. */
  window(role: "admin" | "annotator", theme?: "light" | "dark"): Promise<Window>;
  /** Takes the API away, or brings it back at the same address. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

export interface Window {
  page: Page;
  context: BrowserContext;
  complaints: string[];
}

/** `databaseUrl` names a fresh, migrated database; without it the tests' own server makes one. */
export async function openScene({ people, databaseUrl }: { people: number; databaseUrl?: string }): Promise<Scene> {
  const db = openDatabase(databaseUrl ?? (await createDatabase()), { name: "dashboard test" });
  await mkdir(SCREENSHOTS, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), "anyone-scene-"));
  const store = await openStore(`file://${folder}`);
  const protocols = protocolRepository(db);
  await protocols.publish(primeHumanDocument);
  const [assetIds, browser] = await Promise.all([seedPool(db, store, people), openBrowser()]);
  await seedTurn(db, store, assetIds);

  const service = await serve("127.0.0.1:0", TOKEN, ReviewServiceDefinition, reviewService({ db, protocols }));
  const review = openClient(ReviewServiceDefinition, service.address, TOKEN);
  const keys = apiKeys(db);
  const build = () =>
    buildApp(
      {
        db,
        keys,
        tasks: taskStore(db),
        store,
        review: review.call,
        vault: openVault(TOKEN),
        webhookPrivate: new Set(),
      },
      { secret: TOKEN, dashboard: DASHBOARD, perMinute: 100_000 },
    );
  let app = await build();
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const made = {
    admin: (await keys.create("grace", "admin")).key,
    annotator: (await keys.create("ada", "annotator")).key,
  };

  async function window(role: "admin" | "annotator", theme: "light" | "dark" = "light"): Promise<Window> {
    const context = await browser.newContext({
      colorScheme: theme,
      locale: "en-US",
      viewport: { width: 1280, height: 800 },
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`${url}/sign-in`);
    await page.getByLabel("API key").fill(made[role]);
    await page.keyboard.press("Enter");
    await page.waitForURL((address) => address.pathname !== "/sign-in");
    // before signing in, asking who one is was refused
    complaints.length = 0;
    return { page, context, complaints };
  }

  return {
    url,
    db,
    browser,
    assetIds,
    keys: made,
    window,
    async down() {
      await app.close();
    },
    async up() {
      app = await build();
      await app.listen({ host: "127.0.0.1", port: Number(new URL(url).port) });
    },
    async close() {
      await browser.close();
      await app.close();
      review.close();
      await service.close();
      await db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
