-- What a host said when it was last asked for a fetched picture, and since when it says that there is none. Null costs nothing: most pictures stay.
ALTER TABLE "candidates"
  ADD COLUMN "checked_at" TIMESTAMPTZ(3),
  ADD COLUMN "check_found" TEXT,
  ADD COLUMN "missing_since" DATE,
  ADD COLUMN "dead_at" TIMESTAMPTZ(3);

-- What the schema language can't say.
ALTER TABLE candidates
  ADD CONSTRAINT candidates_check_known CHECK (check_found IN ('unchanged', 'changed', 'opted-out', 'gone')),
  ADD CONSTRAINT candidates_check_dated CHECK ((checked_at IS NULL) = (check_found IS NULL)),
  ADD CONSTRAINT candidates_dead_was_missing CHECK (dead_at IS NULL OR missing_since IS NOT NULL);
