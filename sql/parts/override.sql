
-- numbers given by hand -----------------------------------------------------------

CREATE FUNCTION @extschema@.docnum_override(
	document_type text,
	document_number text,
	reason text,
	skip_validation boolean DEFAULT false,
	scope_value text DEFAULT NULL,
	document_date date DEFAULT NULL,
	metadata jsonb DEFAULT NULL)
	RETURNS text
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_override(text, text, text, boolean, text, date, jsonb) IS
	'gives a number of the caller''s choice, and moves the counter up if it is higher; needs "override", and "admin" to waive the check against the format';

CREATE FUNCTION @extschema@.docnum_override(
	document_type text,
	document_number text,
	reason text,
	skip_validation boolean,
	scope_value anyelement,
	document_date date DEFAULT NULL,
	metadata jsonb DEFAULT NULL)
	RETURNS text
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_override(text, text, text, boolean, anyelement, date, jsonb) IS
	'gives a number of the caller''s choice, and moves the counter up if it is higher, for a scope value of any type; needs "override", and "admin" to waive the check against the format';
