/** Servers that the tests did not start: where a variable is set, that server is used instead of an embedded one. */
export const env = {
  databaseUrl: process.env.DATABASE_URL || undefined,
  redisUrl: process.env.REDIS_URL || undefined,
  s3Endpoint: process.env.S3_ENDPOINT || undefined,
  s3Region: process.env.S3_REGION || undefined,
  s3AccessKeyId: process.env.AWS_ACCESS_KEY_ID || undefined,
  s3SecretAccessKey: process.env.AWS_SECRET_ACCESS_KEY || undefined,
};

/** The S3 variables under the names the object store takes. */
export function s3Environment() {
  return {
    S3_ENDPOINT: env.s3Endpoint,
    S3_REGION: env.s3Region,
    AWS_ACCESS_KEY_ID: env.s3AccessKeyId,
    AWS_SECRET_ACCESS_KEY: env.s3SecretAccessKey,
  };
}

/** Where a Redis of this machine would answer: the queue tests run on it as well. */
export const LOCAL_REDIS = "redis://127.0.0.1:6379";
