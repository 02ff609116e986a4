-- expire: a reservation is overdue by the wall clock, also within the transaction
-- that made it; overdue ones can be neither confirmed nor cancelled, before and
-- after docnum_expire, which alone changes the row; its number never comes back.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT allocation FROM docnum_define('C', format => 'C{SEQ:3}');
SELECT allocation FROM docnum_define('S', format => 'S{SEQ:3}', allocation => 'STRICT', reservation_ttl => '1 microsecond');

-- overdue at once, not yet expired
SELECT token AS overdue, document_number AS overdue_number FROM docnum_reserve('C', ttl => '1 microsecond') \gset
SELECT token AS open FROM docnum_reserve('C', ttl => '1 hour') \gset
SELECT state, remaining FROM docnum_reservation(:'overdue');
\set VERBOSITY terse
SELECT docnum_confirm(:'overdue');
\set VERBOSITY sqlstate
SELECT docnum_cancel(:'overdue');
SELECT docnum_extend(:'overdue', '1 hour');
SELECT state, document_number FROM docnum.number ORDER BY value;
SELECT count(*) FROM docnum.audit_log WHERE operation IN ('CONFIRM', 'CANCEL', 'EXTEND', 'EXPIRE');
-- within the transaction that made it, too: the wall clock counts, not its start
BEGIN;
SELECT token FROM docnum_reserve('C', ttl => '1 microsecond') \gset
SAVEPOINT s;
SELECT docnum_confirm(:'token');
ROLLBACK TO s;
SELECT docnum_cancel(:'token');
COMMIT;
SELECT token FROM docnum_reserve('S') \gset
SELECT docnum_confirm(:'token');

-- expire changes what is overdue, and nothing else; a second call finds nothing
SELECT docnum_expire();
SELECT docnum_expire();
SELECT document_number, state, changed_at IS NOT NULL FROM docnum.number ORDER BY document_number;
SELECT document_type, value, finished_at >= expires_at FROM docnum.reservation ORDER BY document_type, value;
SELECT operation, document_number, old_value, new_value, metadata ? 'token' FROM docnum.audit_log WHERE operation = 'EXPIRE' ORDER BY document_number;
SELECT state, remaining FROM docnum_reservation(:'overdue');
SELECT docnum_confirm(:'overdue');
SELECT docnum_cancel(:'overdue');
SELECT docnum_extend(:'overdue', '1 hour');
SELECT docnum_confirm(:'open');

-- rolled back, it is overdue as before
BEGIN;
SELECT token FROM docnum_reserve('S') \gset
SELECT docnum_expire();
SELECT state FROM docnum_reservation(:'token');
ROLLBACK;
SELECT token FROM docnum_reserve('S') \gset
BEGIN;
SELECT docnum_expire();
ROLLBACK;
SELECT state FROM docnum_reservation(:'token');
SELECT docnum_expire();

-- what another transaction is about to finish is left to it
SELECT token FROM docnum_reserve('C', ttl => '1 hour') \gset
BEGIN;
SELECT docnum_extend(:'token', '2 hours') IS NOT NULL;
PREPARE TRANSACTION 'docnum expire';
SELECT token AS late FROM docnum_reserve('C', ttl => '1 microsecond') \gset
SELECT docnum_expire();
COMMIT PREPARED 'docnum expire';
SELECT state FROM docnum_reservation(:'token');
SELECT docnum_cancel(:'token');

-- many at once, among open ones
SELECT count(document_number) FROM generate_series(1, 200) i, docnum_reserve('C', ttl => CASE i % 4 WHEN 0 THEN '1 hour' ELSE '1 microsecond' END::interval);
SELECT docnum_expire();
SELECT state, count(*) FROM docnum.number GROUP BY 1 ORDER BY 1;

-- no number of an expired reservation is given again
SELECT count(*), count(DISTINCT number), count(*) FILTER (WHERE number = :'overdue_number') FROM (SELECT docnum_next('C') AS number FROM generate_series(1, 500)) n;
SELECT document_type, count(*), count(DISTINCT value), max(value) FROM docnum.number GROUP BY 1 ORDER BY 1;
SELECT document_type, reserved FROM docnum_status();
SELECT * FROM docnum_validate();
