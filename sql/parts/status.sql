
-- where the counters stand ------------------------------------------------------------

CREATE VIEW docnum.sequence WITH (security_invoker = true) AS
	SELECT c.document_type, c.scope,
		coalesce(n.value, c.first_value - 1) AS current_value,
		t.max_value,
		round(100.0 * coalesce(n.value, c.first_value - 1) / t.max_value, 2) AS utilization,
		n.issued_at AS last_used_at
	FROM docnum.document_type t
		JOIN (SELECT DISTINCT ON (counter_id, document_type) * FROM docnum.counter
			ORDER BY counter_id, document_type) c
			ON c.document_type = t.document_type AND c.generation = t.generation
				AND c.series IS NOT DISTINCT FROM t.series
		LEFT JOIN LATERAL (SELECT value, issued_at FROM docnum.number
			WHERE number.counter_id = c.counter_id
			ORDER BY value DESC LIMIT 1) n ON true;
COMMENT ON VIEW docnum.sequence IS 'where each counter stands';
GRANT SELECT ON docnum.sequence TO PUBLIC;

CREATE FUNCTION @extschema@.docnum_status(document_type text DEFAULT NULL)
	RETURNS TABLE (document_type text, scope text, current_value bigint, max_value bigint,
		utilization numeric, last_used_at timestamptz, reserved bigint, format text,
		manual_override boolean, allocation text, oldest_reserved_at timestamptz, closed boolean)
	LANGUAGE SQL STABLE
BEGIN ATOMIC
	SELECT t.document_type, c.scope,
		coalesce(n.value, c.first_value - 1, t.start_value - 1),
		t.max_value,
		round(100.0 * coalesce(n.value, c.first_value - 1, t.start_value - 1) / t.max_value, 2),
		n.issued_at,
		coalesce(r.reserved, 0),
		t.format, t.allow_manual_override, t.allocation, r.oldest_reserved_at,
		EXISTS (SELECT FROM docnum.range g
			WHERE g.counter_id = c.counter_id AND g.cause = 'closed')
	FROM docnum.document_type t
		LEFT JOIN (SELECT DISTINCT ON (counter_id, document_type) * FROM docnum.counter
			ORDER BY counter_id, document_type) c
			ON c.document_type = t.document_type AND c.generation = t.generation
				AND c.series IS NOT DISTINCT FROM t.series
		LEFT JOIN LATERAL (SELECT value, issued_at FROM docnum.number
			WHERE number.counter_id = c.counter_id
			ORDER BY value DESC LIMIT 1) n ON true
		LEFT JOIN (SELECT counter_id, count(*) AS reserved, min(reserved_at) AS oldest_reserved_at
			FROM docnum.open_reservations() GROUP BY counter_id) r
			ON r.counter_id = c.counter_id
	WHERE docnum.must('use,audit', docnum_status.document_type)
		AND (docnum_status.document_type IS NULL OR t.document_type = docnum_status.document_type)
	ORDER BY t.document_type, c.scope NULLS FIRST;
END;
COMMENT ON FUNCTION @extschema@.docnum_status IS
	'where each counter stands, of one document type or of all that the role may use or audit';
