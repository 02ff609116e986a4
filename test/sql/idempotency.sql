-- idempotency: a key gives one reservation, to the role that made it, for one type,
-- scope and date, also after it is confirmed; a repeated call changes nothing; after
-- a cancellation or expiry the key makes a new one; keys can be forgotten.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('C', format => 'C{SEQ:3}');
SELECT format FROM docnum_define('S', format => 'S{SEQ:3}', allocation => 'STRICT');
SELECT format FROM docnum_define('P', format => '{PROJECT}-{YYYY}-{SEQ:3}', scope => 'PROJECT, YEARLY', time_zone => 'UTC');
-- what is there, without tokens
CREATE TEMP VIEW kept AS SELECT document_type, value, idempotency_key, document_date, finished_at IS NOT NULL AS finished
FROM docnum.reservation ORDER BY document_type, value;

-- once, and again: same token, number and end; ttl and metadata of the second call count for nothing
SELECT token, document_number, expires_at, replayed, state FROM docnum_reserve('C', metadata => '{"a": 1}', ttl => '1 hour', idempotency_key => 'k') \gset one_
SELECT :'one_document_number', :'one_replayed', :'one_state';
SELECT token = :'one_token' AS token, document_number, document_type, scope_value, expires_at = :'one_expires_at' AS until, metadata, replayed, state, scope
FROM docnum_reserve('C', metadata => '{"b": 2}', ttl => '1 day', idempotency_key => 'k');
SELECT metadata FROM docnum.number WHERE document_number = :'one_document_number';
SELECT count(*) FROM docnum.audit_log WHERE operation <> 'DEFINE';
-- in one statement, and without a key
SELECT document_number, replayed FROM generate_series(1, 2) i, LATERAL docnum_reserve('C', ttl => make_interval(mins => i));
SELECT string_agg(document_number, ' ') FROM generate_series(1, 3) i, LATERAL docnum_reserve('C', idempotency_key => 'j' || i % 2);
-- keys are compared byte by byte, per type
SELECT document_number FROM docnum_reserve('C', idempotency_key => 'K');
SELECT document_number FROM docnum_reserve('C', idempotency_key => 'k ');
SELECT document_number FROM docnum_reserve('S', idempotency_key => 'k');
SELECT document_number, replayed FROM docnum_reserve('S', idempotency_key => 'k');

-- confirmed, it is still the same
SELECT docnum_confirm(:'one_token', '{"c": 3}');
SELECT token = :'one_token' AS token, document_number, metadata, replayed, state FROM docnum_reserve('C', idempotency_key => 'k');
-- and where the type no longer allows reservations
SELECT allow_reservations FROM docnum_define('C', allow_reservations => false);
SELECT document_number, state FROM docnum_reserve('C', idempotency_key => 'k');
SELECT document_number FROM docnum_reserve('C', idempotency_key => 'new');
SELECT allow_reservations FROM docnum_define('C', allow_reservations => true);

-- cancelled, it is new
SELECT token, document_number FROM docnum_reserve('C', idempotency_key => 'cancel') \gset
SELECT docnum_cancel(:'token');
SELECT document_number = :'document_number' AS same, replayed, state FROM docnum_reserve('C', idempotency_key => 'cancel');
SELECT document_number = :'document_number' AS same, replayed, state FROM docnum_reserve('C', idempotency_key => 'cancel');
-- all in one transaction
BEGIN;
SELECT token FROM docnum_reserve('S', idempotency_key => 'within') \gset
SELECT docnum_cancel(:'token');
SELECT document_number, replayed FROM docnum_reserve('S', idempotency_key => 'within');
SELECT document_number, replayed FROM docnum_reserve('S', idempotency_key => 'within');
COMMIT;
-- overdue, swept or not
SELECT document_number, replayed FROM docnum_reserve('S', ttl => '1 microsecond', idempotency_key => 'late');
SELECT document_number, replayed FROM docnum_reserve('S', ttl => '1 microsecond', idempotency_key => 'late');
SELECT docnum_expire();
SELECT document_number, replayed FROM docnum_reserve('S', ttl => '1 hour', idempotency_key => 'late');
SELECT document_number, replayed FROM docnum_reserve('S', idempotency_key => 'late');
SELECT * FROM kept WHERE idempotency_key = 'late';

-- another scope or date: NB010; the scope value written otherwise is the same
SELECT document_number, scope FROM docnum_reserve('P', 'P1', document_date => '2026-05-01', idempotency_key => 'k');
SELECT document_number, scope_value, replayed, scope FROM docnum_reserve('P', '{"PROJECT": "P1"}'::jsonb, document_date => '2026-05-01', idempotency_key => 'k');
SELECT document_number FROM docnum_reserve('P', 'P2', document_date => '2026-05-01', idempotency_key => 'k');
SELECT document_number FROM docnum_reserve('P', 'P1', document_date => '2026-05-02', idempotency_key => 'k');
SELECT document_number FROM docnum_reserve('P', 'P1', document_date => '2025-05-01', idempotency_key => 'k');
SELECT document_number FROM docnum_reserve('P', 'P1', idempotency_key => 'k');
SELECT document_number FROM docnum_reserve('P', idempotency_key => 'k');
-- without a date: the number's own date may be given later, another one not
SELECT document_number FROM docnum_reserve('P', 'P1', idempotency_key => 'undated') \gset
SELECT document_date AS today FROM docnum.number WHERE document_number = :'document_number' \gset
SELECT replayed FROM docnum_reserve('P', 'P1', idempotency_key => 'undated');
SELECT replayed FROM docnum_reserve('P', 'P1', document_date => :'today', idempotency_key => 'undated');
SELECT replayed FROM docnum_reserve('P', 'P1', document_date => '2001-01-01', idempotency_key => 'undated');
SELECT replayed FROM docnum_reserve('C', document_date => '2001-01-01', idempotency_key => 'k');
-- a date that the number does not depend on counts all the same
SELECT replayed FROM docnum_reserve('C', document_date => '2001-01-01', idempotency_key => 'dated');
SELECT replayed FROM docnum_reserve('C', document_date => '2001-01-01', idempotency_key => 'dated');
SELECT replayed FROM docnum_reserve('C', document_date => '2001-01-02', idempotency_key => 'dated');
SELECT replayed FROM docnum_reserve('C', idempotency_key => 'dated');
-- repeated on another day: the date was not given then and is not given now
SELECT format FROM docnum_define('D', format => 'D{YYYY}{MM}{DD}-{SEQ:3}', scope => 'DAILY', time_zone => 'Etc/GMT+12');
SELECT document_number, scope FROM docnum_reserve('D', idempotency_key => 'midnight') \gset
SELECT time_zone FROM docnum_define('D', time_zone => 'Pacific/Kiritimati');
SELECT document_number = :'document_number' AS same, scope = :'scope' AS scope, replayed FROM docnum_reserve('D', idempotency_key => 'midnight');
SELECT document_number = :'document_number' AS same, scope = :'scope' AS scope, replayed FROM docnum_reserve('D', idempotency_key => 'another');
-- new counters: the old reservation still stands
SELECT generation FROM docnum_define('D', format => 'D/{YYYY}{MM}{DD}-{SEQ:3}', format_change => 'restart');
SELECT document_number = :'document_number' AS same, replayed FROM docnum_reserve('D', idempotency_key => 'midnight');

-- rolled back, there was no key
BEGIN;
SELECT document_number, replayed FROM docnum_reserve('S', idempotency_key => 'gone') \gset
ROLLBACK;
BEGIN;
SAVEPOINT s;
SELECT document_number = :'document_number' AS same, replayed FROM docnum_reserve('S', idempotency_key => 'gone');
ROLLBACK TO s;
SELECT document_number = :'document_number' AS same, replayed FROM docnum_reserve('S', idempotency_key => 'gone');
RELEASE s;
COMMIT;
SELECT document_number = :'document_number' AS same, replayed FROM docnum_reserve('S', idempotency_key => 'gone');
-- a cancellation that is rolled back leaves it standing
BEGIN;
SELECT docnum_cancel(token) FROM docnum_reserve('S', idempotency_key => 'gone');
ROLLBACK;
SELECT document_number = :'document_number' AS same, replayed FROM docnum_reserve('S', idempotency_key => 'gone');
-- prepared: another caller waits, and in vain
BEGIN;
SELECT document_number FROM docnum_reserve('S', idempotency_key => 'prepared') \gset
PREPARE TRANSACTION 'docnum idempotency';
SET docnum.lock_timeout = '1ms';
\set VERBOSITY default
SELECT document_number FROM docnum_reserve('S', idempotency_key => 'prepared');
\set VERBOSITY sqlstate
RESET docnum.lock_timeout;
COMMIT PREPARED 'docnum idempotency';
SELECT document_number = :'document_number' AS same, replayed FROM docnum_reserve('S', idempotency_key => 'prepared');

-- per role, by its identity: a renamed role has its keys, a new one of the old name has not
CREATE ROLE regress_docnum_clerk;
CREATE ROLE regress_docnum_other IN ROLE regress_docnum_clerk;
SELECT docnum_grant('regress_docnum_clerk', 'use');
SET ROLE regress_docnum_clerk;
SELECT document_number, replayed FROM docnum_reserve('S', ttl => '1 hour', idempotency_key => 'k') \gset
SELECT :'replayed';
SET ROLE regress_docnum_other;
SELECT document_number = :'document_number' AS same, replayed FROM docnum_reserve('S', idempotency_key => 'k');
RESET ROLE;
ALTER ROLE regress_docnum_clerk RENAME TO regress_docnum_writer;
SET ROLE regress_docnum_writer;
SELECT document_number = :'document_number' AS same, replayed FROM docnum_reserve('S', idempotency_key => 'k');
SELECT docnum_forget_keys('0');
RESET ROLE;
CREATE ROLE regress_docnum_clerk;
SELECT docnum_grant('regress_docnum_clerk', 'use');
SET ROLE regress_docnum_clerk;
SELECT document_number = :'document_number' AS same, replayed FROM docnum_reserve('S', idempotency_key => 'k');
RESET ROLE;

-- limits
SELECT document_number FROM docnum_reserve('C', idempotency_key => repeat('€', 255)) \gset
SELECT document_number = :'document_number', replayed FROM docnum_reserve('C', idempotency_key => repeat('€', 255));
SELECT document_number FROM docnum_reserve('C', idempotency_key => repeat('k', 256));
SELECT document_number FROM docnum_reserve('C', idempotency_key => '');

-- forgetting: finished reservations, longer ago than that, of types that one administers
SELECT docnum_forget_keys(NULL);
SELECT docnum_forget_keys('-1 second');
SELECT count(*), count(*) FILTER (WHERE finished) FROM kept WHERE idempotency_key IS NOT NULL;
SELECT docnum_forget_keys('1 hour');
SELECT docnum_grant('regress_docnum_other', 'admin', 'C');
SET ROLE regress_docnum_other;
SELECT docnum_forget_keys('0');
SELECT docnum_forget_keys('0');
RESET ROLE;
SELECT document_type, count(*), count(*) FILTER (WHERE finished) FROM kept WHERE idempotency_key IS NOT NULL GROUP BY 1;
-- what another transaction has locked is left for the next call, and stands until then
SELECT token AS confirmed FROM docnum_reserve('S', idempotency_key => 'busy') \gset
SELECT docnum_confirm(:'confirmed');
BEGIN;
SELECT docnum_forget_keys('0');
PREPARE TRANSACTION 'docnum idempotency';
SELECT docnum_forget_keys('0');
SELECT state, replayed FROM docnum_reserve('S', idempotency_key => 'busy');
ROLLBACK PREPARED 'docnum idempotency';
SELECT docnum_forget_keys('0');
SELECT document_type, count(*), count(*) FILTER (WHERE finished) FROM kept WHERE idempotency_key IS NOT NULL GROUP BY 1;
-- forgotten, it makes a new reservation; the token knows as before
SELECT replayed FROM docnum_reserve('S', idempotency_key => 'busy');
SELECT state FROM docnum_reservation(:'confirmed');

SELECT * FROM docnum_validate();
DROP ROLE regress_docnum_clerk, regress_docnum_other, regress_docnum_writer;
