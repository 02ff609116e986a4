-- override: docnum_override gives a number of the caller's choice where it
-- belongs, moves the counter up, explains what that jumps over, and gives no
-- number twice; what is refused changes nothing.

\pset format unaligned
\pset null -
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
\set VERBOSITY sqlstate
SELECT allocation FROM docnum_define('INV', 'INV-{YYYY}-{SEQ:5}', 'YEARLY', allow_manual_override => true, max_value => 99999);
SELECT allocation FROM docnum_define('DWG', '{PROJECT}-{SEQ:4}', 'PROJECT', 'STRICT', allow_manual_override => true, start_value => 100);
SELECT allocation FROM docnum_define('NO', 'NO{SEQ:3}');
CREATE VIEW pg_temp.ledger AS
	SELECT n.document_number, n.state, n.value, c.scope, n.document_date
	FROM docnum.number n LEFT JOIN docnum.counter c USING (counter_id) ORDER BY n.document_type, c.scope, n.value;
CREATE VIEW pg_temp.ranges AS
	SELECT c.document_type, c.scope, r.first_value, r.last_value, r.cause, r.reason
	FROM docnum.range r JOIN docnum.counter c USING (counter_id) ORDER BY 1, 2, 3;

\echo above the counter: it goes on from there, and the jump is one range
SELECT docnum_next('INV', document_date => '2026-03-01');
SELECT docnum_override('INV', 'INV-2026-00007', 'given on paper', document_date => '2026-03-02');
SELECT docnum_next('INV', document_date => '2026-03-01');
\echo a number of last year belongs to last year
SELECT docnum_override('INV', 'INV-2025-00002', 'late');
SELECT docnum_next('INV', document_date => '2025-12-31');
\echo an override can claim what another jumped over, which is cut
SELECT docnum_override('INV', 'INV-2026-00004', 'found in the drawer', document_date => '2026-03-02');
\echo STRICT, with a start_value
SELECT docnum_override('DWG', 'A-0102', 'drawn by hand');
SELECT docnum_override('DWG', 'A-0050', 'older than the register');
SELECT docnum_next('DWG', 'A');
SELECT * FROM pg_temp.ledger;
SELECT * FROM pg_temp.ranges;

\echo dates: today if it can be, the one that is given, the one that is shown whole
SELECT allocation FROM docnum_define('DAY', 'D{YYYY}{MM}{DD}-{SEQ:3}', 'DAILY', allow_manual_override => true);
SELECT allocation FROM docnum_define('SHORT', 'S{YY}/{SEQ:3}', 'YEARLY', allow_manual_override => true);
SELECT allocation FROM docnum_define('FY', 'F{FYE:2}{MM}-{SEQ:3}', 'YEARLY', fiscal_year_start => 4, allow_manual_override => true);
SELECT docnum_override('DAY', 'D20240229-001', 'x'), docnum_override('SHORT', 'S99/001', 'x'),
	docnum_override('SHORT', 'S31/001', 'x'), docnum_override('FY', 'F2401-007', 'x'),
	docnum_override('DAY', 'D20240301-001', 'x', document_date => '2024-03-01');
SELECT document_number, scope, document_date FROM pg_temp.ledger WHERE document_number ~ '^[DSF][0-9]';

\echo a number that does not show all of its period is of the period of today, or of the date given
SELECT allocation FROM docnum_define('MON', 'M{YYYY}-{SEQ:3}', 'MONTHLY', uniqueness => 'SCOPE', allow_manual_override => true);
SELECT docnum_override('MON', 'M2024-001', 'x');
SELECT docnum_override('MON', 'M2024-001', 'x', document_date => '2024-05-06');
SELECT document_number, scope, document_date FROM pg_temp.ledger WHERE document_number ~ '^M';

\echo refused: format, check digit, date, scope, parts of a date that do not go together
SELECT docnum_override('INV', 'INV-2026-0009', 'x');
SELECT docnum_override('INV', 'inv-2026-00009', 'x');
SELECT docnum_override('INV', 'INV-2026-00009 ', 'x', true);
SELECT docnum_override('INV', '', 'x', true);
SELECT docnum_override('INV', E'INV\t1', 'x', true);
SELECT docnum_override('INV', repeat('9', 101), 'x', true);
SELECT docnum_override('DAY', 'D20250229-001', 'x');
SELECT docnum_override('DAY', 'D20240301-002', 'x', document_date => '2024-03-02');
SELECT docnum_override('DWG', 'A-0200', 'x', scope_value => 'B'::text);
SELECT docnum_override('INV', 'INV-2026-00000', 'x');
\echo refused: taken, never to be had, above max_value, no reason, no type, not allowed
SELECT docnum_override('INV', 'INV-2026-00007', 'x');
SELECT docnum_skip('INV', 20, 29, 'torn', document_date => '2026-01-01');
SELECT docnum_override('INV', 'INV-2026-00025', 'x');
SELECT docnum_override('INV', 'INV-2026-100000', 'x');
SELECT docnum_override('INV', 'INV-2026-00030', ' ');
SELECT docnum_override('INV', 'INV-2026-00030', NULL);
SELECT docnum_override('NONE', '1', 'x');
SELECT docnum_override('NO', 'NO007', 'x');
SELECT docnum_override('INV', NULL, 'x');

\echo external: what the format cannot give, with the check waived, unique all the same
SELECT docnum_override('INV', 'Rechnung 17a', 'from the old system', true, metadata => '{"box": 7}');
SELECT docnum_override('INV', 'Rechnung 17a', 'again', true);
SELECT docnum_override('NO', 'Rechnung 17a', 'of another type', true);
SELECT document_number, state, counter_id, value, metadata FROM docnum.number WHERE state = 'external';
SELECT docnum_override('INV', 'Rechnung 18', 'x', true, document_date => '10000-01-01');
SELECT docnum_override('INV', 'Rechnung 18', 'x', true, document_date => '0044-03-15 BC');
\echo external, unique in a scope
SELECT allocation FROM docnum_define('LOC', 'L{SEQ:3}', 'SITE', uniqueness => 'SCOPE', allow_manual_override => true);
SELECT docnum_override('LOC', 'old', 'x', true, 'north'::text), docnum_override('LOC', 'old', 'x', true, 'south'::text);
SELECT docnum_override('LOC', 'old', 'x', true, 'south'::text);
SELECT docnum_override('LOC', 'old', 'x', true);
SELECT docnum_override('LOC', 'L002', 'x', false, 'north'::text), docnum_next('LOC', 'north');
SELECT operation, scope FROM docnum_history('old', 'LOC', 'south');

\echo who may
CREATE ROLE regress_override;
SELECT docnum_grant('regress_override', 'override', 'INV');
SET ROLE regress_override;
SELECT docnum_override('INV', 'INV-2026-00040', 'by a clerk');
SELECT docnum_override('INV', 'x1', 'by a clerk', true);
SELECT docnum_override('DWG', 'A-0300', 'by a clerk');
RESET ROLE;
SELECT docnum_revoke('regress_override', 'override', 'INV');
DROP ROLE regress_override;

\echo rolled back: the counter stands where it stood
BEGIN;
SELECT docnum_override('DWG', 'A-0900', 'x');
SAVEPOINT s;
SELECT docnum_override('DWG', 'A-0950', 'x');
ROLLBACK TO s;
SELECT docnum_next('DWG', 'A');
ROLLBACK;
SELECT docnum_next('DWG', 'A');

\echo the log tells it
SELECT operation, document_number, new_value, metadata FROM docnum.audit_log
WHERE operation IN ('MANUAL_OVERRIDE', 'SKIP') AND document_type = 'INV' ORDER BY id;
\set VERBOSITY default
SELECT docnum_override('INV', 'INV-2026-00007', 'x');
SELECT docnum_override('INV', 'INV-9', 'x');
SELECT * FROM docnum_validate();
\echo a number that the ledger has lost is not given again: the log knows it
\set VERBOSITY sqlstate
ALTER TABLE docnum.number DISABLE TRIGGER docnum_audit;
DELETE FROM docnum.number WHERE document_number = 'A-0102';
ALTER TABLE docnum.number ENABLE ALWAYS TRIGGER docnum_audit;
SELECT docnum_override('DWG', 'A-0102', 'x');
SELECT problem, document_number FROM docnum_validate();
