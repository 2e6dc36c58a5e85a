import type { Gates } from "@anyone/domain/filter/gate";
import type { AnswerCache } from "@anyone/domain/source/answer-cache";
import { type ImageType, isPassing, type Listing, type Validators } from "@anyone/domain/source/candidate";
import type { Heard } from "@anyone/domain/source/consent";
import type { SettingsOf, SourceKind } from "@anyone/domain/source/source";
import type { Bucket } from "@anyone/storage/s3-bucket";
import type { FetchRefused } from "../fetch/safe-fetch.ts";
import type { PoliteFetch } from "../polite-fetch.ts";

/** The operator's keys, by kind of source. */
export type ApiKeys = Readonly<Partial<Record<"flickr" | "unsplash" | "pixabay", string | undefined>>>;

/** What a connector may use of the world. */
export interface Reach {
  fetch: PoliteFetch;
  /** By which a picture's header is judged while the rest of it is on its way. */
  thresholds: Gates;
  /** Folders that folder sources may read, as real paths. */
  importRoots: readonly string[];
  /** Keys of the APIs that ask for one. */
  apiKeys: ApiKeys;
  /** Answers of APIs that may not be asked the same thing again so soon. */
  answers: AnswerCache;
  /** A bucket of the S3 server that the crawler was given. */
  bucket(name: string): Promise<Bucket>;
}

export interface Page {
  listings: Listing[];
  /** Where the next page begins; whatever the connector likes, given back to it unread. */
  cursor: string | null;
  /** Nothing follows. */
  done: boolean;
}

export interface ImageBytes extends Partial<Heard> {
  ok: true;
  bytes: Uint8Array;
  type: ImageType;
  /** Where they came from after redirects. */
  url: string;
  validators?: Validators;
}

export type ImageRefused = FetchRefused & Partial<Heard>;

export interface Head {
  ok: true;
  validators: Validators;
}

/** Under what a picture may be used, and who is to be named. */
export type Rights = Pick<Listing, "licence" | "licenceUrl" | "author" | "credit">;

/** Lists one kind of source and reads its images. Add a file, add it to `connectors.ts`, and it must pass `conformance.test.ts`. */
export interface Connector<Kind extends SourceKind> {
  kind: Kind;
  /**
   * One page. The same cursor gives the same page as long as the source stays as it is.
   * @param cursor null for the first page
   * @throws Unlisted when the source itself can't be read
   */
  list(settings: SettingsOf<Kind>, cursor: string | null, reach: Reach, signal?: AbortSignal): Promise<Page>;
  /** The bytes of one listed image, checked to be one; what goes wrong with it is a value. */
  read(settings: SettingsOf<Kind>, url: string, reach: Reach, signal?: AbortSignal): Promise<ImageBytes | ImageRefused>;
  /**
   * By what the bytes of a listed picture are recognised now, without reading them: where they lie on no web host, which tells that in its headers.
   * @throws Unlisted when the source itself can't be looked at
   */
  head?(settings: SettingsOf<Kind>, url: string, reach: Reach, signal?: AbortSignal): Promise<Head | ImageRefused>;
  /**
   * What a listed picture's rights are now, where each picture has its own and may change them. Undefined where the source no longer shows it: what
   * it was given under before stands.
   * @throws Unlisted when the source can't be asked
   */
  rights?(
    settings: SettingsOf<Kind>,
    externalId: string,
    reach: Reach,
    signal?: AbortSignal,
  ): Promise<Rights | undefined>;
}

/** A source that can't be listed. `retryAfterMs` when it only asked to be left alone for a while. */
export class Unlisted extends Error {
  readonly reason: string;
  readonly passing: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(
    reason: string,
    message: string,
    { passing = false, retryAfterMs }: { passing?: boolean; retryAfterMs?: number } = {},
  ) {
    super(message);
    this.name = "Unlisted";
    this.reason = reason;
    this.passing = passing;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A page that could not be fetched, said of the source. */
export function unlisted(what: string, refused: FetchRefused): Unlisted {
  const passing = isPassing(refused.reason);
  return new Unlisted(refused.reason, `${what}: ${refused.detail}`, { passing, retryAfterMs: refused.retryAfterMs });
}
