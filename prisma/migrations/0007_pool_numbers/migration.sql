-- An asset's place in the order of admission. The filter keeps every hash of the pool in memory and reads only what was admitted since: numbers
-- are given under the pool's lock, so a lower one never appears after a higher one. Near duplicates are no longer looked up by the database.
DROP INDEX "assets_phash_bands";
DROP FUNCTION phash_bands(bigint);

ALTER TABLE "assets"
  ADD COLUMN "number" BIGSERIAL NOT NULL,
  ADD COLUMN "detail_hash" BYTEA;

CREATE UNIQUE INDEX "assets_number_key" ON "assets"("number");
