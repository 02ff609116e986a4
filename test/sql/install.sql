-- install: CREATE EXTENSION works in any schema but docnum itself and adopts
-- nothing that was there before; DROP EXTENSION leaves nothing behind, and what
-- the session had cached of the old installation does not reach the new one.

\set VERBOSITY sqlstate
\pset format unaligned
SET client_min_messages = warning;
DROP EXTENSION docnum;

-- everything in the database that a name or a row of the catalog tells of
CREATE FUNCTION pg_temp.objects() RETURNS TABLE (kind text, name text)
LANGUAGE sql AS $$
	SELECT 'schema', nspname::text FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast)'
	UNION ALL SELECT 'relation', oid::regclass::text FROM pg_class
		WHERE relnamespace <> 'pg_toast'::regnamespace
	UNION ALL SELECT 'toast table', count(*)::text FROM pg_class
		WHERE relnamespace = 'pg_toast'::regnamespace
	UNION ALL SELECT 'function', oid::regprocedure::text FROM pg_proc
	UNION ALL SELECT 'type', oid::regtype::text FROM pg_type
	UNION ALL SELECT 'policy', polname::text FROM pg_policy
	UNION ALL SELECT 'trigger', tgname::text FROM pg_trigger
	UNION ALL SELECT 'extension', extname::text FROM pg_extension
	UNION ALL SELECT 'operator', oid::regoperator::text FROM pg_operator
	UNION ALL SELECT 'role', rolname::text FROM pg_roles
	UNION ALL SELECT 'default privilege', oid::text FROM pg_default_acl
	UNION ALL SELECT 'event trigger', evtname::text FROM pg_event_trigger
	UNION ALL SELECT 'comments', count(*)::text FROM pg_description
	UNION ALL SELECT 'initial privileges', count(*)::text FROM pg_init_privs
	UNION ALL SELECT 'dependencies', count(*)::text FROM pg_depend
	UNION ALL SELECT 'shared dependencies', count(*)::text FROM pg_shdepend
	UNION ALL SELECT 'constraints', count(*)::text FROM pg_constraint
	UNION ALL SELECT 'enum values', count(*)::text FROM pg_enum
$$;
CREATE TEMP TABLE objects_before (kind text, name text);
CREATE SCHEMA "Our docs; 100% {new}";
INSERT INTO objects_before SELECT * FROM pg_temp.objects();

-- the schema docnum is the extension's own: neither its home, nor adopted
CREATE EXTENSION docnum SCHEMA docnum;
CREATE SCHEMA docnum;
CREATE EXTENSION docnum;
\set VERBOSITY default
\set SHOW_CONTEXT never
CREATE EXTENSION docnum SCHEMA docnum;
\set VERBOSITY sqlstate
DROP SCHEMA docnum;

-- a function that somebody put where docnum's are to be is not taken over
CREATE FUNCTION public.docnum_next(document_type text, scope_value text DEFAULT NULL,
	document_date date DEFAULT NULL, metadata jsonb DEFAULT NULL) RETURNS text
	LANGUAGE sql RETURN 'COR-00000';
CREATE EXTENSION docnum SCHEMA public;
DROP FUNCTION public.docnum_next(text, text, date, jsonb);

-- refused attempts leave nothing
SELECT * FROM pg_temp.objects() EXCEPT SELECT * FROM objects_before;

-- a schema with an odd name, which is not in the search path
CREATE EXTENSION docnum SCHEMA "Our docs; 100% {new}";
SELECT extnamespace::regnamespace, extrelocatable, extversion IS NOT NULL AS versioned
FROM pg_extension WHERE extname = 'docnum';
SELECT document_type FROM "Our docs; 100% {new}".docnum_define('COR', format => 'COR-{SEQ:5}');
SELECT "Our docs; 100% {new}".docnum_next('COR');
SELECT document_number FROM "Our docs; 100% {new}".docnum_reserve('COR', ttl => '1 hour');
SELECT document_type, current_value, reserved FROM "Our docs; 100% {new}".docnum_status();
SELECT operation FROM "Our docs; 100% {new}".docnum_history('COR-00002');
SET client_min_messages = notice;
SELECT * FROM "Our docs; 100% {new}".docnum_validate();
SET client_min_messages = warning;
ALTER EXTENSION docnum SET SCHEMA public;

-- dropped with all that was in it
DROP EXTENSION docnum;
SELECT * FROM pg_temp.objects() EXCEPT SELECT * FROM objects_before;
SELECT * FROM objects_before EXCEPT SELECT * FROM pg_temp.objects();

-- created again in the same session, with other definitions under the old names
CREATE EXTENSION docnum;
SELECT docnum_next('COR');
SELECT format FROM docnum_define('COR', format => 'C{SEQ:3}', start_value => 7);
SELECT docnum_next('COR'), docnum_next('COR');
SELECT count(*) FROM docnum.audit_log;

-- prepared statements and functions follow
PREPARE next AS SELECT docnum_next('COR');
CREATE FUNCTION pg_temp.next() RETURNS text LANGUAGE plpgsql AS
	$$ BEGIN RETURN docnum_next('COR'); END $$;
EXECUTE next;
SELECT pg_temp.next();
DROP EXTENSION docnum;
EXECUTE next;
SELECT pg_temp.next();
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('COR', format => 'D{SEQ:3}');
EXECUTE next;
SELECT pg_temp.next();

-- dropped and created in one transaction; and a DROP that is rolled back
BEGIN;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('COR', format => 'E{SEQ:3}');
SELECT docnum_next('COR');
ROLLBACK;
SELECT docnum_next('COR');
BEGIN;
DROP EXTENSION docnum;
SAVEPOINT gone;
SELECT docnum_next('COR');
ROLLBACK TO gone;
ROLLBACK;
SELECT docnum_next('COR');
SELECT * FROM docnum_validate();

-- what the session knew to be given in the old ledger is free in the new one
SELECT count(docnum_next('COR')) FROM generate_series(1, 40);
SELECT count(docnum_next('COR')) FROM generate_series(1, 40);
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('COR', format => 'D{SEQ:3}');
SELECT count(docnum_next('COR')) FROM generate_series(1, 19);
BEGIN;
SELECT docnum_next('COR');
PREPARE TRANSACTION 'docnum install';
SELECT docnum_next('COR');
ROLLBACK PREPARED 'docnum install';
SELECT count(*) FILTER (WHERE number = 'D020') AS given_again FROM (SELECT docnum_next('COR') AS number FROM generate_series(1, 64)) n;

-- a table that takes its numbers from docnum is not dropped silently
CREATE TABLE letter (number text DEFAULT docnum_next('COR'), subject text);
DROP EXTENSION docnum;
DROP EXTENSION docnum CASCADE;
SELECT attname, atthasdef FROM pg_attribute WHERE attrelid = 'letter'::regclass AND attnum > 0;
DROP TABLE letter;
CREATE EXTENSION docnum;
