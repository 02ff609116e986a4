-- skip: docnum_skip marks values that no document gets, one row for any number
-- of them; docnum_set says where a counter goes on.

\pset format unaligned
\pset null -
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
\set VERBOSITY sqlstate
SELECT allocation FROM docnum_define('C', 'C{SEQ:3}', max_value => 99999999, allow_manual_override => true);
SELECT allocation FROM docnum_define('S', 'S{YYYY}-{SEQ:3}', 'YEARLY', 'STRICT', start_value => 10, allow_manual_override => true);
CREATE VIEW pg_temp.ranges AS
	SELECT c.document_type AS type, c.scope, r.first_value, r.last_value, r.cause, r.reason
	FROM docnum.range r JOIN docnum.counter c USING (counter_id) ORDER BY 1, 2, 3;
\echo with 2 skipped, 1 and 3 are given
SELECT docnum_skip('C', 2, 2, 'wet paper');
SELECT docnum_next('C'), docnum_next('C');
\echo in one command, too
SELECT allocation FROM docnum_define('ONE', 'ONE{SEQ:3}');
SELECT docnum_next('ONE'), docnum_skip('ONE', 2, 2, 'x'), docnum_next('ONE'), docnum_set('ONE', 9, 'x'), docnum_next('ONE'),
	docnum_close('ONE', 'x'), docnum_reopen('ONE', 'x'), docnum_next('ONE');
\echo a million values are one row, and one step
SELECT docnum_skip('C', 10, 1000009, 'block of the other office');
SELECT docnum_next('C') FROM generate_series(1, 7);
\echo only what is new counts; a jump that is named becomes a skip
SELECT docnum_skip('C', 1000005, 1000009, 'again');
SELECT docnum_override('C', 'C1000020', 'x');
SELECT docnum_skip('C', 1000014, 1000015, 'x'), docnum_skip('C', 1000012, 1000013, 'a');
SELECT * FROM pg_temp.ranges;
SELECT docnum_override('C', 'C1000014', 'x');
SELECT docnum_override('C', 'C1000016', 'x');
\echo refused: a number is there, bounds, above max_value, reason
SELECT docnum_skip('C', 1, 1, 'x');
SELECT docnum_skip('C', 1000019, 1000021, 'x');
SELECT docnum_skip('C', 0, 1, 'x');
SELECT docnum_skip('C', 5, 4, 'x');
SELECT docnum_skip('C', 99999999, 100000000, 'x');
SELECT docnum_skip('C', 2000000, 2000000, '');
SELECT docnum_skip('C', NULL, 2000000, 'x');
SELECT docnum_skip('C', 2000000, 2000000, 'x', 'P');
SELECT docnum_skip('NONE', 2000000, 2000000, 'x');
\echo behind the counter: a value that was rolled back
SELECT docnum_next('C');
BEGIN;
SELECT docnum_next('C');
SAVEPOINT s;
ROLLBACK;

\echo set: forward jumps, backward takes jumps back, as far as no number was given
SELECT docnum_set('S', 19, 'takeover', document_date => '2026-01-01');
SELECT docnum_next('S', document_date => '2026-01-01');
SELECT docnum_set('S', 99, 'too far', document_date => '2026-01-01');
SELECT docnum_skip('S', 50, 59, 'torn', document_date => '2026-01-01');
SELECT docnum_set('S', 29, 'not so far', document_date => '2026-01-01');
SELECT docnum_next('S', document_date => '2026-01-01');
SELECT * FROM pg_temp.ranges WHERE type = 'S';
SELECT docnum_set('S', 29, 'x', document_date => '2026-01-01');
SELECT docnum_set('S', 30, 'where it stands', document_date => '2026-01-01');
SELECT docnum_set('S', 8, 'below the start', document_date => '2027-01-01');
SELECT docnum_set('S', 9, 'at the start', document_date => '2027-01-01');
SELECT docnum_set('S', -1, 'x', document_date => '2027-01-01');
SELECT docnum_set('S', 1000000, 'x', document_date => '2027-01-01');
SELECT docnum_set('S', 11, NULL, document_date => '2027-01-01');
\echo to the very end
SELECT docnum_set('S', 999998, 'x', document_date => '2028-01-01');
SELECT docnum_next('S', document_date => '2028-01-01');
SELECT docnum_next('S', document_date => '2028-01-01');
SELECT docnum_set('S', 999999, 'x', document_date => '2029-01-01');
SELECT docnum_next('S', document_date => '2029-01-01');
\echo who may
CREATE ROLE regress_skip;
SELECT docnum_grant('regress_skip', 'use'), docnum_grant('regress_skip', 'override');
SET ROLE regress_skip;
SELECT docnum_skip('C', 2000000, 2000000, 'x');
SELECT docnum_set('C', 2000000, 'x');
RESET ROLE;
SELECT docnum_revoke('regress_skip', 'use'), docnum_revoke('regress_skip', 'override');
DROP ROLE regress_skip;
\echo rolled back
BEGIN;
SELECT docnum_skip('C', 2000000, 2000009, 'x'), docnum_set('C', 3000000, 'x');
SAVEPOINT s;
SELECT docnum_set('C', 4000000, 'x');
ROLLBACK TO s;
SELECT docnum_next('C');
ROLLBACK;
SELECT docnum_next('C');
SELECT operation, document_type, old_value, new_value, metadata FROM docnum.audit_log WHERE operation IN ('SKIP', 'SET') ORDER BY id;
\set VERBOSITY default
SELECT docnum_skip('C', 1, 1, 'x');
SELECT docnum_set('S', 29, 'x', document_date => '2026-01-01');
SELECT * FROM docnum_validate();
