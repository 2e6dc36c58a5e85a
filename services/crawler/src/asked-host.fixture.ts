import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { candidateIdOf, insertListed } from "@anyone/db/candidates";
import type { OpenDatabase } from "@anyone/db/client";
import { readRecheck, startRecheck } from "@anyone/db/consent-rechecks";
import { startCrawl } from "@anyone/db/crawls";
import { readConsent } from "@anyone/db/evidence";
import { AssetId, type CandidateId, SourceId } from "@anyone/domain/ids";
import { SourceSettings } from "@anyone/domain/source/source";
import type { NextTask } from "@anyone/domain/tasks";
import { chunks } from "@anyone/queues/chunks";
import { next } from "@anyone/queues/job";
import { fetchCandidates, recheckConsent } from "@anyone/queues/jobs/source";
import { largeJpeg, PROHIBITED, xmpPacket } from "./consent/pictures.fixture.ts";
import { type SafeFetcher, safeFetcher } from "./fetch/safe-fetch.ts";
import { politeReach, SourceStage } from "./source-stage.fixture.ts";

export const sourceId = SourceId.parse("list");
export const GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

/** A host that gives a picture for every name, and the source stage that asks it: on a new database after each `begin`. */
export class AskedHost {
  /** What the host does for a path, beyond giving its picture. */
  headers: Record<string, Record<string, string>> = {};
  statuses: Record<string, number> = {};
  /** What it answers when it is asked, as Flickr is, for the licence of a picture: the id of one, by the picture's name. */
  licences: Record<string, number> = {};
  /** What lies at a path instead of its own picture: the name of another one. */
  pictures: Record<string, string> = {};
  asked: string[] = [];
  readonly #server: Server;
  readonly #folder: string;
  #fetcher: SafeFetcher | undefined;
  #stage: SourceStage | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#server = createServer((request, response) => {
      const path = request.url ?? "";
      this.asked.push(`${request.method} ${path}`);
      if (path.startsWith("/services/rest/")) return void response.end(this.#photo(new URL(path, this.origin)));
      if (!path.endsWith(".jpg")) return void response.writeHead(404).end();
      const status = this.statuses[path];
      if (status) return void response.writeHead(status).end();
      const xmp = xmpOf(path);
      const what = this.pictures[path] ?? path;
      const bytes = largeJpeg(xmp === undefined ? {} : { xmp }, what);
      response.writeHead(200, { etag: `"${what}"`, "content-length": bytes.length, ...this.headers[path] });
      return void response.end(request.method === "HEAD" ? undefined : bytes);
    });
  }

  static async open(): Promise<AskedHost> {
    const host = new AskedHost(await mkdtemp(join(tmpdir(), "consent-")));
    await new Promise<void>((resolve) => host.#server.listen(0, "127.0.0.1", resolve));
    host.#fetcher = safeFetcher({ allowPrivate: new Set([new URL(host.origin).host]) }, "test");
    return host;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get stage(): SourceStage {
    if (!this.#stage) throw new Error("begin first");
    return this.#stage;
  }

  get db(): OpenDatabase {
    return this.stage.db;
  }

  #photo({ searchParams }: URL): string {
    const name = searchParams.get("photo_id") ?? "";
    const license = this.licences[name];
    if (license === undefined) return JSON.stringify({ stat: "fail", code: 1, message: "Photo not found" });
    const owner = { nsid: "7@N01", username: "ada" };
    return JSON.stringify({ stat: "ok", photo: { id: name, license, title: { _content: name }, owner } });
  }

  /** @param kind of the source that its pictures come from */
  async begin(kind: "url-list" | "flickr" = "url-list"): Promise<void> {
    [this.headers, this.statuses, this.licences, this.pictures, this.asked] = [{}, {}, {}, {}, []];
    const reach = politeReach(this.#fetcher as SafeFetcher, { flickr: "a key" });
    this.#stage = await SourceStage.open({ folder: this.#folder, reach });
    const politeness = { perSecond: 1000, concurrency: 8 };
    const place =
      kind === "flickr" ? { endpoint: `${this.origin}/services/rest/` } : { files: [`${this.origin}/list.txt`] };
    await this.stage.context.sources.save({
      id: sourceId,
      settings: SourceSettings.parse({ kind, ...place, politeness }),
    });
  }

  async close(): Promise<void> {
    await this.#fetcher?.close();
    this.#server.close();
    await rm(this.#folder, { recursive: true });
  }

  /** Does tasks and those that follow; returns all that were done. */
  async perform(...tasks: NextTask[]): Promise<NextTask[]> {
    const before = this.stage.done.length;
    await this.stage.performAll(...tasks);
    return this.stage.done.slice(before);
  }

  /** Lists and fetches pictures of the host by their names. */
  async fetched(...names: string[]): Promise<CandidateId[]> {
    const crawlId = await this.db.transaction((tx) =>
      startCrawl(tx, { sourceId, target: 999, trigger: "manual", why: "a test" }),
    );
    const listings = names.map((name) => ({ externalId: name, url: `${this.origin}/${name}.jpg` }));
    await this.db.transaction((tx) => insertListed(tx, { sourceId, crawlId }, listings));
    const ids = names.map(idOf);
    await this.perform(...chunks(ids, 64).map((candidateIds) => next(fetchCandidates, { candidateIds })));
    return ids;
  }

  /** Makes assets of fetched pictures, as the filter does of what it keeps. */
  async kept(...names: string[]): Promise<void> {
    for (const name of names) {
      await this.db.query("UPDATE candidates SET status = 'kept' WHERE id = $1", [idOf(name)]);
      await this.db.query(
        `INSERT INTO assets (id, candidate_id, source_id, width, height, original_key, image_key, thumbnail_key, parts_key, phash, group_id, brisque)
         VALUES ($1, $2, $3, 1, 1, 'o', 'i', 't', 'p', 0, $1, 0)`,
        [assetIdOf(name), idOf(name), sourceId],
      );
    }
  }

  async recheck(options: { most?: number; olderThanDays?: number } = {}) {
    this.asked = [];
    const recheckId = await this.db.transaction((tx) =>
      startRecheck(tx, { olderThanDays: 0, ...options, why: "a test" }),
    );
    const tasks = await this.perform(next(recheckConsent, { recheckId }));
    return { tasks, now: await readRecheck(this.db, recheckId) };
  }

  consentOf(name: string) {
    return readConsent(this.db, idOf(name));
  }

  async statusOf(name: string): Promise<string | undefined> {
    const [row] = await this.db.query<{ status: string; reason: string | null }>(
      "SELECT status, reason FROM candidates WHERE id = $1",
      [idOf(name)],
    );
    return row?.reason ?? row?.status;
  }

  /** What is known of a picture's address. */
  async link(name: string) {
    const [row] = await this.db.query(
      `SELECT check_found AS found, checked_at > now() - interval '1 minute' AS just, missing_since IS NOT NULL AS missing,
         dead_at IS NOT NULL AS dead, replaced_at IS NOT NULL AS replaced FROM candidates WHERE id = $1`,
      [idOf(name)],
    );
    return row;
  }
}

export const idOf = (name: string) => candidateIdOf(sourceId, name);

/** The asset of a picture whose name is one hex digit. */
export const assetIdOf = (name: string) => AssetId.parse(name.repeat(64));

function xmpOf(path: string): string | undefined {
  if (path.startsWith("/prohibited")) return xmpPacket(PROHIBITED);
  return path.startsWith("/generated") ? xmpPacket(`Iptc4xmpExt:DigitalSourceType="${GENERATED}"`) : undefined;
}
