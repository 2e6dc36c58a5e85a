-- A page of questions gets a number: five million slots that each named it by its text would be a gigabyte larger.
ALTER TABLE "review_tasks" ADD COLUMN     "number" BIGSERIAL NOT NULL,
ADD COLUMN     "slotted" BOOLEAN NOT NULL DEFAULT false;

-- Which turn of an answer a row is: 1 the first, each correction one more.
ALTER TABLE "human_answers" ADD COLUMN     "revision" SMALLINT NOT NULL DEFAULT 1;

-- One question of one page, before one person at a time.
CREATE TABLE "review_slots" (
    "task" BIGINT NOT NULL,
    "lease_until" TIMESTAMPTZ(3),
    "fence" INTEGER NOT NULL DEFAULT 0,
    "category" SMALLINT NOT NULL,
    "paged" BOOLEAN NOT NULL DEFAULT false,
    "purpose" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "reviewer" TEXT,

    CONSTRAINT "review_slots_pkey" PRIMARY KEY ("task","category")
);

-- What annotators want operators to look at; rows are only ever added.
CREATE TABLE "review_flags" (
    "id" BIGSERIAL NOT NULL,
    "review_task_id" TEXT NOT NULL,
    "asset_id" TEXT NOT NULL,
    "category" SMALLINT NOT NULL,
    "reviewer" TEXT NOT NULL,
    "note" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "review_flags_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "review_flags_asset_id_idx" ON "review_flags"("asset_id");
CREATE UNIQUE INDEX "review_tasks_number_key" ON "review_tasks"("number");
CREATE UNIQUE INDEX "human_answers_review_task_id_protocol_id_category_revision_key" ON "human_answers"("review_task_id", "protocol_id", "category", "revision");
CREATE INDEX "human_answers_reviewer_created_at_category_idx" ON "human_answers"("reviewer", "created_at", "category");

-- What the schema language can't say.
ALTER TABLE review_slots
  ADD CHECK (state IN ('waiting', 'open', 'leased', 'done', 'closed', 'skipped')),
  ADD CHECK ((state = 'leased') = (lease_until IS NOT NULL)),
  ADD CHECK (state NOT IN ('leased', 'done') OR reviewer IS NOT NULL),
  -- each claim leaves a dead row behind: they are cleared away long before they are a fifth of millions
  SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.05);

-- A claim is one walk of each: what nobody has, and what somebody had for too long.
-- Pages that test people come among the samples, as if they were some.
CREATE INDEX review_slots_open ON review_slots (category, (CASE purpose WHEN 'honeypot' THEN 'sample' ELSE purpose END), task)
  WHERE state = 'open';
CREATE INDEX review_slots_leased ON review_slots (category, lease_until) WHERE state = 'leased';
CREATE INDEX review_slots_apart ON review_slots (task) WHERE state = 'leased' AND NOT paged;
CREATE INDEX review_tasks_open ON review_tasks ((CASE purpose WHEN 'honeypot' THEN 'sample' ELSE purpose END), id) WHERE state = 'open';
CREATE INDEX review_tasks_leased ON review_tasks (lease_until) WHERE state = 'leased';
CREATE INDEX review_tasks_unslotted ON review_tasks (number) WHERE NOT slotted AND state IN ('open', 'leased');

-- Votes about an evaluation asset are of different people.
CREATE UNIQUE INDEX human_answers_one_vote ON human_answers (asset_id, protocol_id, category, reviewer, iteration)
  WHERE purpose NOT IN ('sample', 'import') AND revision = 1;

-- A page that has ended asks nothing more, whoever ended it; what somebody holds of it on its own may be finished.
CREATE FUNCTION end_slots() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE review_slots SET state = CASE new.state WHEN 'done' THEN 'closed' ELSE 'skipped' END, lease_until = NULL, paged = false
   WHERE task = new.number AND (state IN ('open', 'waiting') OR state = 'leased' AND paged);
  RETURN NULL;
END $$;
CREATE TRIGGER review_tasks_end_slots AFTER UPDATE OF state ON review_tasks FOR EACH ROW
  WHEN (new.state IN ('done', 'skipped') AND old.state NOT IN ('done', 'skipped')) EXECUTE FUNCTION end_slots();

CREATE TRIGGER review_flags_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON review_flags
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
