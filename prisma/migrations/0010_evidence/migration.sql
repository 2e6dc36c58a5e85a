-- What was said of training on a candidate, where, and when it was read. Rows are only added: a place that fell silent gets a row without a value.
CREATE TABLE "evidence" (
    "id" BIGSERIAL NOT NULL,
    "candidate_id" TEXT NOT NULL,
    "signal" TEXT NOT NULL,
    "stance" TEXT NOT NULL,
    "value" TEXT,
    "place" TEXT NOT NULL,
    "read_from" TEXT NOT NULL,
    "read_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "evidence_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "evidence_candidate_id_idx" ON "evidence"("candidate_id");
-- Most pictures have no such row: whether one is opted out costs one look into a small index.
CREATE INDEX "evidence_reserves" ON "evidence"("candidate_id") WHERE stance = 'reserves';

ALTER TABLE "evidence" ADD CONSTRAINT "evidence_candidate_id_fkey" FOREIGN KEY ("candidate_id") REFERENCES "candidates"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Which places were ever asked, one bit each, and when last; null when none was. Ten bytes a candidate say what a row for every silent place would.
ALTER TABLE "candidates"
  ADD COLUMN "consent_asked" SMALLINT,
  ADD COLUMN "consent_at" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "consent_rechecks" (
    "id" TEXT NOT NULL,
    "source_id" TEXT,
    "most" INTEGER,
    "before" TIMESTAMPTZ(3) NOT NULL,
    "why" TEXT NOT NULL,
    "listed" BOOLEAN NOT NULL DEFAULT false,
    "found" INTEGER NOT NULL DEFAULT 0,
    "unchanged" INTEGER NOT NULL DEFAULT 0,
    "changed" INTEGER NOT NULL DEFAULT 0,
    "opted_out" INTEGER NOT NULL DEFAULT 0,
    "gone" INTEGER NOT NULL DEFAULT 0,
    "unanswered" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "consent_rechecks_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "consent_rechecks_started_at_idx" ON "consent_rechecks"("started_at");
