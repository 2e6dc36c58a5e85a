-- CreateTable
CREATE TABLE "answer_imports" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "reviewer" TEXT NOT NULL DEFAULT '',
    "position" BIGINT NOT NULL DEFAULT 0,
    "chunk_start" BIGINT NOT NULL DEFAULT 0,
    "accepted" BIGINT NOT NULL DEFAULT 0,
    "repeated" BIGINT NOT NULL DEFAULT 0,
    "rejected" BIGINT NOT NULL DEFAULT 0,
    "state" TEXT NOT NULL DEFAULT 'open',
    "started_by" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "answer_imports_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhooks" (
    "id" SERIAL NOT NULL,
    "url" TEXT NOT NULL,
    "events" TEXT[],
    "secret" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),
    "fence" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),

    CONSTRAINT "webhooks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook_deliveries" (
    "id" BIGSERIAL NOT NULL,
    "webhook_id" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_status" INTEGER,
    "last_error" TEXT,
    "delivered_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "answer_imports_sha256_reviewer_key" ON "answer_imports"("sha256", "reviewer");

-- CreateIndex
CREATE INDEX "webhook_deliveries_webhook_id_state_id_idx" ON "webhook_deliveries"("webhook_id", "state", "id");

-- AddForeignKey
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_webhook_id_fkey" FOREIGN KEY ("webhook_id") REFERENCES "webhooks"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE answer_imports
  ADD CONSTRAINT answer_imports_state_known CHECK (state IN ('open', 'done')),
  ADD CONSTRAINT answer_imports_counts CHECK (chunk_start <= position);
ALTER TABLE webhook_deliveries
  ADD CONSTRAINT webhook_deliveries_state_known CHECK (state IN ('waiting', 'delivered', 'dead'));

-- One row for each address that asked for it. Whoever calls it is in the transaction of what is told: both are committed or neither.
CREATE FUNCTION tell_webhooks(told text, facts jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO webhook_deliveries (webhook_id, type, data)
  SELECT id, told, facts FROM webhooks WHERE removed_at IS NULL AND told = ANY (events) ORDER BY id
$$;

-- A page's answers are one message. Imported answers are told once, when their file is done; copies under a newer version of the
-- protocol were told when they were given.
CREATE FUNCTION tell_saved_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM webhooks WHERE removed_at IS NULL AND 'answer.saved' = ANY (events)) THEN
    PERFORM tell_webhooks('answer.saved', facts) FROM (
      SELECT jsonb_build_object('task', review_task_id, 'asset', asset_id, 'protocol', protocol_id, 'reviewer', reviewer,
               'iteration', iteration, 'purpose', purpose, 'categories', jsonb_agg(category ORDER BY category)) AS facts
        FROM saved WHERE purpose <> 'import' AND carried_from IS NULL
       GROUP BY review_task_id, asset_id, protocol_id, reviewer, iteration, purpose ORDER BY min(id)) AS pages;
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER human_answers_are_told AFTER INSERT ON human_answers
  REFERENCING NEW TABLE AS saved FOR EACH STATEMENT EXECUTE FUNCTION tell_saved_answers();

-- Categories over the bar are those in `settled`: one that comes is graduated, one that goes is asked of people again.
CREATE FUNCTION tell_iterations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  category smallint;
BEGIN
  FOR category IN SELECT unnest(NEW.settled) EXCEPT SELECT unnest(OLD.settled) ORDER BY 1 LOOP
    PERFORM tell_webhooks('category.graduated',
      jsonb_build_object('category', category, 'iteration', NEW.number, 'protocol', NEW.protocol_id));
  END LOOP;
  FOR category IN SELECT unnest(OLD.settled) EXCEPT SELECT unnest(NEW.settled) ORDER BY 1 LOOP
    PERFORM tell_webhooks('drift.alarm',
      jsonb_build_object('category', category, 'iteration', NEW.number, 'protocol', NEW.protocol_id));
  END LOOP;
  IF NEW.state = 'closed' AND OLD.state <> 'closed' THEN
    PERFORM tell_webhooks('iteration.closed', jsonb_build_object('iteration', NEW.number, 'protocol', NEW.protocol_id,
      'settled', to_jsonb(NEW.settled), 'humanAnswers', NEW.human_answers, 'stopReason', NEW.stop_reason));
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER iterations_are_told AFTER UPDATE OF settled, state ON iterations
  FOR EACH ROW EXECUTE FUNCTION tell_iterations();
