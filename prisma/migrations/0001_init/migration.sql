-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "protocols" (
    "id" TEXT NOT NULL,
    "content" JSONB NOT NULL,
    "sha256" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "protocols_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "labellers" (
    "id" TEXT NOT NULL,
    "number" SMALLINT NOT NULL,
    "protocol_id" TEXT NOT NULL,
    "model" TEXT NOT NULL,
    "tier" TEXT NOT NULL,
    "object_key" TEXT,
    "sha256" TEXT,
    "iteration" SMALLINT,
    "trained_on" INTEGER NOT NULL DEFAULT 0,
    "facts" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "promoted_at" TIMESTAMPTZ(3),

    CONSTRAINT "labellers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "answers" (
    "asset_id" TEXT NOT NULL,
    "protocol_id" TEXT NOT NULL,
    "value" SMALLINT[],
    "confidence" SMALLINT[],
    "giver" SMALLINT[],
    "labeller" SMALLINT NOT NULL,
    "answered_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "answers_pkey" PRIMARY KEY ("asset_id","protocol_id")
);

-- CreateTable
CREATE TABLE "reports" (
    "id" TEXT NOT NULL,
    "checkpoint_id" TEXT NOT NULL,
    "version" SMALLINT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "settings" JSONB NOT NULL DEFAULT '{}',
    "grid_key" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "reports_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "metrics" (
    "report_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'measured',
    "value" DOUBLE PRECISION,
    "low" DOUBLE PRECISION,
    "high" DOUBLE PRECISION,
    "n" INTEGER,
    "seed" INTEGER,
    "method" TEXT NOT NULL,
    "model" JSONB,

    CONSTRAINT "metrics_pkey" PRIMARY KEY ("report_id","name")
);

-- CreateTable
CREATE TABLE "promotions" (
    "id" TEXT NOT NULL,
    "slot" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "previous" TEXT,
    "promoted" BOOLEAN NOT NULL,
    "rule" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "facts" JSONB NOT NULL DEFAULT '{}',
    "decided_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "promotions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "schedules" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "cron" TEXT,
    "zone" TEXT NOT NULL DEFAULT 'UTC',
    "growth" INTEGER,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "fired_at" TIMESTAMPTZ(3),
    "fires" INTEGER NOT NULL DEFAULT 0,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "schedules_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "assets" (
    "id" TEXT NOT NULL,
    "candidate_id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "original_key" TEXT NOT NULL,
    "image_key" TEXT NOT NULL,
    "thumbnail_key" TEXT NOT NULL,
    "parts_key" TEXT NOT NULL,
    "phash" BIGINT NOT NULL,
    "group_id" TEXT NOT NULL,
    "person_box" REAL[],
    "face_box" REAL[],
    "keypoints" REAL[],
    "part_shares" REAL[],
    "cut_parts" SMALLINT[] DEFAULT ARRAY[]::SMALLINT[],
    "brisque" REAL NOT NULL,
    "measures" JSONB NOT NULL DEFAULT '{}',
    "models" JSONB NOT NULL DEFAULT '[]',
    "admitted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "assets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "dataset_versions" (
    "number" SMALLINT NOT NULL,
    "name" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'cutting',
    "protocol_id" TEXT NOT NULL,
    "labeller_id" TEXT,
    "seed" INTEGER NOT NULL DEFAULT 1,
    "policy" JSONB NOT NULL DEFAULT '{}',
    "manifest_key" TEXT,
    "manifest_sha256" TEXT,
    "counts" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "dataset_versions_pkey" PRIMARY KEY ("number")
);

-- CreateTable
CREATE TABLE "dataset_items" (
    "version" SMALLINT NOT NULL,
    "asset_id" TEXT NOT NULL,
    "split" TEXT NOT NULL,
    "shard" SMALLINT NOT NULL,
    "record" JSONB NOT NULL,

    CONSTRAINT "dataset_items_pkey" PRIMARY KEY ("version","asset_id")
);

-- CreateTable
CREATE TABLE "shards" (
    "version" SMALLINT NOT NULL,
    "number" SMALLINT NOT NULL,
    "split" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'planned',
    "key" TEXT,
    "sha256" TEXT,
    "bytes" INTEGER,
    "count" INTEGER NOT NULL,

    CONSTRAINT "shards_pkey" PRIMARY KEY ("version","number")
);

-- CreateTable
CREATE TABLE "evaluation_sets" (
    "id" TEXT NOT NULL,
    "protocol_id" TEXT NOT NULL,
    "seed" INTEGER NOT NULL,
    "size" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "frozen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "evaluation_sets_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "evaluation_items" (
    "set_id" TEXT NOT NULL,
    "asset_id" TEXT NOT NULL,
    "group_id" TEXT NOT NULL,

    CONSTRAINT "evaluation_items_pkey" PRIMARY KEY ("set_id","asset_id")
);

-- CreateTable
CREATE TABLE "iterations" (
    "number" SMALLINT NOT NULL,
    "protocol_id" TEXT NOT NULL,
    "evaluation_set_id" TEXT,
    "trigger" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'sampling',
    "policy" JSONB NOT NULL,
    "asked" SMALLINT[],
    "settled" SMALLINT[],
    "labeller_before" TEXT,
    "labeller_after" TEXT,
    "human_answers" INTEGER NOT NULL DEFAULT 0,
    "scores" JSONB,
    "stop_reason" TEXT,
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "iterations_pkey" PRIMARY KEY ("number")
);

-- CreateTable
CREATE TABLE "samples" (
    "iteration" SMALLINT NOT NULL,
    "asset_id" TEXT NOT NULL,
    "probability" REAL NOT NULL,

    CONSTRAINT "samples_pkey" PRIMARY KEY ("iteration","asset_id")
);

-- CreateTable
CREATE TABLE "review_tasks" (
    "id" TEXT NOT NULL,
    "iteration" SMALLINT NOT NULL,
    "asset_id" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "categories" SMALLINT[],
    "blind" BOOLEAN NOT NULL DEFAULT true,
    "state" TEXT NOT NULL DEFAULT 'open',
    "reviewer" TEXT,
    "fence" INTEGER NOT NULL DEFAULT 0,
    "lease_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "review_tasks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "human_answers" (
    "id" BIGSERIAL NOT NULL,
    "review_task_id" TEXT NOT NULL,
    "asset_id" TEXT NOT NULL,
    "protocol_id" TEXT NOT NULL,
    "category" SMALLINT NOT NULL,
    "value" SMALLINT NOT NULL,
    "text" TEXT,
    "reviewer" TEXT NOT NULL,
    "iteration" SMALLINT NOT NULL,
    "purpose" TEXT NOT NULL,
    "milliseconds" INTEGER,
    "idempotency_key" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "human_answers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "gate_decisions" (
    "iteration" SMALLINT NOT NULL,
    "category" SMALLINT NOT NULL,
    "n" INTEGER NOT NULL,
    "correct" INTEGER NOT NULL,
    "accuracy" REAL,
    "lower_bound" REAL,
    "over_bound" BOOLEAN NOT NULL,
    "over_point" BOOLEAN NOT NULL,
    "verdict" TEXT NOT NULL,

    CONSTRAINT "gate_decisions_pkey" PRIMARY KEY ("iteration","category")
);

-- CreateTable
CREATE TABLE "sources" (
    "id" TEXT NOT NULL,
    "connector" TEXT NOT NULL,
    "settings" JSONB NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "automatic" BOOLEAN NOT NULL DEFAULT true,
    "cursor" TEXT,
    "exhausted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sources_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "crawls" (
    "id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    "why" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'running',
    "target" INTEGER NOT NULL,
    "cursor" TEXT,
    "pages" INTEGER NOT NULL DEFAULT 0,
    "listed" INTEGER NOT NULL DEFAULT 0,
    "found" INTEGER NOT NULL DEFAULT 0,
    "stop_reason" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "crawls_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "candidates" (
    "id" TEXT NOT NULL,
    "source_id" TEXT NOT NULL,
    "crawl_id" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "landing_url" TEXT,
    "licence" TEXT,
    "licence_url" TEXT,
    "author" TEXT,
    "caption" TEXT,
    "width" INTEGER,
    "height" INTEGER,
    "claims" JSONB,
    "status" TEXT NOT NULL DEFAULT 'listed',
    "reason" TEXT,
    "verdict" JSONB,
    "sha256" TEXT,
    "object_key" TEXT,
    "bytes" INTEGER,
    "content_type" TEXT,
    "fetched_from" TEXT,
    "listed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "fetched_at" TIMESTAMPTZ(3),
    "filtered_at" TIMESTAMPTZ(3),

    CONSTRAINT "candidates_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host_budgets" (
    "host" TEXT NOT NULL,
    "next_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "requests" BIGINT NOT NULL DEFAULT 0,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "host_budgets_pkey" PRIMARY KEY ("host")
);

-- CreateTable
CREATE TABLE "pool_triggers" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "action" TEXT NOT NULL,
    "pool" INTEGER NOT NULL,
    "in_flight" INTEGER NOT NULL,
    "lower" INTEGER NOT NULL,
    "upper" INTEGER NOT NULL,
    "reason" TEXT NOT NULL,
    "crawl_ids" TEXT[],

    CONSTRAINT "pool_triggers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tasks" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "stage" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'ready',
    "priority" SMALLINT NOT NULL DEFAULT 0,
    "fence" INTEGER NOT NULL DEFAULT 0,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "attempts" SMALLINT NOT NULL DEFAULT 0,
    "lease_seconds" SMALLINT NOT NULL DEFAULT 12,
    "next_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lease_until" TIMESTAMPTZ(6),
    "dispatched_at" TIMESTAMPTZ(6),
    "parent" TEXT,
    "reason" TEXT,
    "traceparent" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(6),
    "finished_at" TIMESTAMPTZ(6),

    CONSTRAINT "tasks_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "events" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "stage" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "data" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "events_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "settings" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_by" TEXT NOT NULL DEFAULT 'system',

    CONSTRAINT "settings_pkey" PRIMARY KEY ("key")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL DEFAULT 'operator',
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "runs" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "recipe" TEXT NOT NULL,
    "config" JSONB NOT NULL,
    "arm" TEXT,
    "seed" INTEGER NOT NULL DEFAULT 0,
    "version" SMALLINT,
    "iteration" SMALLINT,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "attempt" SMALLINT NOT NULL DEFAULT 0,
    "worker" TEXT,
    "lease_until" TIMESTAMPTZ(3),
    "step" INTEGER NOT NULL DEFAULT 0,
    "steps" INTEGER NOT NULL DEFAULT 0,
    "result" JSONB,
    "reason" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "runs_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run_metrics" (
    "run_id" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "run_metrics_pkey" PRIMARY KEY ("run_id","name","step")
);

-- CreateTable
CREATE TABLE "checkpoints" (
    "id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "attempt" SMALLINT NOT NULL,
    "manifest_key" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "current" BOOLEAN NOT NULL DEFAULT false,
    "promoted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "checkpoints_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "labellers_number_key" ON "labellers"("number");

-- CreateIndex
CREATE INDEX "answers_protocol_id_labeller_idx" ON "answers"("protocol_id", "labeller");

-- CreateIndex
CREATE UNIQUE INDEX "assets_candidate_id_key" ON "assets"("candidate_id");

-- CreateIndex
CREATE INDEX "assets_group_id_idx" ON "assets"("group_id");

-- CreateIndex
CREATE INDEX "assets_admitted_at_idx" ON "assets"("admitted_at");

-- CreateIndex
CREATE UNIQUE INDEX "dataset_versions_name_key" ON "dataset_versions"("name");

-- CreateIndex
CREATE INDEX "dataset_items_version_shard_idx" ON "dataset_items"("version", "shard");

-- CreateIndex
CREATE INDEX "evaluation_items_asset_id_idx" ON "evaluation_items"("asset_id");

-- CreateIndex
CREATE INDEX "samples_asset_id_idx" ON "samples"("asset_id");

-- CreateIndex
CREATE INDEX "review_tasks_state_purpose_idx" ON "review_tasks"("state", "purpose");

-- CreateIndex
CREATE INDEX "review_tasks_iteration_state_idx" ON "review_tasks"("iteration", "state");

-- CreateIndex
CREATE INDEX "human_answers_asset_id_idx" ON "human_answers"("asset_id");

-- CreateIndex
CREATE INDEX "human_answers_iteration_idx" ON "human_answers"("iteration");

-- CreateIndex
CREATE UNIQUE INDEX "human_answers_idempotency_key_category_key" ON "human_answers"("idempotency_key", "category");

-- CreateIndex
CREATE INDEX "crawls_source_id_state_idx" ON "crawls"("source_id", "state");

-- CreateIndex
CREATE INDEX "candidates_status_idx" ON "candidates"("status");

-- CreateIndex
CREATE INDEX "candidates_crawl_id_status_idx" ON "candidates"("crawl_id", "status");

-- CreateIndex
CREATE INDEX "candidates_sha256_idx" ON "candidates"("sha256");

-- CreateIndex
CREATE UNIQUE INDEX "candidates_source_id_external_id_key" ON "candidates"("source_id", "external_id");

-- CreateIndex
CREATE INDEX "pool_triggers_at_idx" ON "pool_triggers"("at");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys"("hash");

-- CreateIndex
CREATE INDEX "runs_state_created_at_idx" ON "runs"("state", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "checkpoints_run_id_step_attempt_key" ON "checkpoints"("run_id", "step", "attempt");

-- AddForeignKey
ALTER TABLE "metrics" ADD CONSTRAINT "metrics_report_id_fkey" FOREIGN KEY ("report_id") REFERENCES "reports"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "dataset_items" ADD CONSTRAINT "dataset_items_version_fkey" FOREIGN KEY ("version") REFERENCES "dataset_versions"("number") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "shards" ADD CONSTRAINT "shards_version_fkey" FOREIGN KEY ("version") REFERENCES "dataset_versions"("number") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "evaluation_items" ADD CONSTRAINT "evaluation_items_set_id_fkey" FOREIGN KEY ("set_id") REFERENCES "evaluation_sets"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "crawls" ADD CONSTRAINT "crawls_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "candidates" ADD CONSTRAINT "candidates_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "candidates" ADD CONSTRAINT "candidates_crawl_id_fkey" FOREIGN KEY ("crawl_id") REFERENCES "crawls"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "run_metrics" ADD CONSTRAINT "run_metrics_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "runs"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


