
-- before acting on what was read ------------------------------------------------------

CREATE FUNCTION @extschema@.docnum_durable()
	RETURNS void
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_durable IS
	'returns when all that is visible now would survive a crash; call it after reading a number of a type with early_release, before acting outside the database';
