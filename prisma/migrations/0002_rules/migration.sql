-- What the schema language can't say: value rules, partial indexes, and rows that may only be added.

ALTER TABLE tasks
  ADD CONSTRAINT tasks_state_known CHECK (state IN ('ready', 'leased', 'done', 'dead')),
  ADD CONSTRAINT tasks_lease_has_end CHECK ((state = 'leased') = (lease_until IS NOT NULL)),
  ADD CONSTRAINT tasks_dead_says_why CHECK (state <> 'dead' OR reason IS NOT NULL),
  -- A task's row changes about five times in its short life; space left in the page keeps the table from growing.
  SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);

-- Each index holds the rows of one state alone: a task enters and leaves it once, and most are done.
CREATE INDEX tasks_to_dispatch ON tasks (stage, priority DESC, next_at) WHERE state = 'ready' AND dispatched_at IS NULL;
CREATE INDEX tasks_dispatched ON tasks (stage, dispatched_at) WHERE state = 'ready' AND dispatched_at IS NOT NULL;
CREATE INDEX tasks_leased ON tasks (lease_until) WHERE state = 'leased';
CREATE INDEX tasks_dead ON tasks (stage, finished_at) WHERE state = 'dead';
CREATE INDEX tasks_done ON tasks (stage, finished_at) WHERE state = 'done';

-- What a person said stays said.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER human_answers_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON human_answers
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
