-- guard: nobody changes docnum's tables but docnum: neither owner nor superuser,
-- by no statement, nor as a replica; the trigger function serves no other table.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('C', format => 'C{SEQ:3}');
SELECT format FROM docnum_define('T', format => 'C{SEQ:3}');
SELECT docnum_next('C'), docnum_next('T'), docnum_grant('pg_monitor', 'use');
SELECT count(*) FROM docnum_reserve('C');
CREATE TABLE attached (number text);
SELECT docnum_attach('attached', 'number', 'C');

CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RETURN 'done';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END $$;
-- every table, by every statement: the code, where it was not NB014
CREATE FUNCTION pg_temp.attempts() RETURNS TABLE (attempt text, code text) LANGUAGE sql AS $$
	SELECT s, pg_temp.try(s)
	FROM pg_class c, unnest(ARRAY[
		'INSERT INTO docnum.%1$I SELECT * FROM docnum.%1$I',
		'INSERT INTO docnum.%1$I SELECT * FROM docnum.%1$I ON CONFLICT DO NOTHING',
		'UPDATE docnum.%1$I SET %2$I = %2$I',
		'DELETE FROM docnum.%1$I',
		'TRUNCATE docnum.%1$I',
		'MERGE INTO docnum.%1$I t USING docnum.%1$I s ON false WHEN NOT MATCHED THEN INSERT VALUES (s.*)',
		'MERGE INTO docnum.%1$I t USING docnum.%1$I s ON t.ctid = s.ctid WHEN MATCHED THEN DELETE',
		'MERGE INTO docnum.%1$I t USING docnum.%1$I s ON t.ctid = s.ctid WHEN MATCHED THEN UPDATE SET %2$I = s.%2$I',
		'WITH gone AS (DELETE FROM docnum.%1$I RETURNING *) SELECT count(*) FROM gone']) statement,
		LATERAL (SELECT format(statement, relname, (SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum = 1)) s) t
	WHERE relnamespace = 'docnum'::regnamespace AND relkind = 'r'
	ORDER BY relname, s COLLATE "C"
$$;
SELECT * FROM pg_temp.attempts() WHERE code <> 'NB014';
SELECT count(*) FROM pg_temp.attempts() WHERE code = 'NB014';
-- as a replica, where ordinary triggers do not fire
SET session_replication_role = replica;
SELECT * FROM pg_temp.attempts() WHERE code <> 'NB014';
RESET session_replication_role;
-- as an owner who is no superuser
CREATE FUNCTION pg_temp.give_tables(owner name) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	name text;
	n int := 0;
BEGIN
	FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'docnum'::regnamespace AND relkind = 'r' LOOP
		EXECUTE format('ALTER TABLE docnum.%I OWNER TO %I', name, owner);
		n := n + 1;
	END LOOP;
	RETURN n;
END $$;
CREATE ROLE regress_docnum_owner;
GRANT USAGE, CREATE ON SCHEMA docnum TO regress_docnum_owner;
SELECT pg_temp.give_tables('regress_docnum_owner');
SET ROLE regress_docnum_owner;
SELECT * FROM pg_temp.attempts() WHERE code <> 'NB014';
RESET ROLE;
SELECT pg_temp.give_tables(current_user);
DROP OWNED BY regress_docnum_owner;
-- a role with every privilege of docnum's and of the server's on the tables: what
-- is done is done to no row, see the end
SELECT count(docnum_grant('regress_docnum_owner', p)) FROM unnest('{use,override,void,admin,audit}'::text[]) p;
GRANT ALL ON ALL TABLES IN SCHEMA docnum TO regress_docnum_owner;
GRANT USAGE ON SCHEMA docnum TO regress_docnum_owner;
SET ROLE regress_docnum_owner;
SELECT DISTINCT code FROM pg_temp.attempts() ORDER BY 1;
RESET ROLE;
SELECT count(docnum_revoke('regress_docnum_owner', p)) FROM unnest('{use,override,void,admin,audit}'::text[]) p;
DROP OWNED BY regress_docnum_owner;
DROP ROLE regress_docnum_owner;
-- COPY, and an INSERT that is not there yet
COPY docnum.range FROM PROGRAM 'echo 1,1,1,skipped,forged,2026-01-01' (FORMAT csv);
INSERT INTO docnum.number (uniqueness_id, issued_at, state, document_type, document_number) VALUES (0, now(), 'external', 'C', 'X');
INSERT INTO docnum.installation VALUES (true);
UPDATE docnum.installation SET virgin = true;
INSERT INTO docnum.privilege VALUES ('pg_monitor', 'pg_monitor'::regrole, 'admin', NULL, 'me', now());
INSERT INTO docnum.audit_log (operation, "timestamp", session_role, xid) VALUES ('ISSUE', now(), 'me', '1');
-- through a view, a rule, a foreign key
CREATE VIEW ledger AS SELECT * FROM docnum.number;
UPDATE ledger SET state = 'voided';
DELETE FROM ledger;
DROP VIEW ledger;
CREATE RULE quiet AS ON DELETE TO docnum.range DO INSTEAD DELETE FROM docnum.number;
DELETE FROM docnum.range;
DROP RULE quiet ON docnum.range;
CREATE TABLE parent (number text PRIMARY KEY, id bigint);
INSERT INTO parent SELECT document_number, 0 FROM docnum.number;
ALTER TABLE docnum.number ADD CONSTRAINT odd FOREIGN KEY (document_number) REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE;
DELETE FROM parent;
UPDATE parent SET number = number || 'x';
TRUNCATE parent CASCADE;
ALTER TABLE docnum.number DROP CONSTRAINT odd;

-- the trigger function: not to be called, not for other tables, not for strangers
SELECT docnum.audit();
CREATE TRIGGER borrowed BEFORE INSERT OR DELETE ON parent FOR EACH ROW EXECUTE FUNCTION docnum.audit();
INSERT INTO parent VALUES ('y');
DELETE FROM parent;
DROP TRIGGER borrowed ON parent;
CREATE TRIGGER borrowed AFTER TRUNCATE ON parent EXECUTE FUNCTION docnum.audit();
TRUNCATE parent;
DROP TABLE parent;
CREATE ROLE regress_docnum_stranger;
CREATE TABLE own (number text);
ALTER TABLE own OWNER TO regress_docnum_stranger;
SET ROLE regress_docnum_stranger;
CREATE TRIGGER borrowed BEFORE INSERT ON own FOR EACH ROW EXECUTE FUNCTION docnum.audit();
RESET ROLE;
DROP TABLE own;
DROP ROLE regress_docnum_stranger;
-- nothing changed
SELECT document_number, state FROM docnum.number ORDER BY 1;
SELECT operation, count(*) FROM docnum.audit_log GROUP BY 1 ORDER BY 1;
SELECT * FROM docnum_validate();
DROP TABLE attached;
