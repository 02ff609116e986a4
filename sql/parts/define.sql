
-- defining document types ---------------------------------------------------------

CREATE FUNCTION @extschema@.docnum_define(
	document_type text,
	format text DEFAULT NULL,
	scope text DEFAULT NULL,
	allocation text DEFAULT NULL,
	max_value bigint DEFAULT NULL,
	allow_manual_override boolean DEFAULT NULL,
	metadata jsonb DEFAULT NULL,
	time_zone text DEFAULT NULL,
	fiscal_year_start int DEFAULT NULL,
	reservation_ttl interval DEFAULT NULL,
	chronology text DEFAULT NULL,
	uniqueness text DEFAULT NULL,
	early_release boolean DEFAULT NULL,
	start_value bigint DEFAULT NULL,
	max_length int DEFAULT NULL,
	allow_reservations boolean DEFAULT NULL,
	series text DEFAULT NULL,
	rate_limit int DEFAULT NULL,
	rate_interval interval DEFAULT NULL,
	format_change text DEFAULT NULL)
	RETURNS docnum.document_type
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_define IS
	'creates a document type, or changes what is given of one; needs "admin"';

CREATE FUNCTION @extschema@.docnum_drop(document_type text)
	RETURNS boolean
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_drop IS
	'drops a document type that has no number yet; needs "admin"';
