-- When its host last gave no answer: null once it does.
ALTER TABLE "candidates" ADD COLUMN     "unanswered_at" TIMESTAMPTZ(3);

-- What the schema language can't say: those that were asked about least lately come first, and after them those whose hosts were silent the last time.
DROP INDEX candidates_asked;
CREATE INDEX candidates_asked ON candidates (coalesce(greatest(consent_at, checked_at), '-infinity'), id) WHERE status IN ('fetched', 'kept');
CREATE INDEX candidates_unanswered ON candidates (unanswered_at, id) WHERE unanswered_at IS NOT NULL;
