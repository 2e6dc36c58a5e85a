/** Servers that the tests did not start: where a variable is set, that server is used instead of an embedded one. */
export const env = {
  databaseUrl: process.env.DATABASE_URL || undefined,
  redisUrl: process.env.REDIS_URL || undefined,
  s3Endpoint: process.env.S3_ENDPOINT || undefined,
  s3Region: process.env.S3_REGION || undefined,
  s3AccessKeyId: process.env.AWS_ACCESS_KEY_ID || undefined,
  s3SecretAccessKey: process.env.AWS_SECRET_ACCESS_KEY || undefined,
};
