-- installation: a direct INSERT into docnum's tables is a restore while docnum has
-- written nothing itself: it is let in and not logged; the first write of docnum's
-- own ends that, for good, also for writers that come later.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
CREATE ROLE regress_docnum_clerk;

-- an installation with everything in it, to be dumped
SELECT format FROM docnum_define('C', format => 'C{SEQ:3}');
SELECT format FROM docnum_define('S', format => '{PROJECT}-{SEQ:3}', scope => 'PROJECT', allocation => 'STRICT');
SELECT format FROM docnum_define('T', format => 'C{SEQ:3}');
SELECT docnum_next('C'), docnum_next('S', 'P1'), docnum_next('T'), docnum_next('C', metadata => '{"a": 1}');
SELECT token FROM docnum_reserve('S', 'P1', ttl => '1 day') \gset
SELECT docnum_cancel(token) FROM docnum_reserve('S', 'P1');
SELECT docnum_grant('regress_docnum_clerk', 'use', 'C'), docnum_grant('regress_docnum_clerk', 'audit');
SELECT docnum_preview('C') AS c, docnum_preview('S', 'P1') AS s, docnum_preview('T') AS t \gset next_
SELECT virgin FROM docnum.installation;

CREATE FUNCTION pg_temp.each_table(statement text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	name text;
	n bigint := 0;
BEGIN
	FOREACH name IN ARRAY '{document_type,counter,number,range,reservation,privilege,audit_log}'::text[] LOOP
		EXECUTE format(statement, name);
		n := n + 1;
	END LOOP;
	RETURN n;
END $$;
SELECT pg_temp.each_table('CREATE TEMP TABLE dump_%1$s AS SELECT row_to_json(t) AS row FROM docnum.%1$s t');
SELECT last_value AS last_id FROM docnum.audit_log_id_seq \gset

-- restored into a new installation, while a role has another oid by now
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT virgin FROM docnum.installation;
DROP ROLE regress_docnum_clerk;
CREATE ROLE regress_docnum_clerk;
-- what only looks leaves it virgin
SELECT count(*) FROM docnum_status();
SELECT * FROM docnum_validate();
SELECT docnum_preview('C');
BEGIN;
SELECT pg_temp.each_table('INSERT INTO docnum.%1$s SELECT r.* FROM dump_%1$s, LATERAL json_populate_record(NULL::docnum.%1$s, row) r');
SELECT setval('docnum.audit_log_id_seq', :last_id) = :last_id;
COMMIT;
SELECT virgin FROM docnum.installation;
-- not one row more, and the same but for the role's oid
SELECT pg_temp.each_table('CREATE TEMP TABLE restored_%1$s AS SELECT row_to_json(t) AS row FROM docnum.%1$s t');
SELECT (SELECT count(*) FROM (SELECT row::text FROM dump_audit_log EXCEPT ALL SELECT row::text FROM restored_audit_log) d), (SELECT count(*) FROM (SELECT row::text FROM restored_audit_log EXCEPT ALL SELECT row::text FROM dump_audit_log) d),
	(SELECT count(*) FROM (SELECT row::text FROM dump_number EXCEPT ALL SELECT row::text FROM restored_number) d), (SELECT count(*) FROM (SELECT row::text FROM restored_number EXCEPT ALL SELECT row::text FROM dump_number) d),
	(SELECT count(*) FROM (SELECT row::text FROM dump_document_type EXCEPT ALL SELECT row::text FROM restored_document_type) d), (SELECT count(*) FROM restored_counter), (SELECT count(*) FROM restored_range);
SELECT role_name, role_oid = 'regress_docnum_clerk'::regrole, privilege, document_type FROM docnum.privilege ORDER BY document_type;
SELECT role_oid = current_user::regrole FROM docnum.reservation WHERE token = :'token';
-- the same next numbers; grants and tokens work
SELECT docnum_preview('C') = :'next_c', docnum_preview('S', 'P1') = :'next_s', docnum_preview('T') = :'next_t';
SET ROLE regress_docnum_clerk;
SELECT docnum_next('C') = :'next_c', (SELECT count(*) FROM docnum.number) > 0;
RESET ROLE;
SELECT docnum_confirm(:'token');
SELECT docnum_next('S', 'P1') = :'next_s', docnum_next('T');
SELECT * FROM docnum_validate();

-- the first write has ended it
SELECT virgin FROM docnum.installation;
SELECT pg_temp.each_table('INSERT INTO docnum.%1$s SELECT r.* FROM dump_%1$s, LATERAL json_populate_record(NULL::docnum.%1$s, row) r');

-- each kind of first write ends it, and one that rolls back does not
CREATE FUNCTION pg_temp.forge() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO docnum.range VALUES (1, 1, 1, 'skipped', 'forged', now());
	RETURN 'let in';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END $$;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT pg_temp.forge();
BEGIN;
SELECT docnum_grant('regress_docnum_clerk', 'use');
SELECT pg_temp.forge();
ROLLBACK;
SELECT pg_temp.forge();
SELECT docnum_grant('regress_docnum_clerk', 'use');
SELECT pg_temp.forge();
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('C', format => 'C{SEQ:3}');
SELECT pg_temp.forge();
-- only rows come in that way: no UPDATE, no DELETE, no TRUNCATE
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT pg_temp.forge();
UPDATE docnum.range SET reason = 'x';
DELETE FROM docnum.range;
TRUNCATE docnum.range;
-- and only rows as docnum makes them
INSERT INTO docnum.privilege (privilege, role_oid, granted_by, granted_at) VALUES ('use', 1, 'me', now());
INSERT INTO docnum.reservation (token) VALUES ('00000000-0000-0000-0000-000000000000');
INSERT INTO docnum.document_type (document_type) VALUES ('C');
-- and only for owners
SET ROLE regress_docnum_clerk;
SELECT pg_temp.forge();
RESET ROLE;
DROP ROLE regress_docnum_clerk;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
