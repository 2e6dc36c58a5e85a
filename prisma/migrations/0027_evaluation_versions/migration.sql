-- Who a picture shows, where its source tells: pictures of one person are measured by, or learned from, never both.
ALTER TABLE "candidates" ADD COLUMN     "person_key" TEXT;
ALTER TABLE "assets" ADD COLUMN     "person_key" TEXT;

-- An evaluation set follows the pool in versions, each frozen; sets of before are the first of their protocol.
ALTER TABLE "evaluation_sets" ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "inclusion" DOUBLE PRECISION,
ADD COLUMN     "added" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "departed" INTEGER NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "assets_person_key_idx" ON "assets"("person_key");

-- CreateIndex
CREATE UNIQUE INDEX "evaluation_sets_protocol_id_version_key" ON "evaluation_sets"("protocol_id", "version");

UPDATE candidates c SET person_key = 'deepfashion:' || substring(c.external_id FROM '-(id_[0-9]{8})-')
  FROM sources s WHERE s.id = c.source_id AND s.connector = 'deepfashion-multimodal' AND c.external_id ~ '-id_[0-9]{8}-';
UPDATE assets a SET person_key = c.person_key FROM candidates c WHERE c.id = a.candidate_id AND c.person_key IS NOT NULL;

ALTER TABLE evaluation_sets ADD CONSTRAINT evaluation_sets_inclusion_is_a_chance CHECK (inclusion > 0 AND inclusion <= 1);

CREATE OR REPLACE VIEW pool AS SELECT * FROM assets WHERE withdrawn_at IS NULL AND left_at IS NULL;

-- What may not be learned from: assets of evaluation sets, their near duplicates, and pictures that show the same person as one of those
-- or of its near duplicates, with their own near duplicates. Groups count as they are now and as they were when a set was frozen.
CREATE VIEW evaluation_kin AS
  WITH groups AS (
    SELECT e.group_id FROM evaluation_items e
    UNION SELECT a.group_id FROM evaluation_items e JOIN assets a ON a.id = e.asset_id),
  people AS (SELECT DISTINCT a.person_key FROM groups g JOIN assets a ON a.group_id = g.group_id WHERE a.person_key IS NOT NULL),
  everything AS (
    SELECT group_id FROM groups
    UNION SELECT a.group_id FROM people p JOIN assets a ON a.person_key = p.person_key)
  SELECT a.id AS asset_id FROM everything k JOIN assets a ON a.group_id = k.group_id;
