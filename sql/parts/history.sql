
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
		client_address inet, metadata jsonb, definition_version int)
	LANGUAGE SQL STABLE
BEGIN ATOMIC
	SELECT a."timestamp", a.operation, a.old_value, a.new_value,
		a.metadata ->> 'related_number', a.metadata ->> 'reason', a.user_id, a.session_role,
		l.document_type, l.scope,
		a.acting_role, a.application_name, a.client_address, a.metadata,
		(SELECT (d.new_value::jsonb ->> 'version')::int
			FROM docnum.audit_log d
			WHERE d.counter_id = 0 AND d.operation = 'DEFINE'
				AND d.document_type = l.document_type AND d.id < a.id
			ORDER BY d.id DESC LIMIT 1)
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

-- The log keeps definitions as rows of counter 0, so that its index finds them.
CREATE FUNCTION @extschema@.docnum_definition_history(document_type text)
	RETURNS TABLE (version int, changed_at timestamptz, session_role text, user_id text,
		format text, scope text, format_change text, changes jsonb, definition jsonb,
		acting_role text)
	LANGUAGE SQL STABLE
BEGIN ATOMIC
	SELECT (d.definition ->> 'version')::int, a."timestamp", a.session_role, a.user_id,
		d.definition ->> 'format', d.definition ->> 'scope', a.metadata ->> 'format_change',
		(SELECT jsonb_object_agg(n.key, n.value)
			FROM jsonb_each(d.definition) n
			WHERE a.old_value IS NOT NULL
				AND n.value IS DISTINCT FROM a.old_value::jsonb -> n.key
				AND n.key NOT IN ('version', 'updated_at')),
		d.definition, a.acting_role
	FROM docnum.audit_log a
		CROSS JOIN LATERAL (SELECT a.new_value::jsonb AS definition) d
	WHERE docnum.must('audit', docnum_definition_history.document_type)
		AND a.counter_id = 0 AND a.operation = 'DEFINE'
		AND a.document_type = docnum_definition_history.document_type
	ORDER BY a.id;
END;
COMMENT ON FUNCTION @extschema@.docnum_definition_history IS
	'the definitions that a document type has had, oldest first, each with who, when and what; needs "audit"';
