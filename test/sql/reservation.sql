-- reservation: reserve, then confirm, cancel or extend, in one statement or in
-- several transactions; what a finished token says; numbers of cancelled
-- reservations are never given again; the log keeps 8 digits of the token.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT allocation FROM docnum_define('C', format => 'C{SEQ:3}');
SELECT allocation FROM docnum_define('S', format => '{PROJECT}-{SEQ:3}', scope => 'PROJECT', allocation => 'STRICT', reservation_ttl => '1 day');
SELECT allow_reservations FROM docnum_define('N', format => 'N{SEQ:3}', allow_reservations => false);

-- what is returned; the time limit: the call's, the type's, the setting's
SELECT document_number, document_type, scope_value, metadata, replayed, state, scope, token::text ~ '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'
FROM docnum_reserve('S', 'P/1', metadata => '{"a": 1, "b": 1}');
CREATE TEMP VIEW ttl AS SELECT document_type, value, expires_at - reserved_at AS ttl FROM docnum.reservation;
SELECT count(*) FROM docnum_reserve('S', 'P1', ttl => '10 minutes');
SELECT count(*) FROM docnum_reserve('S', 'P1');
SELECT count(*) FROM docnum_reserve('C');
SET docnum.reservation_ttl = '7s';
SELECT count(*) FROM docnum_reserve('C');
SELECT count(*) FROM docnum_reserve('C', ttl => '10 years');
SELECT count(*) FROM docnum_reserve('C', ttl => '1 microsecond');
RESET docnum.reservation_ttl;
SELECT * FROM ttl ORDER BY 1, 2;

-- confirm: in the document's transaction; metadata is merged
SELECT token FROM docnum_reserve('C', metadata => '{"a": 1, "b": 1}') \gset
CREATE TEMP TABLE letter (number text);
BEGIN;
INSERT INTO letter VALUES (docnum_confirm(:'token', '{"b": 2, "c": 3}'));
SELECT state, remaining FROM docnum_reservation(:'token');
COMMIT;
SELECT l.number, n.state, n.metadata, n.changed_at > n.issued_at FROM letter l JOIN docnum.number n ON n.document_number = l.number;
-- confirm rolled back, by the transaction or a savepoint, leaves it open
SELECT token FROM docnum_reserve('C', ttl => '1 hour') \gset
BEGIN;
SELECT docnum_confirm(:'token');
ROLLBACK;
BEGIN;
SAVEPOINT s;
SELECT docnum_cancel(:'token');
ROLLBACK TO s;
SELECT docnum_confirm(:'token');
ROLLBACK TO s;
SELECT document_number, document_type, scope, state, expires_at > now(), remaining > '59 minutes' FROM docnum_reservation(:'token');
COMMIT;
SELECT docnum_confirm(:'token');
-- reserve and confirm in one statement, and in one transaction
SELECT docnum_confirm(token) FROM docnum_reserve('C');
SELECT docnum_confirm(r.token), docnum_cancel(r.token) FROM docnum_reserve('C') r;
BEGIN;
SELECT token FROM docnum_reserve('C') \gset
SELECT docnum_extend(:'token', '1 hour') > now(), docnum_confirm(:'token');
COMMIT;

-- a reservation that rolls back never was; its number is given again
BEGIN;
SELECT token, document_number FROM docnum_reserve('C') \gset
ROLLBACK;
SELECT docnum_confirm(:'token');
SELECT docnum_cancel(:'token');
SELECT docnum_extend(:'token');
SELECT count(*) FROM docnum_reservation(:'token');
SELECT docnum_next('C') = :'document_number';

-- cancel: once; the number is never given again, whoever asks how often
SELECT token, document_number AS cancelled FROM docnum_reserve('C') \gset
SELECT docnum_cancel(:'token', 'entered twice'), docnum_cancel(:'token');
SELECT state, remaining FROM docnum_reservation(:'token');
SELECT docnum_confirm(:'token');
SELECT docnum_extend(:'token');
SELECT count(*) FILTER (WHERE number = :'cancelled') AS again, count(DISTINCT number) FROM (SELECT docnum_next('C') AS number FROM generate_series(1, 300)) n;
SELECT operation, old_value, new_value, reason, metadata ->> 'token' = left(:'token', 8) AS token FROM docnum_history(:'cancelled');
-- the whole token is in the log nowhere, nor in the ledger
SELECT count(*) FROM docnum.audit_log a WHERE a::text LIKE '%' || :'token' || '%' OR a::text LIKE '%' || substr(:'token', 10, 4) || '-4%';
SELECT count(*) FROM docnum.number n WHERE n::text LIKE '%' || left(:'token', 8) || '%';

-- extend: from now on, never earlier than it was
SELECT token, expires_at FROM docnum_reserve('C', ttl => '1 hour') \gset
SELECT docnum_extend(:'token', '1 minute') = :'expires_at', docnum_extend(:'token') = :'expires_at';
SELECT docnum_extend(:'token', '2 hours') AS extended \gset
SELECT :'extended'::timestamptz - now() > '1 hour 59 minutes', expires_at = :'extended' FROM docnum_reservation(:'token');
SELECT operation, (new_value::timestamptz - old_value::timestamptz) > '59 minutes' FROM docnum.audit_log WHERE operation = 'EXTEND' ORDER BY id DESC LIMIT 1;
SELECT count(*) FROM docnum.audit_log WHERE operation = 'EXTEND' AND metadata ->> 'token' = left(:'token', 8);

-- bad time limits, tokens, types
SELECT * FROM docnum_reserve('C', ttl => '0');
SELECT * FROM docnum_reserve('C', ttl => '-1 second');
SELECT * FROM docnum_reserve('C', ttl => '1 month -1 day');
SELECT * FROM docnum_reserve('C', ttl => '11 years');
SELECT * FROM docnum_reserve('C', ttl => '178000000 years');
SELECT docnum_extend(:'token', '0');
SELECT docnum_extend(:'token', '-1 s');
SELECT docnum_extend(:'token', '100 years');
SELECT docnum_confirm('x');
SELECT docnum_confirm('00000000-0000-0000-0000-000000000000');
SELECT docnum_cancel('00000000-0000-0000-0000-000000000000');
SELECT docnum_extend('00000000-0000-0000-0000-000000000000');
SELECT count(*) FROM docnum_reservation('00000000-0000-0000-0000-000000000000');
SELECT * FROM docnum_reserve('N');
SELECT docnum_confirm(:'token', '[]');
-- types that no longer allow reservations finish those they have
SELECT allow_reservations FROM docnum_define('C', allow_reservations => false);
SELECT docnum_confirm(:'token');
SELECT * FROM docnum_validate();
