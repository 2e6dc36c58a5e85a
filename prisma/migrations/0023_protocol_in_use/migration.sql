-- Which protocol is in use is somebody's decision, not the order of publishing: the one used last. Where none ever was, the one
-- published last is in use, as before.
ALTER TABLE protocols
  ADD COLUMN used_at timestamptz(3),
  ADD COLUMN used_by text;

-- What people said under an older version counts under a newer one where the question is the same: a copy that names its original.
ALTER TABLE human_answers ADD COLUMN carried_from bigint;
CREATE INDEX human_answers_carried ON human_answers (protocol_id) WHERE carried_from IS NOT NULL;
