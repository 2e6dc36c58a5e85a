-- What a gate's decision was made by; decisions from before have none of it.
ALTER TABLE "gate_decisions"
  ADD COLUMN "evidence" TEXT,
  ADD COLUMN "log_above" DOUBLE PRECISION,
  ADD COLUMN "log_below" DOUBLE PRECISION,
  ADD COLUMN "log_needed" DOUBLE PRECISION,
  ADD COLUMN "low" REAL,
  ADD COLUMN "high" REAL,
  ADD COLUMN "alpha" REAL,
  ADD COLUMN "attempt" SMALLINT,
  ADD COLUMN "labeller_id" TEXT,
  ADD COLUMN "evaluation_set_id" TEXT,
  ADD COLUMN "gold_error" REAL,
  ADD COLUMN "needed" INTEGER,
  ADD COLUMN "drifted" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "log_drift" DOUBLE PRECISION;

CREATE INDEX "gate_decisions_evaluation_set_id_labeller_id_idx" ON "gate_decisions"("evaluation_set_id", "labeller_id");

-- What the labeller had answered when a blind page asked people everything, settled categories too.
CREATE TABLE "audits" (
    "iteration" SMALLINT NOT NULL,
    "asset_id" TEXT NOT NULL,
    "labeller_id" TEXT NOT NULL,
    "value" SMALLINT[],

    CONSTRAINT "audits_pkey" PRIMARY KEY ("iteration","asset_id")
);

-- Accuracy and prevalence over the pool when an iteration closes.
CREATE TABLE "pool_estimates" (
    "iteration" SMALLINT NOT NULL,
    "category" SMALLINT NOT NULL,
    "option" SMALLINT NOT NULL,
    "n" INTEGER NOT NULL,
    "pool" INTEGER NOT NULL,
    "estimate" REAL NOT NULL,
    "low" REAL NOT NULL,
    "high" REAL NOT NULL,
    "normal_low" REAL NOT NULL,
    "normal_high" REAL NOT NULL,
    "classic" REAL NOT NULL,
    "lambda" REAL NOT NULL,
    "effective" REAL NOT NULL,

    CONSTRAINT "pool_estimates_pkey" PRIMARY KEY ("iteration","category","option")
);
