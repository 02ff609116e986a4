
-- the end of an issued number -----------------------------------------------------

CREATE FUNCTION @extschema@.docnum_void(
	document_number text,
	reason text,
	document_type text DEFAULT NULL,
	scope text DEFAULT NULL)
	RETURNS boolean
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_void IS
	'voids an issued number, which is then never given again; needs "void"';

CREATE FUNCTION @extschema@.docnum_replace(
	document_number text,
	reason text,
	document_type text DEFAULT NULL,
	scope text DEFAULT NULL,
	document_date date DEFAULT NULL)
	RETURNS text
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_replace IS
	'voids an issued number and gives a new one for it, in the same scope; needs "void"';
