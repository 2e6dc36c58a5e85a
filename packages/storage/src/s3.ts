import { type Fault, fault } from "@anyone/domain/fault";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from "@aws-sdk/client-s3";
import { assertKey } from "./keys.ts";
import type { Store } from "./store.ts";

/** Address and secrets, named as in the environment. Without an endpoint the client talks to AWS. */
export interface S3Environment {
  S3_ENDPOINT?: string | undefined;
  S3_REGION?: string | undefined;
  AWS_ACCESS_KEY_ID?: string | undefined;
  AWS_SECRET_ACCESS_KEY?: string | undefined;
}

export interface S3Options extends S3Environment {
  bucket: string;
  /** Every key lies below it; no slash at either end; may be empty. */
  prefix?: string;
  /** Milliseconds without a byte after which a request is given up and tried again. */
  silenceMs?: number;
}

/** Objects in a bucket that exists already. */
export function s3Store(options: S3Options): Store {
  const { bucket } = options;
  const client = new S3Client(clientConfig(options));
  const base = options.prefix ? `${options.prefix}/` : "";
  const fullKey = (key: string) => {
    assertKey(key);
    return base + key;
  };

  async function write(key: string, bytes: Uint8Array, contentType: string | undefined, ifAbsent: boolean) {
    const condition = ifAbsent ? { IfNoneMatch: "*" } : {};
    await client.send(
      new PutObjectCommand({ Bucket: bucket, Key: fullKey(key), Body: bytes, ContentType: contentType, ...condition }),
    );
  }

  async function read(key: string, range?: string): Promise<NonNullable<GetObjectCommandOutput["Body"]>> {
    const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: fullKey(key), Range: range }));
    if (answer.Body === undefined) throw fault("unavailable", `The S3 server sent no body for ${key}.`);
    return answer.Body;
  }

  return {
    put: (key, bytes, { contentType } = {}) => guarded("write", key, () => write(key, bytes, contentType, false)),

    async putIfAbsent(key, bytes, { contentType } = {}) {
      try {
        await write(key, bytes, contentType, true);
        return true;
      } catch (error) {
        // 412: the key is taken. 409: another writer is taking it at this moment, and will have written the same key.
        const status = statusOf(error);
        if (status === 412 || status === 409) return false;
        throw s3Fault("write", key, bucket, error);
      }
    },

    get: (key) => guarded("read", key, async () => (await read(key)).transformToByteArray()),

    open(key, { start = 0, end } = {}) {
      if (end !== undefined && end <= start) return Promise.resolve(new Blob([]).stream());
      const range = start === 0 && end === undefined ? undefined : `bytes=${start}-${end === undefined ? "" : end - 1}`;
      return guarded("read", key, async () => (await read(key, range)).transformToWebStream());
    },

    async has(key) {
      try {
        await client.send(new HeadObjectCommand({ Bucket: bucket, Key: fullKey(key) }));
        return true;
      } catch (error) {
        if (statusOf(error) === 404) return false;
        throw s3Fault("read", key, bucket, error);
      }
    },

    size: (key) =>
      guarded("read", key, async () => {
        const answer = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: fullKey(key) }));
        return answer.ContentLength ?? 0;
      }),

    delete: (key) =>
      guarded("delete", key, async () => {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: fullKey(key) }));
      }),

    async *list(prefix) {
      try {
        for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: base + prefix })) {
          for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key.slice(base.length);
        }
      } catch (error) {
        throw s3Fault("list", prefix, bucket, error);
      }
    },
  };

  async function guarded<Result>(verb: string, key: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw s3Fault(verb, key, bucket, error);
    }
  }
}

/** Makes the bucket unless it is there. */
export async function ensureBucket(options: S3Options): Promise<void> {
  const client = new S3Client(clientConfig(options));
  try {
    await client.send(new CreateBucketCommand({ Bucket: options.bucket }));
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (name !== "BucketAlreadyOwnedByYou" && name !== "BucketAlreadyExists") {
      throw s3Fault("make the bucket", options.bucket, options.bucket, error);
    }
  } finally {
    client.destroy();
  }
}

/** Removes a bucket with everything in it. */
export async function removeBucket(options: S3Options): Promise<void> {
  const client = new S3Client(clientConfig(options));
  const bucket = { Bucket: options.bucket };
  try {
    for await (const page of paginateListObjectsV2({ client }, bucket)) {
      for (const { Key } of page.Contents ?? []) await client.send(new DeleteObjectCommand({ ...bucket, Key }));
    }
    await client.send(new DeleteBucketCommand(bucket));
  } catch (error) {
    if (statusOf(error) !== 404) throw s3Fault("remove the bucket", options.bucket, options.bucket, error);
  } finally {
    client.destroy();
  }
}

const SILENCE_MS = 10_000;

/** How every client of this package talks to its server. */
export function clientConfig({ silenceMs = SILENCE_MS, ...environment }: S3Options): S3ClientConfig {
  const { S3_ENDPOINT, S3_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = environment;
  return {
    region: S3_REGION ?? "us-east-1",
    maxAttempts: 3,
    // Of silence, not of the whole request: a large object may take its time. The client's `requestTimeout` only warns.
    requestHandler: { connectionTimeout: 5_000, socketTimeout: silenceMs },
    // Servers of one's own rarely answer to bucket.host.
    ...(S3_ENDPOINT ? { endpoint: S3_ENDPOINT, forcePathStyle: true } : {}),
    ...(AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY
      ? { credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } }
      : {}),
  };
}

/** What a server or its client said, as a fault with a way out. */
export function s3Fault(verb: string, key: string, bucket: string, error: unknown): Error {
  if (error instanceof Error && error.name === "Fault") return error;
  const name = error instanceof Error ? error.name : "";
  if (name === "NoSuchBucket") return noBucket(bucket, error);
  const status = statusOf(error);
  if (name === "XMinioStorageFull" || status === 507) {
    return fault("unavailable", `The disk of the S3 server is full: it can't ${verb} ${key}.`, {
      cause: error,
      hint: "Free some space there; the work goes on by itself.",
    });
  }
  if (status === 404) return fault("not-found", `There is no object ${key}.`, { cause: error });
  if (status === 401 || status === 403 || name === "CredentialsProviderError") {
    return fault("bad-environment", `The S3 server refused to ${verb} ${key}: ${name}.`, {
      cause: error,
      hint: "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the rights of that key on the bucket.",
    });
  }
  return fault("unavailable", `The S3 server can't ${verb} ${key}: ${name || String(error)}.`, {
    cause: error,
    hint: "Check S3_ENDPOINT and that the server runs.",
  });
}

function noBucket(bucket: string, cause: unknown): Fault {
  return fault("bad-environment", `There is no bucket "${bucket}" on the S3 server.`, {
    cause,
    hint: "Create it, or name another in OBJECTS_URL.",
  });
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}
