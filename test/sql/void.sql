-- void: docnum_void ends an issued number, docnum_replace gives another one for
-- it; each once, with a reason, and the log names both.

\pset format unaligned
\pset null -
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
\set VERBOSITY sqlstate
SELECT allocation FROM docnum_define('INV', 'INV-{YYYY}-{SEQ:5}', 'YEARLY', 'STRICT', allow_manual_override => true);
SELECT allocation FROM docnum_define('RFA', '{PROJECT}-{DISCIPLINE}-{SEQ:3}', 'PROJECT, DISCIPLINE');
SELECT allocation FROM docnum_define('LOC', 'L{SEQ:3}', 'SITE', uniqueness => 'SCOPE', allow_manual_override => true);
CREATE VIEW pg_temp.ledger AS
	SELECT document_number, state FROM docnum.number ORDER BY document_number, uniqueness_id;
SELECT docnum_next('INV', document_date => '2026-03-01') FROM generate_series(1, 3);

SELECT docnum_void('INV-2026-00002', 'wrong customer');
SELECT docnum_replace('INV-2026-00003', 'wrong amount', document_date => '2026-04-01');
\echo in the period of its own date
SELECT docnum_replace('INV-2026-00001', 'next year', document_date => '2027-01-01');
SELECT * FROM pg_temp.ledger;
\echo the chain in both directions
SELECT docnum_replace('INV-2026-00004', 'and again', document_date => '2026-04-02');
SELECT operation, old_value, new_value, related_number, reason FROM docnum_history('INV-2026-00003');
SELECT operation, old_value, new_value, related_number, reason FROM docnum_history('INV-2026-00004');
SELECT operation, old_value, new_value, related_number, reason FROM docnum_history('INV-2026-00005');

\echo never given again
SELECT docnum_next('INV', document_date => '2026-05-01');
SELECT docnum_override('INV', 'INV-2026-00002', 'x');

\echo refused: twice, of a reservation, cancelled, unknown, no reason
SELECT docnum_void('INV-2026-00002', 'again');
SELECT docnum_replace('INV-2026-00002', 'again');
SELECT token, document_number FROM docnum_reserve('INV', document_date => '2026-05-01') \gset
SELECT docnum_void(:'document_number', 'x');
SELECT docnum_replace(:'document_number', 'x');
SELECT docnum_cancel(:'token');
SELECT docnum_void(:'document_number', 'x');
SELECT docnum_void('INV-2026-00099', 'x');
SELECT docnum_void('INV-2026-00006', '');
SELECT docnum_void('INV-2026-00006', NULL);
SELECT docnum_void(NULL, 'x');
SELECT docnum_void('INV-2026-00006', 'x', 'NONE');
SELECT docnum_void('INV-2026-00006', 'x', 'RFA');

\echo a replacement stays in the scope of the old number, whatever its values look like
SELECT docnum_next('RFA', '{"PROJECT": "P/1", "DISCIPLINE": "{A\\B}"}'::jsonb);
SELECT docnum_replace('P/1-{A\B}-001', 'x');
\echo ambiguous, named, external
SELECT docnum_next('LOC', 'north'), docnum_next('LOC', 'south'), docnum_override('LOC', 'old', 'x', true, 'south'::text);
SELECT docnum_void('L001', 'x');
SELECT docnum_replace('L001', 'x', 'LOC', 'south');
SELECT docnum_void('L001', 'x', 'LOC', 'south');
SELECT docnum_replace('old', 'x');
SELECT document_number, state, scope FROM docnum.number JOIN docnum.counter USING (counter_id)
WHERE number.document_type = 'LOC' ORDER BY 3, 1;

\echo who may
CREATE ROLE regress_void;
SELECT docnum_grant('regress_void', 'void', 'INV');
SET ROLE regress_void;
SELECT docnum_void('INV-2026-00006', 'by a clerk');
SELECT docnum_void('L001', 'x', 'LOC', 'north');
SELECT docnum_void('L001', 'x');
RESET ROLE;
SELECT docnum_revoke('regress_void', 'void', 'INV');
SET ROLE regress_void;
SELECT docnum_void('INV-2026-00005', 'by a clerk');
RESET ROLE;
DROP ROLE regress_void;

\echo in the command that gave it
SELECT docnum_void(docnum_next('INV', document_date => '2029-01-01'), 'at once'),
	docnum_replace(docnum_next('INV', document_date => '2029-01-01'), 'at once', document_date => '2029-01-01');
SELECT document_number, state FROM pg_temp.ledger WHERE document_number ~ '2029';
\echo in the transaction that gave it, and rolled back
BEGIN;
SELECT docnum_next('INV', document_date => '2028-01-01') AS number \gset
SELECT docnum_void(:'number', 'at once');
SAVEPOINT s;
SELECT docnum_replace('INV-2026-00005', 'x', document_date => '2028-01-01');
ROLLBACK TO s;
COMMIT;
SELECT document_number, state FROM pg_temp.ledger WHERE document_number ~ '2028' OR document_number ~ '6-00005';
\set VERBOSITY default
SELECT docnum_void('INV-2026-00002', 'again');
SELECT docnum_void('INV-2026-00099', 'x');
SELECT * FROM docnum_validate();
-- a text of any length
SELECT docnum_void(repeat('9', 1000000), 'x');
