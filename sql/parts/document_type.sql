
-- document types ------------------------------------------------------------

CREATE TABLE docnum.document_type (
	document_type text COLLATE "C" PRIMARY KEY
		CHECK (char_length(document_type) BETWEEN 1 AND 50),
	format text NOT NULL CHECK (char_length(format) BETWEEN 1 AND 200),
	scope text NOT NULL,
	allocation text NOT NULL CHECK (allocation IN ('CONCURRENT', 'STRICT')),
	allow_manual_override boolean NOT NULL,
	max_value bigint NOT NULL CHECK (max_value BETWEEN 1 AND 999999999999999999),
	metadata jsonb CHECK (jsonb_typeof(metadata) = 'object'),
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	time_zone text NOT NULL,
	fiscal_year_start int NOT NULL CHECK (fiscal_year_start BETWEEN 1 AND 12),
	reservation_ttl interval,
	chronology text NOT NULL CHECK (chronology IN ('none', 'warn', 'strict', 'period')),
	uniqueness text NOT NULL CHECK (uniqueness IN ('GLOBAL', 'SCOPE')),
	early_release boolean NOT NULL,
	start_value bigint NOT NULL CHECK (start_value BETWEEN 1 AND 999999999999999999),
	max_length int NOT NULL CHECK (max_length BETWEEN 1 AND 1000),
	allow_reservations boolean NOT NULL,
	series text,
	rate_limit int,
	rate_interval interval,
	generation int NOT NULL CHECK (generation > 0),
	version int NOT NULL CHECK (version > 0)
);
COMMENT ON TABLE docnum.document_type IS 'definitions of the document types; changed by docnum_define, or by UPDATE of the owner, which is checked and logged just the same';
COMMENT ON COLUMN docnum.document_type.scope IS 'GLOBAL, or the dimensions that each have a counter of their own';
COMMENT ON COLUMN docnum.document_type.reservation_ttl IS 'how long a reservation lives; NULL: the setting docnum.reservation_ttl';
COMMENT ON COLUMN docnum.document_type.generation IS 'set of counters in use; a format change with "restart" begins a new one';
COMMENT ON COLUMN docnum.document_type.version IS 'counts the changes of the definition; docnum_definition_history lists them';

ALTER TABLE docnum.document_type ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON docnum.document_type TO PUBLIC;
SELECT pg_extension_config_dump('docnum.document_type', '');
