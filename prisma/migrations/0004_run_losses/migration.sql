-- Attempts fence; losses count. A run given back in good order (a preempted worker) may come again as often as it likes, only attempts
-- that ended without a result use up its patience, and each makes the next one wait longer.
ALTER TABLE "runs"
  ADD COLUMN "losses" SMALLINT NOT NULL DEFAULT 0,
  ADD COLUMN "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;
