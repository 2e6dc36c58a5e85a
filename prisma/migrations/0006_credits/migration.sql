-- AlterTable
ALTER TABLE "candidates" ADD COLUMN     "brought" JSONB,
ADD COLUMN     "credit" TEXT;

-- CreateTable
CREATE TABLE "api_answers" (
    "request" TEXT NOT NULL,
    "answer" TEXT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "api_answers_pkey" PRIMARY KEY ("request")
);

-- CreateIndex
CREATE INDEX "api_answers_until_idx" ON "api_answers"("until");
