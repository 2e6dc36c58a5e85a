import { createHash } from "node:crypto";
import { mkdtemp, realpath, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readRecheck, startRecheck } from "@anyone/db/consent-rechecks";
import { readConsent } from "@anyone/db/evidence";
import { SourceId } from "@anyone/domain/ids";
import { SourceSettings } from "@anyone/domain/source/source";
import { next } from "@anyone/queues/job";
import { recheckConsent } from "@anyone/queues/jobs/source";
import { openStore } from "@anyone/storage/open-store";
import { s3Bucket } from "@anyone/storage/s3-bucket";
import { s3 } from "@anyone/test/support/servers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectorOf } from "./connectors/connectors.ts";
import { largeJpeg, PROHIBITED, xmpPacket } from "./consent/pictures.fixture.ts";
import { type SafeFetcher, safeFetcher } from "./fetch/safe-fetch.ts";
import { lookAgain } from "./look-again.ts";
import { politeReach, SourceStage } from "./source-stage.fixture.ts";

const sourceId = SourceId.parse("own");
const picture = (name: string, xmp?: string) => largeJpeg(xmp === undefined ? {} : { xmp }, name);

/** Where an operator keeps pictures. */
interface Place {
  settings: SourceSettings;
  urlOf(name: string): string;
  put(name: string, bytes: Uint8Array): Promise<unknown>;
  remove(name: string): Promise<unknown>;
}

let folder: string;
let fetcher: SafeFetcher;
let environment: Awaited<ReturnType<typeof s3>>["environment"];
let stage: SourceStage;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "look-")));
  fetcher = safeFetcher({ allowPrivate: new Set() }, "test");
});
afterAll(async () => {
  await fetcher.close();
  await rm(folder, { recursive: true });
});

async function onDisk(): Promise<Place> {
  const path = await mkdtemp(join(folder, "pictures-"));
  return {
    settings: SourceSettings.parse({ kind: "folder", path }),
    urlOf: (name) => pathToFileURL(join(path, name)).href,
    put: (name, bytes) => writeFile(join(path, name), bytes),
    remove: (name) => rm(join(path, name)),
  };
}

async function inBucket(): Promise<Place> {
  const { url, environment: own } = await s3();
  environment = own;
  const store = await openStore(url, own);
  const { hostname: bucket, pathname } = new URL(url);
  const prefix = `${pathname.slice(1)}/`;
  return {
    settings: SourceSettings.parse({ kind: "s3", bucket, prefix }),
    urlOf: (name) => `s3://${bucket}/${prefix}${name}`,
    put: (name, bytes) => store.put(name, bytes),
    remove: (name) => store.delete(name),
  };
}

/** Puts pictures at a place and fetches them. */
async function fetched(place: Place, ...names: string[]): Promise<void> {
  for (const name of names) await place.put(`${name}.jpg`, picture(name));
  const reach = politeReach(fetcher);
  stage = await SourceStage.open({
    folder,
    reach: (db) => ({ ...reach(db), importRoots: [folder], bucket: async (name) => s3Bucket(name, environment) }),
  });
  await stage.context.sources.save({ id: sourceId, settings: place.settings });
  await stage.crawl(sourceId, names.length);
}

async function recheck() {
  const recheckId = await stage.db.transaction((tx) => startRecheck(tx, { olderThanDays: 0, why: "a test" }));
  await stage.performAll(next(recheckConsent, { recheckId }));
  return readRecheck(stage.db, recheckId);
}

async function candidates(): Promise<unknown[]> {
  return stage.db.query(
    `SELECT check_found AS found, missing_since IS NOT NULL AS missing, replaced_at IS NOT NULL AS replaced
     FROM candidates ORDER BY external_id`,
  );
}

describe.each([
  ["a folder", onDisk],
  ["a bucket", inBucket],
] as const)("a picture in %s", (_where, open) => {
  let place: Place;
  beforeEach(async () => {
    place = await open();
  });

  const known = async (name: string, bytes: Uint8Array) => {
    const url = place.urlOf(name);
    const image = await connectorOf(place.settings).read(place.settings, url, stage.context.reach);
    const validators = (image.ok && image.validators) || null;
    return { url, sha256: createHash("sha256").update(bytes).digest("hex"), bytes: bytes.length, validators };
  };

  it("is not read again while it is recognised", async () => {
    await fetched(place, "a");
    const { head } = connectorOf(place.settings);
    const { url, ...rest } = await known("a.jpg", picture("a"));
    const looked = await lookAgain(
      { url, ...rest },
      {
        head: async () =>
          (await head?.(place.settings, url, stage.context.reach)) ?? { ok: false, reason: "bad-url", detail: "" },
        read: () => Promise.reject(new Error("it was read")),
      },
    );
    expect(looked).toEqual({ found: "unchanged", heard: { asked: [], evidence: [] } });
  });

  it("is found unchanged, changed, kept out of training or gone, by one recheck", async () => {
    await fetched(place, "changes", "goes", "opts", "stays");
    await place.put("changes.jpg", picture("another"));
    await place.put("opts.jpg", picture("opts", xmpPacket(PROHIBITED)));
    await place.remove("goes.jpg");
    expect(await recheck()).toMatchObject({ found: 4, unchanged: 1, changed: 1, optedOut: 1, gone: 1, unanswered: 0 });
    expect(await candidates()).toMatchObject([
      { found: "changed", replaced: true },
      { found: "gone", missing: true },
      { found: "opted-out" },
      { found: "unchanged" },
    ]);
    const [opts] = await stage.db.query<{ id: string }>("SELECT id FROM candidates WHERE check_found = 'opted-out'");
    expect(await readConsent(stage.db, opts?.id ?? "")).toMatchObject({ reservedBy: "iptc-data-mining" });
    expect(await recheck()).toMatchObject({ unchanged: 2, changed: 0, optedOut: 1, gone: 1 });
  });

  it("is not looked at again before its time, though nobody was asked", async () => {
    await fetched(place, "a");
    await stage.db.query("UPDATE candidates SET consent_at = consent_at - interval '40 days'");
    await recheck();
    const again = await stage.db.transaction((tx) => startRecheck(tx, { olderThanDays: 1, why: "a test" }));
    await stage.performAll(next(recheckConsent, { recheckId: again }));
    expect(await readRecheck(stage.db, again)).toMatchObject({ found: 0 });
  });
});

describe("a folder", () => {
  it("that was copied anew has its pictures read once, and recognised from then on", async () => {
    const place = await onDisk();
    await fetched(place, "a");
    const path = "path" in place.settings ? place.settings.path : "";
    await utimes(join(path, "a.jpg"), new Date(), new Date("2020-01-01"));
    const validators = async () =>
      (await stage.db.query<{ validators: unknown }>("SELECT validators FROM candidates"))[0]?.validators;
    const before = await validators();
    expect(await recheck()).toMatchObject({ unchanged: 1 });
    const after = await validators();
    expect(after).not.toEqual(before);
    expect(await recheck()).toMatchObject({ unchanged: 1 });
    expect(await validators()).toEqual(after);
  });

  it("that is not there says nothing of its pictures", async () => {
    const place = await onDisk();
    await fetched(place, "a");
    const path = "path" in place.settings ? place.settings.path : "";
    await rename(path, `${path}-elsewhere`);
    expect(await recheck()).toMatchObject({ found: 1, unanswered: 1, gone: 0 });
    expect(await candidates()).toMatchObject([{ found: null, missing: false }]);
    await rename(`${path}-elsewhere`, path);
    expect(await recheck()).toMatchObject({ unchanged: 1 });
  });
});
