-- Which protocol is in use is somebody's decision, not the order of publishing: the one used last. Where none ever was, the one
-- published last is in use, as before.
ALTER TABLE protocols
  ADD COLUMN used_at timestamptz(3),
  ADD COLUMN used_by text;

-- What people said under an older version counts under a newer one where the question is the same: a copy that names its original.
ALTER TABLE human_answers ADD COLUMN carried_from bigint;
CREATE INDEX human_answers_carried ON human_answers (protocol_id) WHERE carried_from IS NOT NULL;

-- What the labeller said when a person answered, shown or not: how far suggestions sway people is the difference in agreement between
-- pages that show them and blind ones. Written here, since the answer it is read from is replaced in the same transaction.
ALTER TABLE human_answers ADD COLUMN suggested smallint;

CREATE FUNCTION note_suggestion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.purpose = 'sample' AND NEW.carried_from IS NULL THEN
    SELECT w.value[NEW.category] INTO NEW.suggested FROM answers w
     WHERE w.asset_id = NEW.asset_id AND w.protocol_id = NEW.protocol_id AND w.giver[NEW.category] = 1;
  END IF;
  RETURN NEW;
END $$;

CREATE TRIGGER human_answers_suggestion BEFORE INSERT ON human_answers
  FOR EACH ROW EXECUTE FUNCTION note_suggestion();

-- The latest turn of each answer, without those that were withdrawn as not applicable (-1).
CREATE VIEW latest_answers AS
  SELECT h.* FROM human_answers h
   WHERE h.value <> -1
     AND NOT EXISTS (SELECT FROM human_answers later WHERE later.review_task_id = h.review_task_id
                        AND later.protocol_id = h.protocol_id AND later.category = h.category AND later.revision > h.revision);

-- The answers that stand, without those of people in quarantine: whatever learns, measures or releases reads this.
CREATE VIEW standing_answers AS
  SELECT l.* FROM latest_answers l WHERE NOT EXISTS (SELECT FROM quarantined_annotators q WHERE q.reviewer = l.reviewer);
