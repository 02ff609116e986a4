
-- the ledger --------------------------------------------------------------------

CREATE TYPE docnum.number_state AS ENUM
	('reserved', 'confirmed', 'cancelled', 'expired', 'voided', 'imported', 'external');
COMMENT ON TYPE docnum.number_state IS 'states of a number in the ledger';

CREATE TABLE docnum.number (
	counter_id bigint,
	value bigint,
	uniqueness_id bigint NOT NULL,
	issued_at timestamptz NOT NULL,
	changed_at timestamptz,
	document_date date,
	state docnum.number_state NOT NULL,
	document_type text COLLATE "C" NOT NULL,
	document_number text COLLATE "C" NOT NULL,
	metadata jsonb,
	PRIMARY KEY (document_number, uniqueness_id)
);
CREATE UNIQUE INDEX number_value_key ON docnum.number (counter_id, value);
-- Rolled-back rows are dead from the start; confirm updates in place (HOT).
ALTER TABLE docnum.number SET (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02);
COMMENT ON TABLE docnum.number IS 'the ledger: every number that was ever given, one row each; its last value is the counter';
COMMENT ON COLUMN docnum.number.counter_id IS 'counter that gave the number; NULL for an external one';
COMMENT ON COLUMN docnum.number.uniqueness_id IS 'where the text is unique: 0 for the whole ledger, else the counter';
COMMENT ON COLUMN docnum.number.issued_at IS 'when the value was taken, by the wall clock, read under the scope''s lock';
COMMENT ON COLUMN docnum.number.changed_at IS 'when the state last changed; NULL if it never did';
COMMENT ON COLUMN docnum.number.document_date IS 'date of the document, where one was given or the number depends on one';

ALTER TABLE docnum.number ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON docnum.number TO PUBLIC;
SELECT pg_extension_config_dump('docnum.number', '');
