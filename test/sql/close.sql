-- close: docnum_close makes every value of a scope final, docnum_reopen opens it
-- again; nothing is given in a closed scope, by whatever function.

\pset format unaligned
\pset null -
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
\set VERBOSITY sqlstate
SELECT allocation FROM docnum_define('C', 'C{YYYY}-{SEQ:3}', 'YEARLY', allow_manual_override => true);
SELECT allocation FROM docnum_define('S', '{PROJECT}-{SEQ:3}', 'PROJECT', 'STRICT', allow_manual_override => true, start_value => 5);
CREATE VIEW pg_temp.ranges AS
	SELECT c.document_type AS type, c.scope, r.first_value, r.last_value, r.cause, r.reason
	FROM docnum.range r JOIN docnum.counter c USING (counter_id) ORDER BY 1, 2, 3;
SELECT docnum_next('C', document_date => '2026-01-01') FROM generate_series(1, 3);
\echo values that are free
BEGIN;
SAVEPOINT s;
SELECT docnum_next('C', document_date => '2026-01-01') FROM generate_series(1, 3);
ROLLBACK TO s;
SELECT docnum_override('C', 'C2026-005', 'x');
COMMIT;
SELECT docnum_close('C', 'year end', document_date => '2026-12-31');
SELECT * FROM pg_temp.ranges;
\echo closed to all
SELECT docnum_next('C', document_date => '2026-01-01');
SELECT docnum_preview('C', document_date => '2026-01-01');
SELECT document_number FROM docnum_reserve('C', document_date => '2026-01-01');
SELECT docnum_override('C', 'C2026-004', 'x');
SELECT docnum_override('C', 'C2026-009', 'x');
SELECT docnum_skip('C', 9, 9, 'x', document_date => '2026-01-01');
SELECT docnum_set('C', 9, 'x', document_date => '2026-01-01');
SELECT docnum_close('C', 'year end', document_date => '2026-12-31');
SELECT docnum_replace('C2026-001', 'x', document_date => '2026-12-31');
\echo but for the other years, and for the end of a number
SELECT docnum_next('C', document_date => '2027-01-01');
SELECT docnum_void('C2026-002', 'x'), docnum_replace('C2026-001', 'x', document_date => '2027-01-01');
\echo reopened, it goes on
SELECT docnum_reopen('C', 'forgot one', document_date => '2026-12-31');
SELECT docnum_reopen('C', 'forgot one', document_date => '2026-12-31');
SELECT docnum_next('C', document_date => '2026-01-01');
SELECT docnum_close('C', 'year end, again', document_date => '2026-12-31');

\echo open reservations must be finished first, overdue ones too
SELECT token, document_number FROM docnum_reserve('S', 'A') \gset
SELECT docnum_close('S', 'done', 'A');
SELECT docnum_confirm(:'token');
SELECT token, document_number FROM docnum_reserve('S', 'A', ttl => '1 microsecond') \gset
SELECT docnum_close('S', 'done', 'A');
SELECT docnum_expire();
SELECT docnum_close('S', 'done', 'A');
\echo an open reservation elsewhere does not matter, nor a scope that was never used
SELECT document_number FROM docnum_reserve('S', 'B');
SELECT docnum_close('S', 'never used', 'C');
SELECT docnum_next('S', 'C');
SELECT docnum_reopen('S', 'used after all', 'C'), docnum_next('S', 'C');
\echo what was skipped ahead stays skipped
SELECT docnum_skip('S', 10, 19, 'ahead', 'D'), docnum_next('S', 'D');
SELECT docnum_close('S', 'done', 'D');
SELECT * FROM pg_temp.ranges WHERE type = 'S';
SELECT docnum_reopen('S', 'more', 'D'), docnum_next('S', 'D'), docnum_set('S', 12, 'x', 'D'), docnum_next('S', 'D');

\echo refused: no reason, no such type, not the administrator
SELECT docnum_close('S', ' ', 'A');
SELECT docnum_reopen('S', NULL, 'A');
SELECT docnum_close('NONE', 'x');
SELECT docnum_close('S', 'x');
CREATE ROLE regress_close;
SELECT docnum_grant('regress_close', 'use');
SET ROLE regress_close;
SELECT docnum_close('S', 'x', 'B');
SELECT docnum_reopen('S', 'x', 'A');
RESET ROLE;
SELECT docnum_revoke('regress_close', 'use');
DROP ROLE regress_close;
\echo rolled back
BEGIN;
SELECT docnum_close('S', 'x', 'E');
ROLLBACK;
SELECT docnum_next('S', 'E');
\echo a type that goes takes it along
SELECT allocation FROM docnum_define('Z', 'Z{SEQ:2}');
SELECT docnum_skip('Z', 1, 3, 'x'), docnum_close('Z', 'x');
SELECT docnum_drop('Z');
SELECT allocation FROM docnum_define('Z', 'Z{SEQ:2}');
SELECT docnum_next('Z');
\echo exhausted is not closed
SELECT max_value FROM docnum_define('X', 'X{SEQ:1}', max_value => 1);
SELECT docnum_next('X');
SELECT docnum_next('X');
SELECT docnum_close('X', 'full');
SELECT docnum_next('X');
SELECT operation, document_type, old_value, new_value, metadata FROM docnum.audit_log WHERE operation IN ('CLOSE', 'REOPEN') ORDER BY id;
\set VERBOSITY default
SELECT docnum_next('X');
SELECT * FROM docnum_validate();
