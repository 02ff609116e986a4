
-- the end of a period or scope ----------------------------------------------------

CREATE FUNCTION @extschema@.docnum_close(
	document_type text,
	reason text,
	scope_value text DEFAULT NULL,
	document_date date DEFAULT NULL)
	RETURNS bigint
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_close(text, text, text, date) IS
	'closes a scope: its free values become skipped, and no number is given there any more; returns how many; needs "admin"';

CREATE FUNCTION @extschema@.docnum_close(
	document_type text,
	reason text,
	scope_value anyelement,
	document_date date DEFAULT NULL)
	RETURNS bigint
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_close(text, text, anyelement, date) IS
	'closes a scope: its free values become skipped, and no number is given there any more; returns how many, for a scope value of any type; needs "admin"';

CREATE FUNCTION @extschema@.docnum_reopen(
	document_type text,
	reason text,
	scope_value text DEFAULT NULL,
	document_date date DEFAULT NULL)
	RETURNS boolean
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_reopen(text, text, text, date) IS
	'opens a closed scope again; false if it was not closed; needs "admin"';

CREATE FUNCTION @extschema@.docnum_reopen(
	document_type text,
	reason text,
	scope_value anyelement,
	document_date date DEFAULT NULL)
	RETURNS boolean
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_reopen(text, text, anyelement, date) IS
	'opens a closed scope again; false if it was not closed, for a scope value of any type; needs "admin"';
