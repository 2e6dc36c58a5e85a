import { join } from "node:path";
import type { Client } from "@anyone/contracts/client";
import { grantsApi } from "@anyone/contracts/grants";
import { sourceApi } from "@anyone/contracts/source";
import { SourceId } from "@anyone/domain/ids";
import { SourceSettings } from "@anyone/domain/source/source";
import { copyPhotographs, PHOTOGRAPHS_LICENCE } from "@anyone/drawn-world/photographs";
import { BUCKET } from "@anyone/drawn-world/servers/s3";
import type { DrawnWorld } from "./world.ts";

/** A source of the drawn world, or of the photographs that npm packages carry. */
export interface DemoSource {
  id: string;
  settings: Record<string, unknown>;
  /** Whether the pool's watch crawls it. */
  automatic: boolean;
  /** What takes somebody's leave: the drawn world gives it, as a photo site would in a contract. */
  granted?: boolean;
}

export interface SourcesRequest {
  world: DrawnWorld;
  /** The photographs are copied below it. */
  home: string;
  /** Images on a page of what is not crawled by itself. */
  page: number;
  /** Share of each page that is fetched. */
  shares: { flickr: number; laion: number };
}

/** What the drawn world's hosts put up with, and its photo sites grant a key. */
const politeness = { perSecond: 40, concurrency: 4 };
const quota = { requests: 3_600, perSeconds: 3_600 };
const DRAWN = "Apache-2.0";

/** What the platform's services must know to reach the drawn world. */
export function environmentFor({ allow, apiKey, s3Endpoint }: DrawnWorld): Record<string, string> {
  return {
    FETCH_ALLOW_PRIVATE: allow,
    FLICKR_API_KEY: apiKey,
    UNSPLASH_ACCESS_KEY: apiKey,
    PIXABAY_API_KEY: apiKey,
    ...(othersBuckets() ? {} : { S3_ENDPOINT: s3Endpoint, AWS_ACCESS_KEY_ID: apiKey, AWS_SECRET_ACCESS_KEY: apiKey }),
    CONTACT: "demo@localhost.invalid",
  };
}

/** A crawler knows one S3 server: where the platform's objects lie on another, the drawn bucket is out of reach. */
function othersBuckets(): boolean {
  return Boolean(process.env.S3_ENDPOINT);
}

/** The two that the demo's pool is filled from. */
export function automaticSources({ world, shares }: SourcesRequest): DemoSource[] {
  const flickr = { kind: "flickr", endpoint: world.flickrEndpoint, perPage: 200, share: shares.flickr, politeness };
  const laion = { kind: "laion", files: world.laionFiles, share: shares.laion, politeness };
  return [
    { id: "drawn-flickr", automatic: true, settings: flickr },
    { id: "drawn-laion", automatic: true, settings: laion },
  ];
}

/** A source of every other kind. */
export async function otherSources({ world, home, page }: SourcesRequest): Promise<DemoSource[]> {
  const photographs = join(home, "photographs");
  await copyPhotographs(photographs);
  const source = (id: string, settings: DemoSource["settings"], granted = false): DemoSource => ({
    id,
    settings,
    granted,
    automatic: false,
  });
  const { unsplashEndpoint, pixabayEndpoint } = world;
  return [
    source("photographs", { kind: "folder", path: photographs, licence: PHOTOGRAPHS_LICENCE }),
    source(
      "drawn-unsplash",
      { kind: "unsplash", endpoint: unsplashEndpoint, perPage: Math.min(page, 30), quota, politeness },
      true,
    ),
    source("drawn-pixabay", { kind: "pixabay", endpoint: pixabayEndpoint, perPage: page, quota, politeness }, true),
    source("drawn-list", {
      kind: "url-list",
      files: world.listFiles,
      rowsPerPage: page,
      licence: DRAWN,
      politeness,
    }),
    ...(othersBuckets()
      ? []
      : [source("drawn-bucket", { kind: "s3", bucket: BUCKET, keysPerPage: page, licence: DRAWN })]),
    source("drawn-deepfashion", {
      kind: "deepfashion-multimodal",
      path: await world.dataset("deepfashion"),
      filesPerPage: page,
    }),
    source("drawn-shhq", { kind: "shhq", path: await world.dataset("shhq"), filesPerPage: page }),
  ];
}

/** Takes so many candidates from every source that the pool's watch leaves alone and that has more. */
export async function crawlByHand(client: Client, target: number): Promise<void> {
  const { items } = await client.call(sourceApi.listSources);
  const { items: running } = await client.call(sourceApi.listCrawls, { query: { state: "running" } });
  for (const { id, automatic, exhaustedAt } of items) {
    if (automatic || exhaustedAt !== null || running.some(({ sourceId }) => sourceId === id)) continue;
    await client.call(sourceApi.startCrawl, { body: { sourceId: SourceId.parse(id), target } });
  }
}

/** Sets a source up. A photo site whose terms forbid crawls is used by a grant, recorded as an operator would record one. */
export async function putSource(client: Client, { id, settings, granted, automatic }: DemoSource): Promise<void> {
  const sourceId = SourceId.parse(id);
  const body = { settings: SourceSettings.parse(settings), enabled: true, automatic };
  await client.call(sourceApi.putSource, { params: { id: sourceId }, body });
  if (granted) await grantOnce(client, sourceId);
}

async function grantOnce(client: Client, sourceId: SourceId): Promise<void> {
  const { items } = await client.call(grantsApi.listGrants, { query: { sourceId } });
  if (items.some(({ state }) => state === "in-force")) return;
  await client.call(grantsApi.recordGrant, {
    body: {
      sourceId,
      grantedBy: "the drawn world",
      uses: ["collect", "store", "train"],
      until: null,
      document: `packages/drawn-world, ${DRAWN}`,
    },
  });
}
