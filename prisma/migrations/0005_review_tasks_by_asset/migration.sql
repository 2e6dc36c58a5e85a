-- CreateIndex
CREATE INDEX "review_tasks_asset_id_idx" ON "review_tasks"("asset_id");
