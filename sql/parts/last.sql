
-- what the session was given ---------------------------------------------------------

CREATE FUNCTION @extschema@.docnum_last(document_type text DEFAULT NULL)
	RETURNS text
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_last IS
	'the number that this session''s last transaction was given, the open one''s if it has some already';
