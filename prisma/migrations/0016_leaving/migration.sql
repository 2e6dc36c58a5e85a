-- Why an asset is not in the pool by what is said where it came from; what the filter withdrew it for stands beside it, and each comes and goes by itself.
ALTER TABLE "assets"
  ADD COLUMN "left_at" TIMESTAMPTZ(3),
  ADD COLUMN "left_because" TEXT;

-- AlterTable
ALTER TABLE "candidates" ADD COLUMN     "replaced_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "consent_rechecks"
  ADD COLUMN "departed" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "returned" INTEGER NOT NULL DEFAULT 0;

-- What the schema language can't say.
ALTER TABLE assets
  ADD CONSTRAINT assets_left_says_why CHECK ((left_at IS NULL) = (left_because IS NULL)),
  ADD CONSTRAINT assets_left_because_known CHECK (left_because IN ('opted-out', 'not-permitted', 'dead-link'));

CREATE OR REPLACE VIEW pool AS SELECT * FROM assets WHERE withdrawn_at IS NULL AND left_at IS NULL;

-- Whose source's grants began or ended is looked for every minute.
CREATE INDEX assets_not_left ON assets (source_id, id) WHERE left_at IS NULL;
CREATE INDEX assets_not_permitted ON assets (source_id, id) WHERE left_because = 'not-permitted';

-- Those that were asked about least lately come first; the others of a recheck follow by this order.
CREATE INDEX candidates_asked ON candidates (coalesce(consent_at, '-infinity'), id) WHERE status IN ('fetched', 'kept');
