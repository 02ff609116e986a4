-- arguments: NULL in each argument of each function: a required one is 22004, an
-- optional one means "not given"; every function can be called with names alone;
-- none of them writes in a read-only transaction or in a parallel worker.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('C', format => 'C{SEQ:3}', allow_manual_override => true);
SELECT format FROM docnum_define('T', format => 'T{SEQ:3}');
SELECT docnum_next('C');
CREATE TABLE register (document_number text);
SELECT token FROM docnum_reserve('C', ttl => '1 hour') \gset

-- a value for each argument that can be given, by the argument's name and type
CREATE TEMP TABLE value (name text, type regtype, sql text);
INSERT INTO value VALUES ('document_type', 'text', '''C'''), ('scope_value', 'text', 'NULL::text'), ('scope_value', 'anyelement', 'NULL::int'), ('document_date', 'date', '''2026-11-24'''),
	('metadata', 'jsonb', '''{}'''), ('ttl', 'interval', '''1 hour'''), ('token', 'uuid', quote_literal(:'token')), ('reason', 'text', '''x'''), ('format', 'text', '''C{SEQ:3}'''),
	('scope', 'text', 'NULL'), ('allocation', 'text', '''CONCURRENT'''), ('max_value', 'bigint', '99'), ('allow_manual_override', 'boolean', 'true'),
	('time_zone', 'text', '''UTC'''), ('fiscal_year_start', 'integer', '1'), ('reservation_ttl', 'interval', '''1 hour'''), ('chronology', 'text', '''none'''),
	('uniqueness', 'text', '''GLOBAL'''), ('early_release', 'boolean', 'false'), ('start_value', 'bigint', '1'), ('max_length', 'integer', '50'), ('allow_reservations', 'boolean', 'true'),
	('series', 'text', 'NULL'), ('rate_limit', 'integer', 'NULL'), ('rate_interval', 'interval', 'NULL'), ('format_change', 'text', '''continue'''), ('idempotency_key', 'text', '''k'''), ('older_than', 'interval', '''1 hour'''),
	('document_number', 'text', '''C001'''), ('columns', 'text[]', 'NULL'), ('source', 'regclass', '''register'''), ('source_name', 'text', '''x'''), ('dry_run', 'boolean', 'false'), ('accept_external', 'boolean', 'false'), ('report', 'text', '''all'''), ('skip_validation', 'boolean', 'false'), ('from_value', 'bigint', '80'), ('to_value', 'bigint', '81'), ('value', 'bigint', '90'), ('role', 'name', '''pg_monitor'''), ('privilege', 'text', '''use'''),
	('target', 'regclass', '''attachable'''), ('number_column', 'name', '''number'''), ('scope_columns', 'jsonb', '''{}'''), ('date_column', 'name', '''day'''), ('at', 'text', '''insert'''),
	('issue_column', 'name', '''issued'''), ('on_delete', 'text', '''void''');
CREATE TABLE attachable (number text, day date, issued boolean);
-- all arguments of a function by name, one of them NULL (0: none)
CREATE TEMP VIEW call AS
SELECT p.proname, p.oid::regprocedure AS function, n AS null_argument, p.proargnames[n] AS argument,
	format('SELECT count(*) FROM %s(%s) f', p.proname, (SELECT string_agg(format('%I => %s', p.proargnames[i],
		CASE WHEN i <> n THEN coalesce(v.sql, 'missing') WHEN p.proargtypes[i - 1] = 'anyelement'::regtype THEN 'NULL::uuid' ELSE 'NULL' END), ', ' ORDER BY i)
		FROM generate_series(1, p.pronargs) i LEFT JOIN value v ON v.name = p.proargnames[i] AND v.type = p.proargtypes[i - 1]::regtype)) AS statement
FROM pg_proc p, generate_series(0, p.pronargs) n
WHERE p.proname LIKE 'docnum\_%' AND p.pronamespace = 'public'::regnamespace;
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RAISE EXCEPTION SQLSTATE 'UNDO1';
EXCEPTION
	WHEN SQLSTATE 'UNDO1' THEN RETURN 'ok';
	WHEN OTHERS THEN RETURN sqlstate;
END $$;
-- with every argument given
SELECT function, pg_temp.try(statement) FROM call WHERE null_argument = 0 ORDER BY function::text COLLATE "C";
-- with one NULL
SELECT function, argument, pg_temp.try(statement) FROM call WHERE null_argument > 0 ORDER BY function::text COLLATE "C", null_argument;

-- these only read; all others refuse a read-only transaction, before anything else
SELECT function FROM call WHERE null_argument = 0 AND pg_temp.try('SET LOCAL transaction_read_only = on; ' || statement) <> '25006' ORDER BY function::text COLLATE "C";
-- and a parallel worker, if somebody declares a caller of it safe
CREATE FUNCTION worker(statement text) RETURNS text LANGUAGE plpgsql PARALLEL SAFE AS $$
BEGIN
	EXECUTE statement;
	RETURN 'ok';
END $$;
SELECT count(set_config(name, CASE name WHEN 'parallel_leader_participation' THEN 'off' WHEN 'max_parallel_workers_per_gather' THEN '1' ELSE 'regress' END, false))
FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query', 'parallel_leader_participation', 'max_parallel_workers_per_gather');
SELECT worker('SELECT docnum_next(''C'')');
SELECT worker('SELECT docnum_confirm(' || quote_literal(:'token') || ')');
SELECT worker('SELECT docnum_define(''C'', max_value => 5)');
SELECT worker('SELECT docnum_grant(''pg_monitor'', ''use'')');
SELECT worker('SELECT docnum_preview(''C'')');
-- called directly they are not given to a worker at all
EXPLAIN (COSTS off) SELECT docnum_next('C');
EXPLAIN (COSTS off) SELECT docnum_preview('C');
SELECT docnum_next('C'), docnum_preview('C');
-- reading the tables is, with row-level security and all
CREATE ROLE regress_docnum_clerk;
SELECT docnum_grant('regress_docnum_clerk', 'use', 'C');
SET ROLE regress_docnum_clerk;
SELECT document_number, state FROM docnum.number ORDER BY value;
SELECT count(*) FROM docnum.audit_log;
RESET ROLE;
SELECT docnum_revoke('regress_docnum_clerk', 'use', 'C');
DROP ROLE regress_docnum_clerk;
DROP FUNCTION worker;
DROP TABLE attachable;
