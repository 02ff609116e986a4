-- status: one row for each counter in use, one for a type that has none yet;
-- docnum.sequence says the same of the counters.

\set VERBOSITY sqlstate
\pset format unaligned
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
\pset null '(null)'
SELECT * FROM docnum_status();

SELECT format FROM docnum_define('INV', format => 'INV-{SEQ:3}', allocation => 'STRICT', max_value => 300, start_value => 11);
SELECT format FROM docnum_define('COR', format => 'C{YYYY}-{SEQ:3}', scope => 'YEARLY', allow_manual_override => true);
SELECT format FROM docnum_define('DRW', format => '{PROJECT}-{SEQ:3}', scope => 'PROJECT', max_value => 7);
-- before the first number
SELECT document_type, scope, current_value, max_value, utilization, last_used_at, reserved, format, manual_override, allocation, oldest_reserved_at
FROM docnum_status();
SELECT * FROM docnum.sequence;

SELECT docnum_next('COR', document_date => '2026-11-24'), docnum_next('COR', document_date => '2026-01-01'), docnum_next('COR', document_date => '2027-01-01');
SELECT docnum_next('DRW', 'P2') FROM generate_series(1, 7);
SELECT docnum_next('DRW', 'P10'), docnum_next('INV');
SELECT token AS first FROM docnum_reserve('DRW', 'P1', ttl => '1 hour') \gset
SELECT token AS second FROM docnum_reserve('DRW', 'P1', ttl => '1 hour') \gset
SELECT count(document_number) FROM generate_series(1, 2) i, docnum_reserve('INV', ttl => '1 microsecond' * i);
SELECT document_type, scope, current_value, max_value, utilization, last_used_at IS NOT NULL AS used, reserved, manual_override, allocation
FROM docnum_status();
SELECT document_type, scope, current_value, utilization FROM docnum_status('DRW');
-- overdue reservations are open until they are expired
SELECT docnum_expire();
SELECT docnum_confirm(:'second');
SELECT document_type, scope, current_value, reserved, oldest_reserved_at IS NULL AS none_open FROM docnum_status() WHERE document_type <> 'COR';
-- the times are those of the ledger and of the oldest open reservation
SELECT s.last_used_at = (SELECT max(issued_at) FROM docnum.number n WHERE n.document_type = 'DRW' AND n.document_number LIKE 'P1-%') AS last_used,
	s.oldest_reserved_at = (SELECT reserved_at FROM docnum.reservation WHERE token = :'first') AS oldest
FROM docnum_status('DRW') s WHERE scope = 'P1';
-- the view, of the same counters
SELECT * FROM docnum.sequence
EXCEPT SELECT document_type, scope, current_value, max_value, utilization, last_used_at FROM docnum_status();
SELECT count(*) FROM docnum.sequence;

-- new counters after a restart: the old ones are out of use
SELECT generation FROM docnum_define('INV', format => 'R-{SEQ:3}', start_value => 5, format_change => 'restart');
SELECT document_type, current_value, reserved, format FROM docnum_status('INV');
SELECT docnum_next('INV');
SELECT document_type, current_value, reserved, format FROM docnum_status('INV');
-- numbers of open transactions are not shown to others, one's own are
BEGIN;
SELECT docnum_next('DRW', 'P11');
SELECT current_value FROM docnum_status('DRW') WHERE scope = 'P11';
PREPARE TRANSACTION 'docnum status';
SELECT current_value FROM docnum_status('DRW') WHERE scope = 'P11';
COMMIT PREPARED 'docnum status';
SELECT current_value FROM docnum_status('DRW') WHERE scope = 'P11';

SELECT * FROM docnum_status('NONE');
SELECT count(*) FROM docnum_status(NULL);
SELECT row_to_json(s)::jsonb - 'last_used_at' FROM docnum_status('INV') s;
BEGIN READ ONLY;
SELECT count(*) FROM docnum_status();
ROLLBACK;
SELECT * FROM docnum_validate();
