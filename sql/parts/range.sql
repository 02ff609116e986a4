
-- ranges that are never given --------------------------------------------------

CREATE TABLE docnum.range (
	counter_id bigint NOT NULL,
	first_value bigint NOT NULL,
	last_value bigint NOT NULL,
	cause text NOT NULL CHECK (cause IN ('skipped', 'jumped', 'unexplained', 'closed')),
	reason text NOT NULL,
	recorded_at timestamptz NOT NULL,
	CHECK (first_value <= last_value)
);
CREATE INDEX range_counter_id_idx ON docnum.range (counter_id, last_value);
-- No column is unique, and rows go: claimed by an override, set back, reopened.
ALTER TABLE docnum.range REPLICA IDENTITY FULL;
COMMENT ON TABLE docnum.range IS 'values that no document will ever get, and why';

ALTER TABLE docnum.range ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON docnum.range TO PUBLIC;
SELECT pg_extension_config_dump('docnum.range', '');
