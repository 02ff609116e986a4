-- attach_role: who may attach; what whoever inserts needs, which is INSERT alone; and
-- that the trigger function gives nothing to whom docnum_attach has not given it.

\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null (none)
\set SHOW_CONTEXT never
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
CREATE ROLE regress_docnum_owner;
CREATE ROLE regress_docnum_clerk;
CREATE ROLE regress_docnum_thief;
CREATE SCHEMA office AUTHORIZATION regress_docnum_owner;
CREATE SCHEMA den AUTHORIZATION regress_docnum_thief;
GRANT USAGE ON SCHEMA office TO PUBLIC;
SELECT format FROM docnum_define('A', format => '{PROJECT}-{SEQ:2}', scope => 'PROJECT');
SELECT format FROM docnum_define('B', format => 'B{SEQ:2}');

-- attaching needs "admin" on the type, and the table
SET ROLE regress_docnum_owner;
CREATE TABLE office.letter (id int PRIMARY KEY, number text UNIQUE, project text, secret text);
SELECT docnum_attach('office.letter', 'number', 'A', '{"PROJECT": "project"}');
RESET ROLE;
SELECT docnum_grant('regress_docnum_thief', 'admin', 'A');
SET ROLE regress_docnum_thief;
SELECT docnum_attach('office.letter', 'number', 'A', '{"PROJECT": "project"}');
RESET ROLE;
SELECT docnum_revoke('regress_docnum_thief', 'admin', 'A'), docnum_grant('regress_docnum_owner', 'admin', 'A');
SET ROLE regress_docnum_owner;
SELECT docnum_attach('office.letter', 'number', 'A', '{"PROJECT": "project"}');
SELECT docnum_attach('office.letter', 'number', 'B');
-- who administers the type sees it attached
SELECT target FROM docnum.attachment;

-- inserting needs INSERT on the table, here on some of its columns, and nothing of docnum's
RESET ROLE;
SELECT docnum_revoke('regress_docnum_owner', 'admin', 'A');
GRANT INSERT (id, project), SELECT (id), UPDATE (project), DELETE ON office.letter TO regress_docnum_clerk;
SET ROLE regress_docnum_clerk;
INSERT INTO office.letter (id, project) VALUES (1, 'P1'), (2, 'P1');
INSERT INTO office.letter (id, number, project) VALUES (3, 'P1-03', 'P1');
SELECT docnum_last(), docnum_last('A');
SELECT docnum_next('A', 'P1');
UPDATE office.letter SET project = 'P2' WHERE id = 1;
DELETE FROM office.letter WHERE id = 2;
SELECT count(*) FROM docnum.number;
SELECT count(*) FROM docnum.attachment;
RESET ROLE;
SELECT id, number, project FROM office.letter ORDER BY id;
SELECT operation, document_number, acting_role FROM docnum.audit_log WHERE operation IN ('ISSUE', 'VOID') ORDER BY id;

-- row-level security of the user's table does not hide who bears a number
ALTER TABLE office.letter ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON office.letter USING (secret = current_user) WITH CHECK (true);
GRANT INSERT, SELECT ON office.letter TO regress_docnum_clerk;
SET ROLE regress_docnum_clerk;
SELECT count(*) FROM office.letter;
INSERT INTO office.letter VALUES (3, 'P1-01', 'P1');
INSERT INTO office.letter VALUES (3, NULL, 'P1');
INSERT INTO office.letter VALUES (3, NULL, 'P1', 'x') ON CONFLICT DO NOTHING;
INSERT INTO office.letter VALUES (4, NULL, 'P1', current_user) RETURNING number;
RESET ROLE;
ALTER TABLE office.letter NO FORCE ROW LEVEL SECURITY;
CREATE POLICY few ON office.letter AS RESTRICTIVE FOR INSERT WITH CHECK (project <> 'P9');
SET ROLE regress_docnum_clerk;
INSERT INTO office.letter VALUES (5, NULL, 'P9', current_user);
RESET ROLE;
SELECT c.scope, count(*) FROM docnum.number n JOIN docnum.counter c USING (counter_id) GROUP BY 1 ORDER BY 1;

-- a thief: the function called by hand
SET ROLE regress_docnum_thief;
SELECT docnum.attached();
-- in a trigger of a table of his own, with the ids of attachments, and without
CREATE TABLE den.loot (id int, number text, project text);
CREATE TRIGGER a BEFORE INSERT OR UPDATE OF number, project ON den.loot FOR EACH ROW EXECUTE FUNCTION docnum.attached('1');
INSERT INTO den.loot VALUES (1, NULL, 'P1');
CREATE OR REPLACE TRIGGER a BEFORE INSERT OR UPDATE OF number, project ON den.loot FOR EACH ROW EXECUTE FUNCTION docnum.attached();
INSERT INTO den.loot VALUES (1, NULL, 'P1');
CREATE OR REPLACE TRIGGER a BEFORE INSERT OR UPDATE OF number, project ON den.loot FOR EACH ROW EXECUTE FUNCTION docnum.attached('1 ');
INSERT INTO den.loot VALUES (1, NULL, 'P1');
CREATE OR REPLACE TRIGGER a AFTER INSERT ON den.loot FOR EACH ROW EXECUTE FUNCTION docnum.attached('1');
INSERT INTO den.loot VALUES (1, NULL, 'P1');
CREATE OR REPLACE TRIGGER a BEFORE INSERT ON den.loot FOR EACH STATEMENT EXECUTE FUNCTION docnum.attached('1');
INSERT INTO den.loot VALUES (1, NULL, 'P1');
CREATE OR REPLACE TRIGGER a AFTER DELETE ON den.loot FOR EACH ROW EXECUTE FUNCTION docnum.attached('1');
INSERT INTO den.loot VALUES (1, 'P1-01', 'P1');
DELETE FROM den.loot;
CREATE OR REPLACE TRIGGER a BEFORE TRUNCATE ON den.loot FOR EACH STATEMENT EXECUTE FUNCTION docnum.attached('1');
TRUNCATE den.loot;
-- as a child of the attached table
CREATE TABLE den.child () INHERITS (office.letter);
-- a trigger on a table that is not his
CREATE TRIGGER a BEFORE INSERT ON office.letter FOR EACH ROW EXECUTE FUNCTION docnum.attached('1');
-- a row of docnum.attachment, written by hand
INSERT INTO docnum.attachment VALUES (2, 'den.loot', 'A', '{number,PROJECT}', 'insert', 'void', 'me', now());
RESET ROLE;
INSERT INTO docnum.attachment VALUES (2, 'den.loot', 'A', '{number,PROJECT}', 'insert', 'void', 'me', now());
UPDATE docnum.attachment SET target = 'den.loot';
DELETE FROM docnum.attachment;
TRUNCATE docnum.attachment;
-- what the owner of the table may do by hand gets him no more than inserting does
SET ROLE regress_docnum_owner;
CREATE TRIGGER b BEFORE INSERT ON office.letter FOR EACH ROW EXECUTE FUNCTION docnum.attached('1');
CREATE TRIGGER c AFTER INSERT ON office.letter FOR EACH ROW EXECUTE FUNCTION docnum.attached('1');
CREATE TRIGGER d BEFORE DELETE ON office.letter FOR EACH ROW EXECUTE FUNCTION docnum.attached('1');
INSERT INTO office.letter VALUES (6, NULL, 'P1') RETURNING number;
CREATE TRIGGER e BEFORE INSERT ON office.letter FOR EACH STATEMENT EXECUTE FUNCTION docnum.attached('1');
INSERT INTO office.letter VALUES (7, NULL, 'P1') RETURNING number;
DROP TRIGGER e ON office.letter;
DROP TRIGGER b ON office.letter;
DROP TRIGGER c ON office.letter;
DROP TRIGGER d ON office.letter;
-- the hostile search_path of whoever attaches, or inserts
RESET ROLE;
CREATE FUNCTION den.equal(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the trap was sprung'; END $$;
CREATE OPERATOR den.= (LEFTARG = text, RIGHTARG = text, FUNCTION = den.equal);
CREATE FUNCTION den.lower(text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the trap was sprung'; END $$;
CREATE TABLE office.note (number text, project text);
SET search_path = den, office, pg_catalog, public;
SELECT docnum_attach('note', 'number', 'A', '{"PROJECT": "project"}');
INSERT INTO note VALUES (NULL, 'P5') RETURNING number;
UPDATE note SET number = 'x';
UPDATE note SET project = 'P6' RETURNING number;
INSERT INTO note VALUES ('P1-02', 'P5');
DELETE FROM note;
RESET search_path;

-- detaching needs both too
GRANT ALL ON ALL TABLES IN SCHEMA office TO regress_docnum_thief;
SELECT docnum_grant('regress_docnum_thief', 'admin', 'A');
SET ROLE regress_docnum_thief;
SELECT docnum_detach('office.letter', 'number');
SET ROLE regress_docnum_owner;
SELECT docnum_detach('office.letter', 'number');
RESET ROLE;
SELECT docnum_grant('regress_docnum_owner', 'admin', 'A');
SET ROLE regress_docnum_owner;
SELECT docnum_detach('office.letter', 'number');
RESET ROLE;
SELECT * FROM docnum_validate();

DROP SCHEMA office, den CASCADE;
DROP EXTENSION docnum;
DROP ROLE regress_docnum_owner, regress_docnum_clerk, regress_docnum_thief;
CREATE EXTENSION docnum;
