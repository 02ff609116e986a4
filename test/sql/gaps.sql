-- gaps: docnum_gaps lists every value without a document, with its cause and
-- reason, neighbours as one row; what is in use, or would come next in a closed
-- scope, is none; a hole is free only where it can be given.

\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
\set VERBOSITY sqlstate
CREATE VIEW pg_temp.gaps AS
	SELECT document_type, scope, generation, first_value, last_value, count, cause, reason, document_number, since IS NULL AS undated FROM docnum_gaps();

\echo nothing there, no gap
SELECT * FROM docnum_gaps();
SELECT allocation FROM docnum_define('C', 'C{YYYY}-{SEQ:4}', 'YEARLY', allow_manual_override => true);
SELECT allocation FROM docnum_define('S', '{PROJECT}-{SEQ:3}', 'PROJECT', 'STRICT', allow_manual_override => true, start_value => 10);
SELECT * FROM docnum_gaps();
SELECT count(docnum_next('C', document_date => '2026-01-01')) FROM generate_series(1, 10);
SELECT count(docnum_next('S', 'A')) FROM generate_series(1, 3);
\echo all in use
SELECT token FROM docnum_reserve('C', document_date => '2026-01-01', ttl => '1 hour') \gset held_
SELECT * FROM docnum_gaps();

\echo ended without a document: neighbours of one reason are one row
SELECT docnum_void('C2026-0002', 'misprint'), docnum_void('C2026-0003', 'misprint'), docnum_void('C2026-0004', 'stolen');
SELECT docnum_replace('C2026-0006', 'wrong addressee', document_date => '2026-01-01');
SELECT docnum_cancel(token, 'not needed') FROM docnum_reserve('C', document_date => '2026-01-01');
SELECT docnum_cancel(token) FROM docnum_reserve('C', document_date => '2026-01-01');
SELECT count(*) FROM docnum_reserve('C', document_date => '2026-01-01', ttl => '1 microsecond');
SELECT docnum_expire();
SELECT * FROM pg_temp.gaps;

\echo recorded ranges, behind and ahead of the counter; a range of a million is one row
SELECT docnum_override('C', 'C2026-0025', 'given on paper', document_date => '2026-01-01');
SELECT docnum_override('C', 'C2026-0020', 'found', document_date => '2026-01-01');
SELECT docnum_skip('C', 26, 29, 'torn sheets', document_date => '2026-01-01');
SELECT docnum_set('C', 500000, 'pre-printed to there', document_date => '2026-01-01');
SELECT docnum_skip('S', 100, 199, 'kept for site', 'A');
\echo below the first value: not free, but a voided number and a skipped value count
SELECT docnum_override('S', 'A-004', 'old'), docnum_skip('S', 6, 7, 'lost', 'A');
SELECT docnum_void('A-004', 'old and wrong');
SELECT * FROM pg_temp.gaps;

\echo open: another transaction holds it, or is recording it; a scope that nobody has committed is not there
BEGIN;
SELECT docnum_next('C', document_date => '2025-01-01'), docnum_next('C', document_date => '2025-01-01');
PREPARE TRANSACTION 'docnum gaps one';
SELECT docnum_next('C', document_date => '2025-01-01');
BEGIN;
SELECT docnum_skip('C', 5, 6, 'being recorded', document_date => '2025-01-01');
SELECT docnum_next('S', 'B'), docnum_next('S', 'A');
PREPARE TRANSACTION 'docnum gaps two';
SELECT * FROM docnum_gaps('C', '2025');
SELECT * FROM docnum_gaps('S', 'B');
SELECT first_value, last_value, cause, reason FROM docnum_gaps('S', 'A') WHERE cause = 'open';
\echo rolled back: free in a CONCURRENT scope; a STRICT one has nothing above its last number
ROLLBACK PREPARED 'docnum gaps one';
ROLLBACK PREPARED 'docnum gaps two';
SELECT first_value, last_value, cause, reason FROM docnum_gaps('C', '2025');
SELECT first_value, last_value, cause FROM docnum_gaps('S', 'A');
\echo what this transaction has given itself is in use
BEGIN;
SELECT docnum_next('S', 'B');
SELECT * FROM docnum_gaps('S', 'B');
ROLLBACK;

\echo closed: what would have come is no gap, what was free is skipped
SELECT docnum_close('C', 'year end', document_date => '2025-12-31');
SELECT first_value, last_value, cause, reason FROM docnum_gaps('C', '2025');

\echo unexplained: the log has it and the ledger does not, or a hole where none can be free
ALTER TABLE docnum.number DISABLE TRIGGER ALL;
ALTER TABLE docnum.audit_log DISABLE TRIGGER ALL;
CREATE FUNCTION pg_temp.lose(VARIADIC numbers text[]) RETURNS void LANGUAGE sql AS
	$$DELETE FROM docnum.number WHERE document_number = ANY (numbers)$$;
SELECT allocation FROM docnum_define('L', '{PROJECT}:{SEQ:2}', 'PROJECT');
SELECT count(docnum_next('L', 'A')) FROM generate_series(1, 9);
SELECT pg_temp.lose('A:03', 'A:04', 'A:09');
SELECT first_value, last_value, cause, reason FROM docnum_gaps('L', 'A');
SELECT pg_temp.lose('A-011');
DELETE FROM docnum.audit_log WHERE document_number IN ('A-011', 'A:04');
SELECT first_value, last_value, cause, reason FROM docnum_gaps('S', 'A') WHERE first_value = 11;
SELECT first_value, last_value, cause, reason FROM docnum_gaps('L', 'A');
SELECT count(docnum_next('L', 'B')) FROM generate_series(1, 9);
SELECT docnum_close('L', 'done', 'B');
SELECT pg_temp.lose('B:05', 'B:09');
DELETE FROM docnum.audit_log WHERE document_number = 'B:05';
SELECT first_value, last_value, cause, reason FROM docnum_gaps('L', 'B');
\echo recorded as such, it is listed once
SELECT count(docnum_next('L', 'A')) FROM generate_series(1, 20);
SELECT first_value, last_value, cause, reason FROM docnum_gaps('L', 'A');

\echo who may: audit of the type; not even the inner function tells others more
CREATE ROLE regress_gaps;
SELECT docnum_grant('regress_gaps', 'use', 'C'), docnum_grant('regress_gaps', 'audit', 'L');
SELECT min(counter_id) AS foreign_counter FROM docnum.counter WHERE document_type = 'C' AND scope = '2026' \gset
SET ROLE regress_gaps;
SELECT DISTINCT document_type FROM docnum_gaps();
SELECT count(*) FROM docnum_gaps('C');
SELECT count(*) FROM docnum_gaps('NONE');
SELECT count(*) FROM docnum.counter_gaps(:foreign_counter, 'C');
RESET ROLE;
SELECT count(*) > 0 FROM docnum.counter_gaps(:foreign_counter, 'C');
SELECT count(*) FROM docnum.counter_gaps(NULL, NULL) a, docnum.counter_gaps(1, 'C') b;
\echo a series: the values are those of all its types, told once, or for the type that is asked for
SELECT series FROM docnum_define('ONE', 'ONE{SEQ:2}', series => 'both');
SELECT series FROM docnum_define('TWO', 'TWO{SEQ:2}', series => 'both');
SELECT docnum_next('TWO');
SELECT docnum_next('ONE');
SELECT docnum_next('TWO');
SELECT docnum_void('TWO01', 'wrong'), docnum_void('ONE02', 'wrong too');
SELECT document_type, first_value, last_value, cause, reason, document_number FROM docnum_gaps() WHERE document_type IN ('ONE', 'TWO');
SELECT document_type, first_value, last_value, cause, reason, document_number FROM docnum_gaps('TWO');
SELECT docnum_grant('regress_gaps', 'audit', 'TWO');
SET ROLE regress_gaps;
SELECT document_type, first_value, last_value, cause, reason, document_number FROM docnum_gaps('TWO');
RESET ROLE;
SELECT docnum_revoke('regress_gaps', 'audit', 'TWO');
SELECT docnum_grant('regress_gaps', 'audit', 'ONE');
SET ROLE regress_gaps;
SELECT document_type, first_value, last_value, cause, reason, document_number FROM docnum_gaps('ONE');
RESET ROLE;
SELECT docnum_revoke('regress_gaps', 'audit', 'ONE');
SELECT docnum_revoke('regress_gaps', 'use', 'C'), docnum_revoke('regress_gaps', 'audit', 'L');
DROP ROLE regress_gaps;
DROP VIEW pg_temp.gaps;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
