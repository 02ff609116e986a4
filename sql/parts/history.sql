
-- the life of a number ----------------------------------------------------------------

CREATE FUNCTION docnum.locate(document_number text, document_type text, scope text)
	RETURNS TABLE (counter_id bigint, value bigint, document_type text, scope text)
	AS 'MODULE_PATHNAME', 'docnum_locate'
	LANGUAGE C STABLE ROWS 1;
COMMENT ON FUNCTION docnum.locate IS
	'which number of the ledger a text names, among those that the role may audit';

CREATE FUNCTION @extschema@.docnum_history(
	document_number text,
	document_type text DEFAULT NULL,
	scope text DEFAULT NULL)
	RETURNS TABLE ("timestamp" timestamptz, operation text, old_value text, new_value text,
		related_number text, reason text, user_id text, session_role text,
		document_type text, scope text, acting_role text, application_name text,
		client_address inet, metadata jsonb)
	LANGUAGE SQL STABLE
BEGIN ATOMIC
	SELECT a."timestamp", a.operation, a.old_value, a.new_value,
		a.metadata ->> 'related_number', a.metadata ->> 'reason', a.user_id, a.session_role,
		l.document_type, l.scope,
		a.acting_role, a.application_name, a.client_address, a.metadata
	FROM docnum.locate(docnum_history.document_number, docnum_history.document_type,
			docnum_history.scope) l
		JOIN LATERAL (
			SELECT * FROM docnum.audit_log
			WHERE counter_id = l.counter_id AND value = l.value
			UNION ALL
			-- an external number has neither: its rows are looked for by text
			SELECT * FROM docnum.audit_log
			WHERE l.value IS NULL AND counter_id IS NOT DISTINCT FROM l.counter_id
				AND value IS NULL AND document_number = docnum_history.document_number
				AND audit_log.document_type = l.document_type) a ON true
	ORDER BY a.id;
END;
COMMENT ON FUNCTION @extschema@.docnum_history IS
	'everything that happened to a number, oldest first; needs "audit"';
