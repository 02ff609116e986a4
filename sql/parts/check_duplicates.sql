
-- numbers that two documents bear ----------------------------------------------------------

CREATE FUNCTION @extschema@.docnum_check_duplicates(columns text[] DEFAULT NULL)
	RETURNS TABLE (document_number text, count bigint, places text[])
	AS 'MODULE_PATHNAME'
	LANGUAGE C STABLE;
COMMENT ON FUNCTION @extschema@.docnum_check_duplicates IS
	'numbers that stand more often in the ledger, or in columns named as schema.table.column, than they may; needs "audit"';
