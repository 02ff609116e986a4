-- privilege: what each privilege of docnum allows, function by function and table
-- by table; a role without a grant can do nothing and reads nothing.

\set VERBOSITY sqlstate
\pset format unaligned
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('C', format => 'C{SEQ:3}');
SELECT format FROM docnum_define('D', format => 'D{SEQ:3}');
SELECT docnum_next('C'), docnum_next('D');
SELECT token AS c_token FROM docnum_reserve('C', ttl => '1 hour') \gset
SELECT count(*) FROM docnum_reserve('D', ttl => '1 microsecond');
-- ranges: of each type one
SELECT format FROM docnum_define('E', format => 'C{SEQ:3}');
SELECT docnum_next('E');
CREATE TABLE attached_c (number text);
CREATE TABLE attached_d (number text);
SELECT docnum_attach('attached_c', 'number', 'C'), docnum_attach('attached_d', 'number', 'D');

-- the calls: on C and on D
CREATE TEMP TABLE call (n serial, name text, statement text);
INSERT INTO call (name, statement) VALUES
	('next', 'docnum_next(%L)'), ('next anyelement', 'docnum_next(%L, NULL::int)'), ('preview', 'docnum_preview(%L)'), ('preview anyelement', 'docnum_preview(%L, NULL::int)'),
	('reserve', 'count(*) FROM docnum_reserve(%L)'), ('reserve anyelement', 'count(*) FROM docnum_reserve(%L, NULL::int)'),
	('confirm', 'docnum_confirm((SELECT token FROM docnum_reserve(%L)))'), ('cancel', 'docnum_cancel((SELECT token FROM docnum_reserve(%L)))'),
	('extend', 'docnum_extend((SELECT token FROM docnum_reserve(%L))) IS NOT NULL'), ('reservation', 'state FROM docnum_reservation((SELECT token FROM docnum_reserve(%L)))'),
	('status', 'current_value FROM docnum_status(%L)'), ('history', 'count(*) FROM docnum_history(%L || ''001'')'), ('history of type', 'count(*) FROM docnum_history(left(%1$L, 1) || ''001'', %1$L)'),
	('validate', 'count(*) FROM docnum_validate(%L)'), ('define', 'max_value FROM docnum_define(%L, max_value => 1000)'), ('create', 'max_value FROM docnum_define(''X'' || %L, format => ''X{SEQ:1}'')'),
	('drop', 'docnum_drop(%L)'), ('grant', 'docnum_grant(''regress_docnum_x'', ''void'', %L)'), ('revoke', 'docnum_revoke(''regress_docnum_x'', ''void'', %L)'),
	('privileges', 'count(*) FILTER (WHERE document_type IS NOT DISTINCT FROM %L) FROM docnum_privileges()');
INSERT INTO call (name, statement) VALUES
	('expire', 'docnum_expire()'), ('status of all', 'count(*) FROM docnum_status()'), ('validate all', 'count(*) FROM docnum_validate()'),
	('grant on all', 'docnum_grant(''regress_docnum_x'', ''void'')'), ('revoke on all', 'docnum_revoke(''regress_docnum_x'', ''void'')'),
	('foreign token', format('state FROM docnum_reservation(%L)', :'c_token')), ('foreign cancel', format('docnum_cancel(%L)', :'c_token'));
-- the tables: rows of C, of D, and others
INSERT INTO call (name, statement)
SELECT 'table ' || relname, CASE WHEN attname IS NULL THEN 'count(*) FROM docnum.' || relname
		ELSE format('count(*) FILTER (WHERE document_type = ''C''), count(*) FILTER (WHERE document_type = ''D''), count(*) FILTER (WHERE document_type IS NULL) FROM docnum.%I', relname) END
FROM pg_class LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'document_type'
WHERE relnamespace = 'docnum'::regnamespace AND relkind IN ('r', 'v') ORDER BY relname;
GRANT SELECT ON call TO PUBLIC;

-- what a role sees and gets; each call is undone
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE 'SELECT translate(r::text, ''()'', '''') FROM (SELECT ' || statement || ') r' INTO result;
	RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = coalesce(result, 'none');
EXCEPTION
	WHEN SQLSTATE 'UNDO1' THEN RETURN sqlerrm;
	WHEN OTHERS THEN RETURN sqlstate;
END $$;
CREATE FUNCTION pg_temp.rights() RETURNS TABLE (call text, on_c text, on_d text) LANGUAGE sql AS $$
	SELECT name, pg_temp.try(format(statement, 'C')), CASE WHEN statement LIKE '%\%%L%' THEN pg_temp.try(format(statement, 'D')) END
	FROM call ORDER BY n
$$;
DO $$
DECLARE
	privilege text;
BEGIN
	CREATE ROLE regress_docnum_x;
	CREATE ROLE regress_docnum_none;
	FOREACH privilege IN ARRAY '{use,audit,admin,override,void}'::text[] LOOP
		EXECUTE format('CREATE ROLE regress_docnum_%s', privilege);
		PERFORM docnum_grant('regress_docnum_' || privilege, privilege, 'C');
		EXECUTE format('CREATE ROLE regress_docnum_%s_all', privilege);
		PERFORM docnum_grant('regress_docnum_' || privilege || '_all', privilege);
	END LOOP;
END $$;

CREATE TEMP TABLE result (role text, call text, on_c text, on_d text);
GRANT INSERT ON result TO PUBLIC;
\set QUIET on
SELECT format('SET ROLE %I; INSERT INTO result SELECT current_role, * FROM pg_temp.rights(); RESET ROLE', rolname)
FROM pg_roles WHERE rolname ~ '^regress_docnum_(none|use|audit|admin|override|void)' ORDER BY 1 \gexec
SELECT call,
	max(on_c) FILTER (WHERE role = 'regress_docnum_none') AS none, max(on_c) FILTER (WHERE role = 'regress_docnum_use') AS use,
	max(on_c) FILTER (WHERE role = 'regress_docnum_audit') AS audit, max(on_c) FILTER (WHERE role = 'regress_docnum_admin') AS admin,
	max(on_c) FILTER (WHERE role = 'regress_docnum_use_all') AS use_all, max(on_c) FILTER (WHERE role = 'regress_docnum_audit_all') AS audit_all,
	max(on_c) FILTER (WHERE role = 'regress_docnum_admin_all') AS admin_all
FROM result JOIN call ON call.name = result.call GROUP BY call, n ORDER BY n;
-- on the other type: as without a grant
SELECT n.role, n.call, n.on_d, o.on_d AS without FROM result n JOIN result o ON o.role = 'regress_docnum_none' AND o.call = n.call
WHERE n.role IN ('regress_docnum_use', 'regress_docnum_audit', 'regress_docnum_admin') AND n.on_d <> o.on_d ORDER BY 1, 2;
-- with a grant on all types: as on the one
SELECT role, call, on_c, on_d FROM result WHERE role LIKE '%all' AND on_d IS NOT NULL AND (on_c = '42501') <> (on_d = '42501') ORDER BY 1, 2;
-- override and void allow nothing yet
SELECT n.role, n.call, n.on_c, o.on_c AS without FROM result n JOIN result o ON o.role = 'regress_docnum_none' AND o.call = n.call
WHERE n.role ~ 'override|void' AND n.on_c <> o.on_c ORDER BY 1, 2;
-- nothing was left of all that
SELECT document_type, count(*), max(value) FROM docnum.number GROUP BY 1 ORDER BY 1;
SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE rolname ~ '^regress_docnum_' ORDER BY 1 \gexec
DROP TABLE attached_c, attached_d;
