-- AlterTable
ALTER TABLE "assets" ADD COLUMN     "withdrawn_at" TIMESTAMPTZ(3),
ADD COLUMN     "withdrawn_reason" TEXT;

-- CreateTable
CREATE TABLE "threshold_versions" (
    "id" SERIAL NOT NULL,
    "values" JSONB NOT NULL,
    "hash" TEXT NOT NULL,
    "note" TEXT,
    "made_by" TEXT NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "threshold_versions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rejudges" (
    "id" SERIAL NOT NULL,
    "thresholds" TEXT NOT NULL,
    "tasks" INTEGER NOT NULL,
    "tasks_done" INTEGER NOT NULL DEFAULT 0,
    "judged" INTEGER NOT NULL DEFAULT 0,
    "newly_kept" INTEGER NOT NULL DEFAULT 0,
    "newly_dropped" INTEGER NOT NULL DEFAULT 0,
    "to_measure" INTEGER NOT NULL DEFAULT 0,
    "to_fetch" INTEGER NOT NULL DEFAULT 0,
    "started_by" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "rejudges_pkey" PRIMARY KEY ("id")
);

-- What the schema language can't say.
ALTER TABLE assets ADD CONSTRAINT assets_withdrawn_says_why CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL));

-- A verdict names the thresholds that decided: they stay as they were.
CREATE TRIGGER threshold_versions_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON threshold_versions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What is open to annotation, review and release. A withdrawn asset stays in `assets`, where lineage finds it.
CREATE VIEW pool AS SELECT * FROM assets WHERE withdrawn_at IS NULL;
