-- AlterTable
ALTER TABLE "candidates" ADD COLUMN     "validators" JSONB;

-- DropTable
DROP TABLE "host_budgets";

-- CreateTable
CREATE TABLE "request_budgets" (
    "name" TEXT NOT NULL,
    "state" JSONB NOT NULL,
    "interval_ms" DOUBLE PRECISION,
    "burst" INTEGER,
    "concurrency" INTEGER,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "request_budgets_pkey" PRIMARY KEY ("name")
);

-- CreateIndex
CREATE INDEX "request_budgets_updated_at_idx" ON "request_budgets"("updated_at");
