import { fault } from "@anyone/domain/fault";
import type { Validators } from "@anyone/domain/source/candidate";
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { clientConfig, type S3Environment, s3Fault } from "./s3.ts";

/** A bucket of somebody else's, to read from: its keys are whatever they are. */
export interface Bucket {
  /** Objects whose keys begin with `prefix` and come after `after` in the order of their bytes, at most `limit`. */
  list(request: BucketRequest): Promise<{ keys: string[]; more: boolean }>;
  /** A whole object. Faults: `not-found`, `bad-input` when it has more than `mostBytes`. */
  get(key: string, mostBytes: number, signal?: AbortSignal): Promise<{ bytes: Uint8Array; validators: Validators }>;
  /** By what an object is recognised, without a byte of it. Faults: `not-found`. */
  head(key: string, signal?: AbortSignal): Promise<Validators>;
}

export interface BucketRequest {
  prefix: string;
  after: string | undefined;
  limit: number;
  signal?: AbortSignal | undefined;
}

export function s3Bucket(bucket: string, environment: S3Environment): Bucket {
  const client = new S3Client(clientConfig({ bucket, ...environment }));
  return {
    async list({ prefix, after, limit, signal }) {
      const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, StartAfter: after, MaxKeys: limit });
      try {
        const answer = await client.send(command, abortedBy(signal));
        const keys = (answer.Contents ?? []).flatMap(({ Key }) => Key ?? []);
        return { keys, more: answer.IsTruncated ?? false };
      } catch (error) {
        signal?.throwIfAborted();
        throw s3Fault("list", prefix, bucket, error);
      }
    },

    async get(key, mostBytes, signal) {
      try {
        const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), abortedBy(signal));
        if ((answer.ContentLength ?? 0) > mostBytes) {
          throw fault("bad-input", `${key} has ${answer.ContentLength} bytes, the limit is ${mostBytes}.`);
        }
        if (answer.Body === undefined) throw fault("unavailable", `The S3 server sent no body for ${key}.`);
        return { bytes: await answer.Body.transformToByteArray(), validators: validatorsOf(answer) };
      } catch (error) {
        signal?.throwIfAborted();
        throw s3Fault("read", key, bucket, error);
      }
    },

    async head(key, signal) {
      try {
        return validatorsOf(await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), abortedBy(signal)));
      } catch (error) {
        signal?.throwIfAborted();
        throw s3Fault("look at", key, bucket, error);
      }
    },
  };
}

function validatorsOf({ ETag, LastModified }: { ETag?: string; LastModified?: Date }): Validators {
  return { ...(ETag ? { etag: ETag } : {}), ...(LastModified ? { lastModified: LastModified.toUTCString() } : {}) };
}

function abortedBy(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal ? { abortSignal: signal } : {};
}
