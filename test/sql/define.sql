-- define: a new type gets the documented defaults, a later call changes what it
-- names and keeps the rest, one that changes nothing writes nothing; what a
-- change means for numbers already given and for those to come; docnum_drop.

\set VERBOSITY sqlstate
\pset format unaligned
\pset null '(null)'
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;

-- defaults
SET TimeZone = 'Asia/Kolkata';
\pset expanded on
SELECT * FROM docnum_define('COR', format => 'COR-{SEQ:5}') \gset cor_
SELECT to_jsonb(t) - 'created_at' - 'updated_at' AS defaults FROM docnum.document_type t;
\pset expanded off
SELECT :'cor_created_at' = :'cor_updated_at' AS new, :'cor_generation' AS generation;
-- every argument kept as it was given; the scope is spelt one way
SELECT to_jsonb(t) - 'created_at' - 'updated_at' AS given
FROM docnum_define('RFA', format => '{PROJECT}/{FY}/{SEQ:4}', scope => ' PROJECT,YEARLY ', allocation => 'STRICT',
	max_value => 5000, allow_manual_override => true, metadata => '{"owner": "QA"}',
	time_zone => 'Europe/Berlin', fiscal_year_start => 4, reservation_ttl => '1 day 2 hours',
	chronology => 'none', uniqueness => 'SCOPE', early_release => false, start_value => 10,
	max_length => 80, allow_reservations => false) t;
-- one argument changed, the rest kept, NULL means not given
SELECT to_jsonb(t) - 'created_at' - 'updated_at' = to_jsonb(o) - 'created_at' - 'updated_at' || '{"max_value": 6000, "version": 2}' AS rest_kept,
	t.created_at = o.created_at AS created_kept, t.updated_at > o.updated_at AS updated
FROM (SELECT * FROM docnum.document_type WHERE document_type = 'RFA') o,
	docnum_define('RFA', format => NULL, max_value => 6000, metadata => NULL) t;
-- the log has the definition before and after
SELECT operation, document_type, document_number, old_value::jsonb ->> 'max_value' AS before,
	new_value::jsonb ->> 'max_value' AS after, counter_id, value
FROM docnum.audit_log ORDER BY id;
-- no change writes nothing
SELECT count(*) AS log_rows FROM docnum.audit_log \gset before_
SELECT ctid AS row FROM docnum.document_type WHERE document_type = 'RFA' \gset before_
SELECT document_type FROM docnum_define('RFA', max_value => 6000, scope => 'PROJECT, YEARLY', metadata => '{"owner":   "QA"}');
SELECT document_type FROM docnum_define('RFA');
SELECT (SELECT count(*) FROM docnum.audit_log) = :before_log_rows AND ctid = :'before_row' AS nothing_written
FROM docnum.document_type WHERE document_type = 'RFA';
-- it counts in its own transaction at once, and not after a rollback
BEGIN;
SELECT docnum_next('COR');
SELECT format FROM docnum_define('COR', format => 'KOR-{SEQ:2}', format_change => 'continue');
SELECT docnum_next('COR');
ROLLBACK;
SELECT docnum_next('COR'), docnum_next('COR');

-- a format that changes: the counters go on, or new ones begin
SELECT format FROM docnum_define('COR', format => 'K{SEQ:1}', format_change => 'continue');
SELECT docnum_next('COR');
SELECT generation FROM docnum_define('COR', format => 'L{SEQ:1}', start_value => 5, format_change => 'restart');
SELECT docnum_next('COR'), docnum_next('COR');
SELECT metadata FROM docnum.audit_log WHERE metadata ? 'format_change' ORDER BY id;
-- not where nothing of the numbers changes
SELECT generation FROM docnum_define('COR', max_value => 100000, format_change => 'restart');
SELECT docnum_next('COR');
SELECT generation, first_value FROM docnum.counter ORDER BY generation;
-- without numbers nothing has to be said
SELECT format, scope FROM docnum_define('RFA', format => 'R{YYYY}-{SEQ:4}', scope => 'YEARLY', fiscal_year_start => 1, uniqueness => 'GLOBAL');

-- start_value is for scopes that were not used yet
SELECT format FROM docnum_define('DRW', format => '{AREA}-{SEQ:3}', scope => 'AREA', start_value => 100);
SELECT docnum_next('DRW', 'A'), docnum_next('DRW', 'B');
SELECT start_value FROM docnum_define('DRW', start_value => 500);
SELECT docnum_next('DRW', 'A'), docnum_next('DRW', 'C');
SELECT start_value FROM docnum_define('DRW', start_value => 50);
SELECT docnum_next('DRW', 'A'), docnum_next('DRW', 'D');

-- also where the session looked at such a scope, or took a number that rolled back
SELECT docnum_preview('DRW', 'E');
BEGIN;
SELECT docnum_next('DRW', 'F');
ROLLBACK;
SELECT start_value FROM docnum_define('DRW', start_value => 60);
SELECT docnum_next('DRW', 'E'), docnum_next('DRW', 'F'), docnum_next('DRW', 'D');

-- max_value: not below a value given, raised at any time
SELECT max_value FROM docnum_define('DRW', max_value => 500);
SELECT max_value FROM docnum_define('DRW', max_value => 499);
SELECT docnum_next('DRW', 'C');
SELECT max_value FROM docnum_define('DRW', max_value => 501);
SELECT docnum_next('DRW', 'C');

-- a type that becomes STRICT: values that are free at that moment are explained
SELECT allocation FROM docnum_define('INV', format => 'INV-{SEQ:3}');
SELECT docnum_next('INV');
BEGIN;
SELECT docnum_next('INV') FROM generate_series(2, 4);
PREPARE TRANSACTION 'docnum define';
SELECT docnum_next('INV');
BEGIN;
SELECT docnum_next('INV');
PREPARE TRANSACTION 'docnum define 2';
SELECT docnum_next('INV');
ROLLBACK PREPARED 'docnum define';
ROLLBACK PREPARED 'docnum define 2';
SELECT allocation FROM docnum_define('INV', allocation => 'STRICT');
SELECT first_value, last_value, cause, reason FROM docnum.range ORDER BY first_value;
SELECT operation, new_value, metadata FROM docnum.audit_log WHERE operation = 'SKIP' ORDER BY id;
SELECT docnum_next('INV'), docnum_next('INV');
SELECT allocation FROM docnum_define('INV', allocation => 'CONCURRENT');
SELECT docnum_next('INV');
SELECT value FROM docnum.number WHERE document_type = 'INV' ORDER BY value;

-- a type is dropped while it has no number, and its grants and counters with it
SELECT docnum_drop('INV');
CREATE ROLE regress_docnum_clerk;
SELECT document_type FROM docnum_define('TMP', format => 'T-{SEQ:3}', start_value => 20);
SELECT docnum_grant('regress_docnum_clerk', 'use', 'TMP'), docnum_grant('regress_docnum_clerk', 'use', 'COR');
BEGIN;
SELECT docnum_next('TMP');
ROLLBACK;
SELECT docnum_drop('TMP');
SELECT docnum_next('TMP');
SELECT docnum_drop('TMP');
SELECT privilege, document_type FROM docnum_privileges('regress_docnum_clerk');
SELECT operation, document_type, old_value::json ->> 'format' AS format FROM docnum.audit_log WHERE operation = 'DROP';
SELECT operation, document_type, old_value FROM docnum.audit_log WHERE operation = 'REVOKE';
SELECT count(*) FROM docnum.counter WHERE document_type = 'TMP';
-- another type of the name inherits nothing
SELECT document_type FROM docnum_define('TMP', format => 'N-{SEQ:3}');
SELECT docnum_next('TMP');
DROP ROLE regress_docnum_clerk;
SELECT docnum_revoke('regress_docnum_clerk', 'use', 'COR');
SELECT * FROM docnum_validate();
