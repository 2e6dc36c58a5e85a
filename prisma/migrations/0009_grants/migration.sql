-- CreateTable
CREATE TABLE "grants" (
    "id" SERIAL NOT NULL,
    "source_id" TEXT NOT NULL,
    "granted_by" TEXT NOT NULL,
    "uses" TEXT[],
    "until" DATE,
    "document" TEXT NOT NULL,
    "recorded_by" TEXT NOT NULL,
    "recorded_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_by" TEXT,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "grants_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "grants_source_id_idx" ON "grants"("source_id");

-- AddForeignKey
ALTER TABLE "grants" ADD CONSTRAINT "grants_source_id_fkey" FOREIGN KEY ("source_id") REFERENCES "sources"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
