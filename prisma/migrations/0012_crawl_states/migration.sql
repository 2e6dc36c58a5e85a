-- AlterTable
ALTER TABLE "crawls" ADD COLUMN     "paused_from" TEXT,
ADD COLUMN     "plan" JSONB,
ADD COLUMN     "query" TEXT,
ADD COLUMN     "turn" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "wanted" INTEGER;

-- What the schema language can't say.
ALTER TABLE crawls
  ADD CONSTRAINT crawls_state_known CHECK (state IN ('running', 'paused', 'done', 'stopped', 'failed', 'cancelled')),
  ADD CONSTRAINT crawls_paused_from_somewhere CHECK ((state = 'paused') = (paused_from IS NOT NULL)),
  ADD CONSTRAINT crawls_wanted_some CHECK (wanted > 0);
