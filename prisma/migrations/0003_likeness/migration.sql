-- A 64-bit hash is filed under its four 16-bit bands: hashes within 7 bits differ in at most 1 bit of some band, so near duplicates are
-- found by asking for 68 keys instead of reading the whole pool. A key is band * 65536 + bits, band 0 the most significant.
CREATE FUNCTION phash_bands(hash bigint) RETURNS int[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT ARRAY[
    ((hash >> 48) & 65535)::int,
    65536 + ((hash >> 32) & 65535)::int,
    131072 + ((hash >> 16) & 65535)::int,
    196608 + (hash & 65535)::int
  ]
$$;

CREATE INDEX assets_phash_bands ON assets USING gin (phash_bands(phash));
