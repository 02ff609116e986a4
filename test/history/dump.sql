-- Writes what the tables hold at the end of a history: a file of each into the
-- folder :dir, of the scopes whose names begin with :prefix.  Times are
-- microseconds of the server's clock.  README.md lists the columns.

\set ON_ERROR_STOP on

BEGIN ISOLATION LEVEL REPEATABLE READ;

CREATE TEMP VIEW scopes AS
	SELECT DISTINCT ON (c.counter_id) c.counter_id,
		c.document_type || '/' || c.scope AS scope, t.allocation, c.first_value
	FROM docnum.counter c JOIN docnum.document_type t USING (document_type)
	ORDER BY c.counter_id;

\o :dir/scopes
COPY (SELECT s.scope, s.allocation, s.first_value
	FROM scopes s WHERE starts_with(split_part(s.scope, '/', 2), :'prefix')) TO STDOUT;

\o :dir/ledger
COPY (SELECT s.scope, n.value, n.state, n.metadata ->> 'tag', n.metadata ->> 'confirmed_by',
		hashtext(n.metadata ->> 'tag'), (extract(epoch FROM n.issued_at) * 1000000)::bigint
	FROM docnum.number n JOIN scopes s USING (counter_id)
	WHERE starts_with(split_part(s.scope, '/', 2), :'prefix')
	ORDER BY s.scope, n.value) TO STDOUT;

\o :dir/log
COPY (SELECT a.id, a.operation, s.scope, a.value, a.old_value, a.new_value,
		a.metadata -> 'document' ->> 'tag', a.metadata -> 'document' ->> 'confirmed_by',
		a.metadata ->> 'reason', (extract(epoch FROM a.timestamp) * 1000000)::bigint, a.xid
	FROM docnum.audit_log a JOIN scopes s USING (counter_id)
	WHERE starts_with(split_part(s.scope, '/', 2), :'prefix')
	ORDER BY a.id) TO STDOUT;

\o :dir/ranges
COPY (SELECT s.scope, r.first_value, r.last_value, r.cause, r.reason
	FROM docnum.range r JOIN scopes s USING (counter_id)
	WHERE starts_with(split_part(s.scope, '/', 2), :'prefix')) TO STDOUT;

\o :dir/reservations
COPY (SELECT r.token, s.scope, r.value, r.finished_at IS NOT NULL,
		(extract(epoch FROM r.expires_at) * 1000000)::bigint
	FROM docnum.reservation r JOIN scopes s USING (counter_id)
	WHERE starts_with(split_part(s.scope, '/', 2), :'prefix')) TO STDOUT;

\o :dir/documents
COPY (SELECT tag, number FROM document WHERE starts_with(tag, :'prefix')) TO STDOUT;

ROLLBACK;
