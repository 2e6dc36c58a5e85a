-- How many assets are out of the pool for which reason is counted each time that somebody looks; most are in it.
CREATE INDEX assets_left_because ON assets (left_because) WHERE left_because IS NOT NULL;
