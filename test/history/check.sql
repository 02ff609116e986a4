-- The rules C1 to C5 once more, as SQL over the files of a history: a second
-- implementation, which shares nothing with check but the files.
--
--   psql -v dir=DIR -f check.sql          on a server of the same machine
--
-- One row for each violation: rule and evidence.  No row: none.

\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;

CREATE TEMP TABLE transaction (client int, number int, isolation text, ending text,
	outcome text, sqlstate text, begin_call bigint, end_call bigint, end_return bigint,
	held_until bigint);
CREATE TEMP TABLE operation (client int, transaction int, number int, kind text, scope text,
	tag text, token uuid, call bigint, return bigint, result text, sqlstate text, value bigint,
	expires bigint, undo_call bigint, undo_return bigint, xid text);
CREATE TEMP TABLE ledger (scope text, value bigint, state text, tag text, confirmed_by text,
	tag_hash bigint, issued_at bigint);
CREATE TEMP TABLE document_of (tag text, number text);
CREATE TEMP TABLE scope (scope text, allocation text, first_value bigint);

\set files 'cat ' :dir '/transactions*'
COPY transaction FROM PROGRAM :'files';
\set files 'cat ' :dir '/operations*'
COPY operation FROM PROGRAM :'files';
\set files 'cat ' :dir '/ledger*'
COPY ledger FROM PROGRAM :'files';
\set files 'cat ' :dir '/documents*'
COPY document_of FROM PROGRAM :'files';
\set files 'cat ' :dir '/scopes*'
COPY scope FROM PROGRAM :'files';
ANALYZE transaction;
ANALYZE operation;
ANALYZE ledger;

-- Each call that may have taken a number, and what became of it: kept, if its
-- transaction committed or, where nobody knows, if the ledger has any of its
-- numbers; else not.
CREATE TEMP TABLE taken AS
	WITH counted AS (
		SELECT o.client, o.transaction,
			bool_or(l.tag IS NOT NULL OR c.tag IS NOT NULL)
				FILTER (WHERE o.undo_call IS NULL) AS seen
		FROM operation o
			LEFT JOIN ledger l ON l.tag = o.tag
			LEFT JOIN ledger c ON c.confirmed_by = o.tag
		GROUP BY o.client, o.transaction)
	SELECT o.client, o.number, o.kind, o.scope, o.tag, o.call, o.return,
		coalesce(o.value, CASE WHEN k.kept THEN l.value END) AS value,
		k.kept,
		CASE WHEN k.kept THEN float8 'infinity' ELSE coalesce(o.undo_call, t.held_until) END AS until
	FROM operation o
		JOIN transaction t ON t.client = o.client AND t.number = o.transaction
		JOIN counted s ON s.client = o.client AND s.transaction = o.transaction
		LEFT JOIN ledger l ON l.tag = o.tag
		CROSS JOIN LATERAL (SELECT o.undo_call IS NULL AND o.result <> 'error'
			AND (t.outcome IN ('ok', 'prepared') OR t.outcome = 'unknown' AND s.seen)) k (kept)
	WHERE o.kind IN ('next', 'insert', 'reserve');
ANALYZE taken;

-- C1: no value was given twice for good
SELECT 'C1' AS rule, format('%s %s: %s', scope, value, string_agg(tag, ' ')) AS evidence
FROM taken
WHERE kept AND value IS NOT NULL
GROUP BY scope, value
HAVING count(*) > 1
UNION ALL
SELECT 'C1', format('%s %s: %s rows of the ledger', scope, value, count(*))
FROM ledger
GROUP BY scope, value
HAVING count(*) > 1

-- C2: what was kept is in the ledger, and its document has it
UNION ALL
SELECT 'C2', format('%s %s of %s: the ledger has %s %s', t.scope, t.value, t.tag, l.scope, l.value)
FROM taken t LEFT JOIN ledger l ON l.tag = t.tag
WHERE t.kept AND (l.scope, l.value) IS DISTINCT FROM (t.scope, t.value)
UNION ALL
SELECT 'C2', format('%s %s of %s: the document has %s', t.scope, t.value, t.tag, d.number)
FROM taken t LEFT JOIN document_of d ON d.tag = t.tag
WHERE t.kept AND t.kind = 'insert'
	AND substring(d.number FROM '[0-9]+$')::bigint IS DISTINCT FROM t.value

-- C3: nothing is in the ledger, and no document, that was not kept
UNION ALL
SELECT 'C3', format('%s %s of %s', l.scope, l.value, l.tag)
FROM ledger l LEFT JOIN taken t ON t.tag = l.tag AND t.kept
WHERE t.tag IS NULL
UNION ALL
SELECT 'C3', format('document %s of %s', d.number, d.tag)
FROM document_of d LEFT JOIN taken t ON t.tag = d.tag AND t.kept AND t.kind = 'insert'
WHERE t.tag IS NULL

-- C4: no hole is left, and those that there were came back in time
UNION ALL
SELECT 'C4', format('%s: none from %s to %s', scope, before + 1, value - 1)
FROM (SELECT l.scope, l.value,
		lag(l.value, 1, s.first_value - 1) OVER (PARTITION BY l.scope ORDER BY l.value) AS before
	FROM ledger l JOIN scope s ON s.scope = l.scope) x
WHERE value > before + 1
UNION ALL
SELECT 'C4', format('%s %s: filled by call %s only, %s from the last', scope, value, call, above)
FROM (SELECT t.scope, t.value, m.last - t.value AS above,
		row_number() OVER (PARTITION BY t.scope ORDER BY t.number) AS call
	FROM taken t
		JOIN (SELECT l.scope, max(l.value) AS last
			FROM ledger l JOIN taken t ON t.tag = l.tag AND t.client <> 0
			GROUP BY l.scope) m ON m.scope = t.scope
	WHERE t.client = 0) x
WHERE above > 0 AND call > greatest(64, 5.3 * above)

-- C5: nobody is given what somebody certainly has
UNION ALL
SELECT 'C5', format('%s %s: to %s at %s, before %s', scope, value, tag, return, before)
FROM (SELECT t.*, max(until) OVER (PARTITION BY scope, value ORDER BY return, number
			ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
	FROM taken t
	WHERE value IS NOT NULL AND return IS NOT NULL) x
WHERE return < before
ORDER BY 1, 2;

ROLLBACK;
