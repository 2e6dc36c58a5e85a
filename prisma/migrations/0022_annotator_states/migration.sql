-- Who put which annotator into quarantine, or back to work, when and why.
CREATE TABLE "annotator_states" (
    "id" SERIAL NOT NULL,
    "reviewer" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "set_by" TEXT NOT NULL,
    "set_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "annotator_states_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "annotator_states_reviewer_id_idx" ON "annotator_states"("reviewer", "id");

-- The right answers of pages that test people, as they were known when the page was added.
CREATE TABLE "honeypots" (
    "review_task_id" TEXT NOT NULL,
    "protocol_id" TEXT NOT NULL,
    "truth" SMALLINT[],
    "added_by" TEXT NOT NULL,
    "added_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "honeypots_pkey" PRIMARY KEY ("review_task_id")
);

-- The page in whose place this one is, because its annotator is in quarantine.
ALTER TABLE "review_tasks" ADD COLUMN     "replaces" TEXT;

CREATE INDEX "human_answers_reviewer_id_idx" ON "human_answers"("reviewer", "id");

-- What the schema language can't say: value rules, rows that may only be added, partial indexes, and whose answers stand.
ALTER TABLE annotator_states
  ADD CONSTRAINT annotator_states_known CHECK (state IN ('quarantined', 'restored')),
  ADD CONSTRAINT annotator_states_say_why CHECK (reason <> '');
CREATE TRIGGER annotator_states_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON annotator_states
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER honeypots_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON honeypots
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE INDEX review_tasks_by_reviewer ON review_tasks (reviewer, state) WHERE reviewer IS NOT NULL;
CREATE INDEX review_tasks_replacements ON review_tasks (replaces) WHERE replaces IS NOT NULL;

CREATE VIEW quarantined_annotators AS
  SELECT s.reviewer, s.reason, s.set_by, s.set_at FROM annotator_states s
   WHERE s.state = 'quarantined'
     AND NOT EXISTS (SELECT FROM annotator_states later WHERE later.reviewer = s.reviewer AND later.id > s.id);
