-- preview: says what docnum_next would give in this session, and takes nothing:
-- no number, no counter, no row of the log, no lock of the scope.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT allocation FROM docnum_define('C', format => 'C{SEQ:3}', max_value => 4);
SELECT allocation FROM docnum_define('S', format => 'S{SEQ:3}', allocation => 'STRICT', start_value => 7);
SELECT scope FROM docnum_define('P', format => '{PROJECT}/{YYYY}/{SEQ:3}', scope => 'PROJECT, YEARLY');

-- the first number of a scope that nobody used; again and again the same
SELECT docnum_preview('C'), docnum_preview('C'), docnum_preview('S'), docnum_preview('P', 'P1', '2026-11-24'), docnum_preview('P', 7, '2026-11-24');
SELECT (SELECT count(*) FROM docnum.counter), (SELECT count(*) FROM docnum.number), (SELECT count(*) FROM docnum.audit_log WHERE operation <> 'DEFINE');
-- it agrees with docnum_next, after numbers, reservations, cancellations
SELECT docnum_preview('C') = docnum_next('C'), docnum_preview('S') = docnum_next('S'), docnum_preview('P', 'P1', '2026-11-24') = docnum_next('P', 'P1', '2026-11-24');
SELECT docnum_preview('C') AS previewed \gset
SELECT token, document_number AS reserved FROM docnum_reserve('C') \gset
SELECT :'previewed' = :'reserved';
SELECT docnum_cancel(:'token');
SELECT docnum_preview('C'), docnum_preview('P', 'P1', '2026-01-01'), docnum_preview('P', 'P1', '2027-01-01'), docnum_preview('P', 'P2', '2026-01-01');
-- within a transaction: its own numbers count, and a savepoint gives them back
BEGIN;
SELECT docnum_next('S');
SAVEPOINT s;
SELECT docnum_next('S'), docnum_preview('S');
ROLLBACK TO s;
SELECT docnum_preview('S');
ROLLBACK;
SELECT docnum_preview('S');
-- of numbers that an open transaction holds; one that it gives back comes first
BEGIN;
SELECT docnum_next('C');
PREPARE TRANSACTION 'docnum preview';
SELECT docnum_preview('C') = docnum_next('C');
SELECT docnum_preview('C');
ROLLBACK PREPARED 'docnum preview';
SELECT docnum_preview('C');
SELECT docnum_next('C');
-- of texts that are taken: nothing is recorded
SELECT allocation FROM docnum_define('T', format => 'C{SEQ:3}');
SELECT docnum_preview('T');
SELECT count(*) FROM docnum.range;
SELECT docnum_next('T');

-- it fails as docnum_next would
SELECT docnum_preview('C');
SELECT docnum_preview('NONE');
SELECT docnum_preview('P');
SELECT docnum_preview('C', 'P1');
SELECT docnum_preview('P', 'P1', 'infinity');
SELECT docnum_preview(NULL);
-- but it may be asked in a read-only transaction
BEGIN READ ONLY;
SELECT docnum_preview('S'), docnum_preview('P', 'P9', '2026-11-24');
SELECT docnum_next('S');
ROLLBACK;
-- and while another transaction holds a STRICT scope
BEGIN;
SELECT docnum_next('S');
PREPARE TRANSACTION 'docnum preview';
SELECT docnum_preview('S');
COMMIT PREPARED 'docnum preview';
SELECT docnum_preview('S');
SELECT document_type, scope, current_value FROM docnum_status();
SELECT * FROM docnum_validate();
