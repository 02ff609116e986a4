-- errors: each code of docnum's own once with its whole text: what is wrong, a
-- DETAIL that names type, scope and number, a HINT that says what to do; and the
-- codes of PostgreSQL's own for what PostgreSQL has a code for.

\pset format unaligned
\pset tuples_only on
\set SHOW_CONTEXT never
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
CREATE ROLE regress_docnum_clerk;
SELECT format FROM docnum_define('COR', format => '{PROJECT}-{SEQ:3}', scope => 'PROJECT', max_value => 2);
SELECT format FROM docnum_define('INV', format => 'INV-{SEQ:3}', allocation => 'STRICT', allow_reservations => false);
SELECT format FROM docnum_define('TWO', format => '{PROJECT}-{AREA}-{SEQ:3}', scope => 'PROJECT, AREA', max_length => 20);
SELECT format FROM docnum_define('PER', format => 'U{SEQ:3}', scope => 'PROJECT', uniqueness => 'SCOPE');
SELECT docnum_next('COR', 'P1'), docnum_next('PER', 'P1'), docnum_next('PER', 'P2'), docnum_next('INV');

\echo NB001
SELECT docnum_next('cor', 'P1');
\echo NB002
SELECT docnum_next('COR', 'P1');
SELECT docnum_next('COR', 'P1');
-- a name that must be quoted, and no scope
SELECT format FROM docnum_define('it''s', format => 'its {SEQ:1}', max_value => 1);
SELECT docnum_next('it''s');
SELECT docnum_next('it''s');
SELECT docnum_define('that''s');
\echo NB003
SET docnum.lock_timeout = '10ms';
BEGIN;
SELECT docnum_next('INV');
PREPARE TRANSACTION 'docnum errors';
SELECT docnum_next('INV');
SELECT allocation FROM docnum_define('COR', allocation => 'STRICT');
COMMIT PREPARED 'docnum errors';
BEGIN;
SELECT document_type FROM docnum_define('COR', max_value => 3);
PREPARE TRANSACTION 'docnum errors';
SELECT max_value FROM docnum_define('COR', max_value => 4);
ROLLBACK PREPARED 'docnum errors';
RESET docnum.lock_timeout;
\echo NB004: unknown, cancelled, confirmed, expired
SELECT docnum_confirm('12345678-0000-4000-8000-000000000000');
SELECT token FROM docnum_reserve('COR', 'P2') \gset
SELECT docnum_cancel(:'token');
SELECT docnum_confirm(:'token');
SELECT token FROM docnum_reserve('COR', 'P2') \gset
SELECT docnum_confirm(:'token');
SELECT docnum_extend(:'token');
SELECT token FROM docnum_reserve('COR', 'P3', ttl => '1 microsecond') \gset
CREATE FUNCTION pg_temp.tell(statement text, OUT code text, OUT message text, OUT detail text, OUT hint text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
END $$;
SELECT code, message, regexp_replace(detail, '(?<=at ).*(?=\. Document)', 'TIME'), hint FROM pg_temp.tell(format('SELECT docnum_confirm(%L)', :'token'));
\echo NB006
SELECT docnum_define('DRW', format => 'DRW-{YYYY}-{NUM:5}');
SELECT docnum_define('DRW', format => 'DRW-{SEQ:5}', scope => 'YEARLY');
\echo NB009
SELECT docnum_next('COR');
SELECT docnum_next('INV', 'P1');
SELECT docnum_next('TWO', '{"PROJECT": "P1", "area": "A"}');
SELECT docnum_next('COR', E'P\u200b1');
SELECT docnum_define('DRW', format => 'DRW-{SEQ:5}', scope => 'Area');
\echo NB010
SELECT docnum_define('INV', format => 'I-{SEQ:5}');
SELECT docnum_reserve('INV');
SELECT docnum_drop('INV');
\echo NB014
DELETE FROM docnum.number;
DELETE FROM docnum.document_type;
\echo NB015
SELECT * FROM docnum_history('P1-009', 'COR');
\echo NB016
SELECT * FROM docnum_history('U001');

\echo 22004, 22001, 22008, 22023
SELECT docnum_next(NULL);
SELECT docnum_define('DRW');
SELECT docnum_confirm(NULL);
SELECT docnum_next('TWO', '{"PROJECT": "P123456789", "AREA": "A1234567890"}');
SELECT docnum_define(repeat('N', 51), format => 'N{SEQ:3}');
SELECT docnum_next('INV', document_date => 'infinity');
SELECT docnum_next('INV', document_date => '10000-01-01');
SELECT docnum_define('INV', max_value => 1);
SELECT docnum_define('DRW', format => 'D{SEQ:3}', time_zone => 'CET-1');
SELECT docnum_reserve('COR', 'P1', ttl => '-1 s');
SELECT docnum_next('INV', metadata => '[1]');
SELECT docnum_grant('regress_docnum_clerk', 'read');
\echo 42501, 42704, 0A000
SET ROLE regress_docnum_clerk;
SELECT docnum_next('COR', 'P1');
SELECT docnum_define('DRW', format => 'D{SEQ:3}');
SELECT docnum_grant('regress_docnum_clerk', 'use');
SELECT * FROM docnum_status('COR');
RESET ROLE;
SELECT token FROM docnum_reserve('PER', 'P2') \gset
SELECT docnum_grant('regress_docnum_clerk', 'use');
SET ROLE regress_docnum_clerk;
SELECT docnum_cancel(:'token');
RESET ROLE;
SELECT docnum_revoke('regress_docnum_clerk', 'use');
SELECT docnum_grant('regress_docnum_nobody', 'use');
SELECT docnum_define('INV', rate_limit => 5);
SELECT document_number FROM docnum_reserve('PER', 'P5', document_date => '2026-11-24', idempotency_key => 'k');
SELECT docnum_reserve('PER', 'P5', document_date => '2026-11-25', idempotency_key => 'k');
SELECT docnum_reserve('PER', 'P5', idempotency_key => '');
SELECT docnum_reserve('PER', 'P5', idempotency_key => repeat('k', 256));
SELECT docnum_forget_keys(NULL);
SELECT docnum_forget_keys('-1 day');
DROP ROLE regress_docnum_clerk;

-- the codes themselves
\set VERBOSITY sqlstate
SELECT docnum_next('cor');
SELECT docnum_next('COR', 'P1');
SELECT docnum_confirm('12345678-0000-4000-8000-000000000000');
SELECT docnum_define('DRW', format => 'D');
SELECT docnum_next('INV', 'P1');
SELECT docnum_drop('INV');
TRUNCATE docnum.audit_log;
SELECT * FROM docnum_history('U');
SELECT * FROM docnum_history('U001');
SELECT * FROM docnum_validate();
