
-- numbers in one step ---------------------------------------------------------------

CREATE FUNCTION @extschema@.docnum_next(
	document_type text,
	scope_value text DEFAULT NULL,
	document_date date DEFAULT NULL,
	metadata jsonb DEFAULT NULL)
	RETURNS text
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_next(text, text, date, jsonb) IS
	'gives the next number, confirmed at once; it rolls back with the transaction; needs "use"';

CREATE FUNCTION @extschema@.docnum_next(
	document_type text,
	scope_value anyelement,
	document_date date DEFAULT NULL,
	metadata jsonb DEFAULT NULL)
	RETURNS text
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_next(text, anyelement, date, jsonb) IS
	'gives the next number, for a scope value of any type; json and jsonb are objects; needs "use"';

CREATE FUNCTION @extschema@.docnum_preview(
	document_type text,
	scope_value text DEFAULT NULL,
	document_date date DEFAULT NULL)
	RETURNS text
	AS 'MODULE_PATHNAME'
	LANGUAGE C STABLE;
COMMENT ON FUNCTION @extschema@.docnum_preview(text, text, date) IS
	'the number that docnum_next would give now, if nobody else asked first; needs "use"';

CREATE FUNCTION @extschema@.docnum_preview(
	document_type text,
	scope_value anyelement,
	document_date date DEFAULT NULL)
	RETURNS text
	AS 'MODULE_PATHNAME'
	LANGUAGE C STABLE;
COMMENT ON FUNCTION @extschema@.docnum_preview(text, anyelement, date) IS
	'the number that docnum_next would give now, for a scope value of any type; needs "use"';
