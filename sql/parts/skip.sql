
-- values that no document will get ------------------------------------------------

CREATE FUNCTION @extschema@.docnum_skip(
	document_type text,
	from_value bigint,
	to_value bigint,
	reason text,
	scope_value text DEFAULT NULL,
	document_date date DEFAULT NULL)
	RETURNS bigint
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_skip(text, bigint, bigint, text, text, date) IS
	'marks values that no document will ever get, and returns how many are newly marked; needs "admin"';

CREATE FUNCTION @extschema@.docnum_skip(
	document_type text,
	from_value bigint,
	to_value bigint,
	reason text,
	scope_value anyelement,
	document_date date DEFAULT NULL)
	RETURNS bigint
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_skip(text, bigint, bigint, text, anyelement, date) IS
	'marks values that no document will ever get, and returns how many are newly marked, for a scope value of any type; needs "admin"';

CREATE FUNCTION @extschema@.docnum_set(
	document_type text,
	value bigint,
	reason text,
	scope_value text DEFAULT NULL,
	document_date date DEFAULT NULL)
	RETURNS bigint
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_set(text, bigint, text, text, date) IS
	'sets where a counter goes on (the next new number is value + 1), and returns where it stood; needs "admin"';

CREATE FUNCTION @extschema@.docnum_set(
	document_type text,
	value bigint,
	reason text,
	scope_value anyelement,
	document_date date DEFAULT NULL)
	RETURNS bigint
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_set(text, bigint, text, anyelement, date) IS
	'sets where a counter goes on (the next new number is value + 1), and returns where it stood, for a scope value of any type; needs "admin"';
