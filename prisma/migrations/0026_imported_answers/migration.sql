-- When an answer came out of a file; `created_at` is when the file says that it was given.
ALTER TABLE "human_answers" ADD COLUMN     "imported_at" TIMESTAMPTZ(3);
CREATE INDEX human_answers_imported ON human_answers (protocol_id, imported_at) WHERE imported_at IS NOT NULL;

-- The views of answers list their columns once they are made: these have the new one.
CREATE OR REPLACE VIEW latest_answers AS
  SELECT h.* FROM human_answers h
   WHERE h.value <> -1
     AND NOT EXISTS (SELECT FROM human_answers later WHERE later.review_task_id = h.review_task_id
                        AND later.protocol_id = h.protocol_id AND later.category = h.category AND later.revision > h.revision);
CREATE OR REPLACE VIEW standing_answers AS
  SELECT l.* FROM latest_answers l WHERE NOT EXISTS (SELECT FROM quarantined_annotators q WHERE q.reviewer = l.reviewer);

-- What settles answers and what labellers learn from: samples asked here, and what came out of files. What a file says of an evaluation
-- asset is not among it, since nobody gave it blind and here, and what is measured stays the labeller's own.
CREATE VIEW teaching_answers AS
  SELECT s.* FROM standing_answers s
   WHERE s.purpose = 'sample'
      OR s.purpose = 'import' AND NOT EXISTS (SELECT FROM evaluation_items e WHERE e.asset_id = s.asset_id);
