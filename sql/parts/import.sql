
-- numbers that others gave --------------------------------------------------------

CREATE FUNCTION @extschema@.docnum_import(
	document_type text,
	source regclass,
	source_name text,
	dry_run boolean DEFAULT false,
	accept_external boolean DEFAULT false,
	report text DEFAULT 'problems')
	RETURNS TABLE (row_number bigint, document_number text, verdict text, detail text)
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_import(text, regclass, text, boolean, boolean, text) IS
	'takes over the numbers of a table or view, moves the counters, and tells what became of each row; needs "admin"';
