
-- counters --------------------------------------------------------------------

-- The identity of a counter is computed from type, generation and scope, so
-- that two first users of a scope need not meet; the row says what the number
-- means.  The index is not unique: of two transactions that use a scope first,
-- both may have to write the row.  Equal copies are removed by a later call.
CREATE TABLE docnum.counter (
	counter_id bigint NOT NULL,
	document_type text COLLATE "C" NOT NULL,
	scope text COLLATE "C",
	generation int NOT NULL,
	first_value bigint NOT NULL,
	created_at timestamptz NOT NULL,
	series text COLLATE "C"
);
CREATE INDEX counter_counter_id_idx ON docnum.counter (counter_id);
CREATE INDEX counter_document_type_idx ON docnum.counter (document_type, scope);
-- No column is unique, and rows can go: a dropped type's, surplus copies.
ALTER TABLE docnum.counter REPLICA IDENTITY FULL;
COMMENT ON TABLE docnum.counter IS 'which type and scope a counter_id stands for; the counter''s value is the ledger''s';
COMMENT ON COLUMN docnum.counter.counter_id IS 'computed from type, generation and scope; the row is written by the first use';
COMMENT ON COLUMN docnum.counter.first_value IS 'the type''s start_value when the scope was used first';
COMMENT ON COLUMN docnum.counter.series IS 'the series that draws from it, with a row for each of its types that has; NULL: the type''s own';
COMMENT ON COLUMN docnum.counter.scope IS 'canonical text of the scope, NULL for GLOBAL';

ALTER TABLE docnum.counter ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON docnum.counter TO PUBLIC;
SELECT pg_extension_config_dump('docnum.counter', '');
