
-- the promises, checked -----------------------------------------------------------------

-- One row for each problem.  Each kind is described in docs/reference.md.
CREATE FUNCTION docnum.problems(document_type text)
	RETURNS TABLE (problem text, document_type text, scope text, document_number text, detail text)
	LANGUAGE SQL STABLE
BEGIN ATOMIC
	WITH
	counters AS (
		SELECT DISTINCT ON (c.counter_id) c.*
		FROM docnum.counter c
		WHERE docnum.may('audit', c.document_type)
			AND (problems.document_type IS NULL OR c.document_type = problems.document_type)
		ORDER BY c.counter_id),
	numbers AS (
		SELECT n.*
		FROM docnum.number n
		WHERE docnum.may('audit', n.document_type)
			AND (problems.document_type IS NULL OR n.document_type = problems.document_type)),
	log AS (
		SELECT a.*
		FROM docnum.audit_log a
		WHERE problems.document_type IS NULL OR a.document_type = problems.document_type),
	runs AS (
		SELECT n.counter_id, n.value,
			lag(n.value) OVER (PARTITION BY n.counter_id ORDER BY n.value) AS before
		FROM numbers n
		WHERE n.counter_id IS NOT NULL),
	holes AS (
		SELECT r.counter_id,
			range_agg(int8range(greatest(r.before + 1, c.first_value), r.value)) AS missing
		FROM runs r JOIN counters c ON c.counter_id = r.counter_id
		WHERE r.value > greatest(r.before + 1, c.first_value)
		GROUP BY r.counter_id),
	explained AS (
		SELECT g.counter_id, range_agg(int8range(g.first_value, g.last_value, '[]')) AS known
		FROM docnum.range g
		GROUP BY g.counter_id),
	ranges AS (
		SELECT g.*, lag(g.last_value) OVER (PARTITION BY g.counter_id ORDER BY g.first_value, g.last_value) AS before
		FROM docnum.range g),
	last_log AS (
		SELECT DISTINCT ON (a.counter_id, a.value) a.counter_id, a.value, a.new_value
		FROM log a
		WHERE a.value IS NOT NULL AND a.operation <> 'EXTEND'
		ORDER BY a.counter_id, a.value, a.id DESC),
	strict_since AS (
		SELECT d.document_type, max(d."timestamp") AS since
		FROM (SELECT a.document_type, a."timestamp",
				CASE WHEN a.operation = 'DEFINE' THEN a.old_value::jsonb ->> 'chronology' END AS before,
				CASE WHEN a.operation = 'DEFINE' THEN a.new_value::jsonb ->> 'chronology' END AS after
			FROM log a) d
		WHERE d.after = 'strict' AND d.before IS DISTINCT FROM 'strict'
		GROUP BY d.document_type),
	dated AS (
		SELECT n.counter_id, n.document_type, n.document_number, n.document_date, n.issued_at,
			lag(n.document_number) OVER by_value AS number_before,
			lag(n.document_date) OVER by_value AS date_before,
			lag(n.issued_at) OVER by_value AS issued_before
		FROM numbers n JOIN docnum.document_type t ON t.document_type = n.document_type
		WHERE t.chronology = 'strict' AND n.counter_id IS NOT NULL AND n.document_date IS NOT NULL
		WINDOW by_value AS (PARTITION BY n.counter_id ORDER BY n.value)),
	-- numbers without counter and value: known by text, and by the scope that they
	-- are unique in
	externals AS (
		SELECT n.* FROM numbers n WHERE n.value IS NULL),
	external_log AS (
		SELECT a.id, a.operation, a.document_type, a.document_number, a.new_value,
			coalesce(a.counter_id, 0) AS uniqueness_id
		FROM log a
		WHERE a.value IS NULL AND a.document_number IS NOT NULL),
	last_external_log AS (
		SELECT DISTINCT ON (a.document_type, a.uniqueness_id, a.document_number) a.*
		FROM external_log a
		ORDER BY a.document_type, a.uniqueness_id, a.document_number, a.id DESC),
	replacements AS (
		SELECT a.operation, a.document_type, a.counter_id, a.document_number,
			a.metadata ->> 'related_number' AS related_number
		FROM log a
		WHERE a.operation IN ('VOID', 'REPLACE') AND a.metadata ? 'related_number')

	-- a number given twice
	SELECT 'duplicate_number', min(n.document_type), NULL, n.document_number,
		format('%s rows of the ledger have this text', count(*))
	FROM numbers n
	GROUP BY n.document_number
	HAVING count(*) > count(DISTINCT n.uniqueness_id)
		OR (count(*) > 1 AND bool_or(n.uniqueness_id = 0))
	UNION ALL
	SELECT 'duplicate_value', min(n.document_type), min(c.scope), min(n.document_number),
		format('%s rows of the ledger have value %s', count(*), n.value)
	FROM numbers n LEFT JOIN counters c ON c.counter_id = n.counter_id
	WHERE n.counter_id IS NOT NULL
	GROUP BY n.counter_id, n.value
	HAVING count(*) > 1
	UNION ALL
	SELECT 'given_twice', min(a.document_type), min(c.scope), min(a.document_number),
		format('the log says %s times that value %s was given', count(*), a.value)
	FROM log a LEFT JOIN counters c ON c.counter_id = a.counter_id
	WHERE a.operation IN ('ISSUE', 'RESERVE', 'REPLACE', 'MANUAL_OVERRIDE') AND a.value IS NOT NULL
	GROUP BY a.counter_id, a.value
	HAVING count(*) > 1
	UNION ALL
	SELECT 'given_twice', a.document_type, min(c.scope), a.document_number,
		format('the log says %s times that this external number was given', count(*))
	FROM external_log a LEFT JOIN counters c ON c.counter_id = a.uniqueness_id
	WHERE a.operation = 'MANUAL_OVERRIDE'
	GROUP BY a.document_type, a.uniqueness_id, a.document_number
	HAVING count(*) > 1

	-- a value that is nowhere
	UNION ALL
	SELECT 'unexplained_value', l.document_type, c.scope, l.document_number,
		format('the log has value %s, the ledger does not', l.value)
	FROM (SELECT DISTINCT a.counter_id, a.value, a.document_type, a.document_number
			FROM log a WHERE a.value IS NOT NULL) l
		LEFT JOIN counters c ON c.counter_id = l.counter_id
	WHERE NOT EXISTS (SELECT FROM numbers n
		WHERE n.counter_id = l.counter_id AND n.value = l.value)
	UNION ALL
	SELECT 'unexplained_value', c.document_type, c.scope, NULL,
		format('values %s to %s are recorded: %s', g.first_value, g.last_value, g.reason)
	FROM ranges g JOIN counters c ON c.counter_id = g.counter_id
	WHERE g.cause = 'unexplained' AND NOT EXISTS (SELECT FROM docnum.audit_log a
		WHERE a.counter_id = g.counter_id AND a.value BETWEEN g.first_value AND g.last_value)
	UNION ALL
	SELECT 'gap_in_strict_scope', c.document_type, c.scope, NULL,
		format('no number from %s to %s, and no reason', lower(gap), upper(gap) - 1)
	FROM holes h
		JOIN counters c ON c.counter_id = h.counter_id
		JOIN docnum.document_type t ON t.document_type = c.document_type
			AND t.allocation = 'STRICT' AND t.generation = c.generation
			-- in a series, other types' numbers must be in sight
			AND (c.series IS NULL OR (problems.document_type IS NULL AND docnum.may('audit', NULL)))
		LEFT JOIN explained e ON e.counter_id = h.counter_id
		CROSS JOIN LATERAL unnest(h.missing - coalesce(e.known, '{}')) AS gap
	UNION ALL
	SELECT 'gap_in_closed_scope', c.document_type, c.scope, NULL,
		format('no number from %s to %s, and no reason', lower(gap), upper(gap) - 1)
	FROM holes h
		JOIN counters c ON c.counter_id = h.counter_id
		JOIN docnum.document_type t ON t.document_type = c.document_type
		JOIN explained e ON e.counter_id = h.counter_id
		CROSS JOIN LATERAL unnest(h.missing - e.known) AS gap
	WHERE (t.allocation <> 'STRICT' OR t.generation <> c.generation)
		AND EXISTS (SELECT FROM ranges g WHERE g.counter_id = h.counter_id AND g.cause = 'closed')

	-- ledger and log out of step
	UNION ALL
	SELECT 'number_without_log', n.document_type, c.scope, n.document_number,
		format('no row of the log tells how value %s was given', n.value)
	FROM numbers n LEFT JOIN counters c ON c.counter_id = n.counter_id
	WHERE n.counter_id IS NOT NULL AND NOT EXISTS (SELECT FROM log a
		WHERE a.counter_id = n.counter_id AND a.value = n.value)
	UNION ALL
	SELECT 'state_differs_from_log', n.document_type, c.scope, n.document_number,
		format('the ledger says %s, the log %s', n.state, l.new_value)
	FROM numbers n
		JOIN last_log l ON l.counter_id = n.counter_id AND l.value = n.value
		LEFT JOIN counters c ON c.counter_id = n.counter_id
	WHERE l.new_value IS DISTINCT FROM n.state::text

	UNION ALL
	SELECT 'number_without_log', n.document_type, c.scope, n.document_number,
		'no row of the log tells how this external number was given'
	FROM externals n LEFT JOIN counters c ON c.counter_id = n.uniqueness_id
	WHERE NOT EXISTS (SELECT FROM last_external_log l
		WHERE l.document_type = n.document_type AND l.uniqueness_id = n.uniqueness_id
			AND l.document_number = n.document_number)
	UNION ALL
	SELECT 'state_differs_from_log', n.document_type, c.scope, n.document_number,
		format('the ledger says %s, the log %s', n.state, l.new_value)
	FROM externals n
		JOIN last_external_log l ON l.document_type = n.document_type
			AND l.uniqueness_id = n.uniqueness_id AND l.document_number = n.document_number
		LEFT JOIN counters c ON c.counter_id = n.uniqueness_id
	WHERE l.new_value IS DISTINCT FROM n.state::text
	UNION ALL
	SELECT 'external_number_missing', l.document_type, c.scope, l.document_number,
		'the log has this external number, the ledger does not'
	FROM last_external_log l LEFT JOIN counters c ON c.counter_id = l.uniqueness_id
	WHERE NOT EXISTS (SELECT FROM externals n
		WHERE n.document_type = l.document_type AND n.uniqueness_id = l.uniqueness_id
			AND n.document_number = l.document_number)

	-- of a number and the one that replaced it, each names the other
	UNION ALL
	SELECT 'replacement_one_sided', r.document_type, c.scope, r.document_number,
		format('its %s names %s, which does not name it', r.operation, r.related_number)
	FROM replacements r LEFT JOIN counters c ON c.counter_id = r.counter_id
	WHERE NOT EXISTS (SELECT FROM replacements o
		WHERE o.document_type = r.document_type AND o.document_number = r.related_number
			AND o.related_number = r.document_number AND o.operation <> r.operation)

	-- reservations out of step
	UNION ALL
	SELECT 'reserved_without_reservation', n.document_type, c.scope, n.document_number,
		'the number is reserved, but no open reservation holds it'
	FROM numbers n LEFT JOIN counters c ON c.counter_id = n.counter_id
	WHERE n.state = 'reserved' AND NOT EXISTS (SELECT FROM docnum.open_reservations() r
		WHERE r.counter_id = n.counter_id AND r.value = n.value)
	UNION ALL
	SELECT 'reservation_without_number', r.document_type, c.scope, n.document_number,
		format('a reservation of value %s is open, but its number is %s', r.value,
			coalesce(n.state::text, 'missing'))
	FROM docnum.open_reservations() r
		LEFT JOIN numbers n ON n.counter_id = r.counter_id AND n.value = r.value
		LEFT JOIN counters c ON c.counter_id = r.counter_id
	WHERE n.state IS DISTINCT FROM 'reserved'
		AND docnum.may('audit', r.document_type)
		AND (problems.document_type IS NULL OR r.document_type = problems.document_type)

	-- rows that point nowhere
	UNION ALL
	SELECT 'counter_missing', min(n.document_type), NULL, min(n.document_number),
		format('%s numbers belong to counter %s, which has no row', count(*), n.counter_id)
	FROM numbers n
	WHERE n.counter_id IS NOT NULL AND NOT EXISTS (SELECT FROM docnum.counter c
		WHERE c.counter_id = n.counter_id)
	GROUP BY n.counter_id
	UNION ALL
	SELECT 'counter_missing', NULL, NULL, NULL,
		format('%s ranges belong to counter %s, which has no row', count(*), g.counter_id)
	FROM docnum.range g
	WHERE problems.document_type IS NULL AND NOT EXISTS (SELECT FROM docnum.counter c
		WHERE c.counter_id = g.counter_id)
	GROUP BY g.counter_id
	UNION ALL
	SELECT 'document_type_missing', n.document_type, NULL, min(n.document_number),
		format('%s numbers are of a document type that is not defined', count(*))
	FROM numbers n
	WHERE NOT EXISTS (SELECT FROM docnum.document_type t
		WHERE t.document_type = n.document_type)
	GROUP BY n.document_type
	UNION ALL
	SELECT 'role_missing', p.document_type, NULL, NULL,
		format('a grant of %s names role %s, which does not exist', p.privilege, p.role_name)
	FROM docnum.privilege p
	WHERE docnum.may('audit', p.document_type) AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.oid = p.role_oid)
		AND (problems.document_type IS NULL OR p.document_type = problems.document_type)

	-- values where none should be
	UNION ALL
	SELECT 'value_out_of_range', n.document_type, c.scope, n.document_number,
		format('value %s is not between %s and %s', n.value, c.first_value, t.max_value)
	FROM numbers n
		JOIN counters c ON c.counter_id = n.counter_id
		JOIN docnum.document_type t ON t.document_type = n.document_type
	WHERE n.value > t.max_value OR (n.value < c.first_value AND NOT EXISTS (SELECT FROM log a
		WHERE a.counter_id = n.counter_id AND a.value = n.value
			AND a.operation = 'MANUAL_OVERRIDE'))
	UNION ALL
	SELECT CASE g.cause WHEN 'closed' THEN 'number_in_closed_scope' ELSE 'number_in_skipped_range' END,
		n.document_type, c.scope, n.document_number,
		format('value %s lies in the range %s to %s, %s: %s', n.value, g.first_value,
			g.last_value, g.cause, g.reason)
	FROM ranges g
		JOIN counters c ON c.counter_id = g.counter_id
		CROSS JOIN LATERAL (SELECT * FROM docnum.number
			WHERE number.counter_id = g.counter_id
				AND number.value BETWEEN g.first_value AND g.last_value
			OFFSET 0) n				-- by the index, for each range
	UNION ALL
	SELECT 'ranges_overlap', c.document_type, c.scope, NULL,
		format('the range %s to %s, %s, begins within one that ends at %s', g.first_value,
			g.last_value, g.cause, g.before)
	FROM ranges g JOIN counters c ON c.counter_id = g.counter_id
	WHERE g.before >= g.first_value

	-- dates out of order, given since the type forbids it: the later of the two
	UNION ALL
	SELECT 'chronology', d.document_type, c.scope,
		CASE WHEN d.issued_at >= d.issued_before THEN d.document_number ELSE d.number_before END,
		format('%s has the date %s, but %s, before it, has %s', d.document_number,
			to_char(d.document_date, 'YYYY-MM-DD'), d.number_before, to_char(d.date_before, 'YYYY-MM-DD'))
	FROM dated d
		LEFT JOIN counters c ON c.counter_id = d.counter_id
		LEFT JOIN strict_since s ON s.document_type = d.document_type
	WHERE d.document_date < d.date_before
		AND greatest(d.issued_at, d.issued_before) >= coalesce(s.since, '-infinity')

	-- attached tables
	UNION ALL
	SELECT 'attachment_broken', a.document_type, NULL, NULL,
		format('triggers of table %s are missing or disabled', a.target)
	FROM docnum.attachment a
	WHERE docnum.may('audit', a.document_type)
		AND (problems.document_type IS NULL OR a.document_type = problems.document_type)
		AND EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = a.target)
		AND (SELECT count(*) FROM pg_catalog.pg_trigger t
			WHERE t.tgrelid = a.target AND t.tgfoid = 'docnum.attached()'::regprocedure
				AND t.tgenabled IN ('O', 'A')
				AND t.tgargs = decode(encode(a.attachment_id::text::bytea, 'hex') || '00', 'hex'))
			< CASE WHEN a.at = 'commit' THEN 6 WHEN 'issue' = ANY (a.columns) THEN 5 ELSE 4 END

	-- docnum's own guards
	UNION ALL
	SELECT 'guard_missing', NULL, NULL, NULL,
		format('trigger %s on docnum.%s is missing or not enabled ALWAYS', g.trigger, c.relname)
	FROM pg_catalog.pg_class c
		CROSS JOIN (VALUES ('docnum_audit'), ('docnum_truncate')) AS g (trigger)
	WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'docnum')
		AND c.relkind = 'r'
		AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t
			WHERE t.tgrelid = c.oid AND t.tgname = g.trigger AND t.tgenabled = 'A'
				AND t.tgfoid = 'docnum.audit()'::regprocedure)
	UNION ALL
	SELECT 'guard_missing', NULL, NULL, NULL,
		format('row-level security of docnum.%s is disabled', c.relname)
	FROM pg_catalog.pg_class c
	WHERE c.relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = 'docnum')
		AND c.relkind = 'r' AND c.relname <> 'installation' AND NOT c.relrowsecurity
	UNION ALL
	SELECT 'index_missing', NULL, NULL, NULL,
		format('the ledger has no valid unique index on %s', k.what)
	FROM (VALUES ('1 2', 'counter and value'), ('9 3', 'the number''s text')) AS k (columns, what)
	WHERE NOT EXISTS (SELECT
		FROM pg_catalog.pg_index i
			JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
			JOIN pg_catalog.pg_namespace s ON s.oid = c.relnamespace
		WHERE s.nspname = 'docnum' AND c.relname = 'number'
			AND i.indisunique AND i.indisvalid AND i.indisready
			AND i.indpred IS NULL AND i.indkey::text = k.columns);
END;
COMMENT ON FUNCTION docnum.problems IS 'one row for each promise that the tables break; docnum_validate asks it';

CREATE FUNCTION docnum.checked(document_type text)
	RETURNS TABLE (numbers bigint, counters bigint, log_rows bigint)
	LANGUAGE SQL STABLE
BEGIN ATOMIC
	SELECT
		(SELECT count(*) FROM docnum.number n
			WHERE docnum.may('audit', n.document_type)
				AND (checked.document_type IS NULL OR n.document_type = checked.document_type)),
		(SELECT count(DISTINCT c.counter_id) FROM docnum.counter c
			WHERE docnum.may('audit', c.document_type)
				AND (checked.document_type IS NULL OR c.document_type = checked.document_type)),
		(SELECT count(*) FROM docnum.audit_log a
			WHERE checked.document_type IS NULL OR a.document_type = checked.document_type);
END;
COMMENT ON FUNCTION docnum.checked IS 'how much docnum_validate has looked at';

CREATE FUNCTION @extschema@.docnum_validate(document_type text DEFAULT NULL)
	RETURNS TABLE (problem text, document_type text, scope text, document_number text, detail text)
	AS 'MODULE_PATHNAME'
	LANGUAGE C STABLE;
COMMENT ON FUNCTION @extschema@.docnum_validate IS
	'checks docnum''s promises against its tables: a row for each problem, none if all is sound; needs "audit"';
