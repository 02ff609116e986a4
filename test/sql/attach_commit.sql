-- attach_commit: with at => 'commit' rows get their numbers, all together, when the
-- transaction commits, or when SET CONSTRAINTS says so; what was changed, deleted
-- or rolled back by then counts as it is then.

\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null (none)
\set SHOW_CONTEXT never
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('S', format => '{PROJECT}-{SEQ:2}', scope => 'PROJECT', allocation => 'STRICT');
SELECT format FROM docnum_define('C', format => 'C{SEQ:2}', max_value => 40);
CREATE TABLE letter (id int PRIMARY KEY, number text UNIQUE, project text DEFAULT 'P1', note text, low text GENERATED ALWAYS AS (lower(number)) STORED);
SELECT docnum_attach('letter', 'number', 'S', '{"PROJECT": "project"}', at => 'commit');
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'letter'::regclass AND NOT tgisinternal ORDER BY tgname;

-- not before the commit; generated columns then too; the client learns it in one message
BEGIN;
INSERT INTO letter VALUES (1) RETURNING number;
SELECT count(*) FROM docnum.number;
COMMIT \; SELECT docnum_last()
;
SELECT * FROM letter;
INSERT INTO letter (id, project) SELECT g, 'P' || g % 3 FROM generate_series(2, 7) g;
COPY letter (id) FROM STDIN;
8
9
\.
SELECT id, number FROM letter ORDER BY id;

-- changed, deleted, rolled back in the meantime; savepoints that are released
BEGIN;
INSERT INTO letter VALUES (10), (11), (12), (13);
UPDATE letter SET note = 'changed' WHERE id = 10;
UPDATE letter SET note = 'changed twice', project = 'P9' WHERE id = 10;
DELETE FROM letter WHERE id = 11;
SAVEPOINT s;
UPDATE letter SET project = 'rolled back' WHERE id = 12;
INSERT INTO letter VALUES (14);
DELETE FROM letter WHERE id = 13;
ROLLBACK TO s;
SAVEPOINT t;
INSERT INTO letter VALUES (15);
UPDATE letter SET note = 'in t' WHERE id = 12;
RELEASE t;
COMMIT;
SELECT id, number, project, note FROM letter WHERE id >= 10 ORDER BY id;
-- ON CONFLICT takes no number for what is not inserted, nor voids any
INSERT INTO letter (id, project) VALUES (1, 'P5'), (16, 'P5') ON CONFLICT DO NOTHING;
INSERT INTO letter (id, project) VALUES (1, 'P5'), (17, 'P5') ON CONFLICT (id) DO UPDATE SET note = 'met';
BEGIN;
INSERT INTO letter (id, project) VALUES (18, 'P5');
INSERT INTO letter (id, project) VALUES (18, 'P5') ON CONFLICT (id) DO UPDATE SET note = 'met';
COMMIT;
MERGE INTO letter l USING (VALUES (18), (19)) s (id) ON l.id = s.id WHEN MATCHED THEN UPDATE SET note = 'merged' WHEN NOT MATCHED THEN INSERT (id, project) VALUES (s.id, 'P5');
SELECT id, number, note FROM letter WHERE project = 'P5' ORDER BY id;

-- early: SET CONSTRAINTS; later rows get theirs at once, but after RETURNING
BEGIN;
INSERT INTO letter (id) VALUES (20);
SET CONSTRAINTS docnum_number IMMEDIATE;
SELECT number FROM letter WHERE id = 20;
INSERT INTO letter (id) VALUES (21), (22) RETURNING number;
SELECT number FROM letter WHERE id > 20 ORDER BY id;
SET CONSTRAINTS ALL DEFERRED;
INSERT INTO letter (id) VALUES (23);
SELECT number FROM letter WHERE id = 23;
COMMIT;
SELECT id, number FROM letter WHERE id >= 20 ORDER BY id;

-- a number that a row brings along; the rules are the same
INSERT INTO letter (id, number) VALUES (24, 'P1-99');
SELECT docnum_next('S', 'P1') AS number \gset
INSERT INTO letter (id, number) VALUES (24, :'number') RETURNING number;
SELECT token, document_number FROM docnum_reserve('S', 'P1') \gset
INSERT INTO letter (id, number) VALUES (25, :'document_number');
BEGIN;
INSERT INTO letter (id, number) VALUES (25, :'document_number');
SELECT docnum_confirm(:'token');
COMMIT;
BEGIN;
INSERT INTO letter (id) VALUES (26);
UPDATE letter SET number = 'x' WHERE id = 26;
ROLLBACK;
UPDATE letter SET number = 'x' WHERE id = 25;
DELETE FROM letter WHERE id = 25;
TRUNCATE letter;
SELECT document_number, metadata FROM docnum.audit_log WHERE operation = 'VOID';

-- what fails at the commit rolls the transaction back: scope, exhaustion, constraints
INSERT INTO letter (id, project) VALUES (30, NULL);
CREATE TABLE few (number varchar(2), n int CHECK (n > 0));
SELECT docnum_attach('few', 'number', 'C', at => 'commit');
INSERT INTO few VALUES (NULL, 1);
DROP TABLE few;
CREATE TABLE few (number text CHECK (number <> 'C03'));
SELECT docnum_attach('few', 'number', 'C', at => 'commit');
INSERT INTO few VALUES (NULL), (NULL);
INSERT INTO few VALUES (NULL);
SELECT docnum_skip('C', 3, 3, 'not allowed here');
INSERT INTO few VALUES (NULL);
INSERT INTO few SELECT FROM generate_series(1, 40);
SELECT number FROM few ORDER BY 1;
-- within a block that catches the error, nothing stays behind
DO $$
BEGIN
	SET CONSTRAINTS ALL IMMEDIATE;
	BEGIN
		INSERT INTO letter (id, project) VALUES (31, NULL);
	EXCEPTION WHEN SQLSTATE 'NB009' THEN
		RAISE WARNING 'caught %', sqlerrm;
	END;
	INSERT INTO letter (id) VALUES (32);
END $$;
SELECT id, number FROM letter WHERE id >= 30;
-- NOT NULL cannot wait
ALTER TABLE few ALTER number SET NOT NULL;

-- triggers of the table's own see an UPDATE; rows that they insert are numbered too
CREATE TABLE seen (number text, old text);
CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO seen VALUES (new.number, old.number);
	IF new.note = 'copy' THEN
		INSERT INTO letter (id, note) VALUES (new.id + 100, 'a copy');
	ELSIF new.note = 'forge' THEN
		UPDATE letter SET number = 'forged' WHERE id = new.id;
	END IF;
	RETURN new;
END $$;
CREATE TRIGGER see AFTER UPDATE ON letter FOR EACH ROW EXECUTE FUNCTION see();
INSERT INTO letter (id, note) VALUES (40, 'copy'), (41, NULL);
SELECT id, number FROM letter WHERE id >= 40 ORDER BY id;
SELECT * FROM seen ORDER BY 1;
INSERT INTO letter (id, note) VALUES (42, 'forge');
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.number := 'forged'; RETURN new; END $$;
CREATE TRIGGER meddle BEFORE UPDATE ON letter FOR EACH ROW EXECUTE FUNCTION meddle();
INSERT INTO letter (id) VALUES (43);
ALTER TRIGGER meddle ON letter RENAME TO zzz;
INSERT INTO letter (id) VALUES (43);
DROP TRIGGER zzz ON letter;
DROP TRIGGER see ON letter;

-- issued later
CREATE TABLE draft (id int, number text, issued boolean, area text) PARTITION BY LIST (area);
CREATE TABLE draft_n PARTITION OF draft FOR VALUES IN ('N');
CREATE TABLE draft_s (area text, issued boolean, number text, id int);
ALTER TABLE draft ATTACH PARTITION draft_s FOR VALUES IN ('S');
SELECT docnum_attach('draft', 'number', 'C', at => 'commit', issue_column => 'issued');
INSERT INTO draft VALUES (1, NULL, false, 'N'), (2, NULL, true, 'N'), (3, NULL, NULL, 'S');
BEGIN;
UPDATE draft SET issued = true WHERE id = 1;
UPDATE draft SET issued = true, id = id WHERE id = 1;
UPDATE draft SET issued = true WHERE id = 3;
UPDATE draft SET issued = false WHERE id = 3;
COMMIT;
-- a row that moves to another partition before it has its number
BEGIN;
INSERT INTO draft VALUES (4, NULL, true, 'N'), (5, NULL, true, 'N');
UPDATE draft SET area = 'S' WHERE id = 4;
COMMIT;
UPDATE draft SET area = 'S' WHERE id = 5;
SELECT id, number, issued, tableoid::regclass FROM draft ORDER BY id;

-- the log and docnum_last say who wrote the row, not who commits
CREATE ROLE regress_docnum_clerk;
CREATE ROLE regress_docnum_boss;
GRANT INSERT ON letter TO regress_docnum_clerk;
ALTER TABLE letter ENABLE ROW LEVEL SECURITY;
CREATE POLICY blind ON letter FOR INSERT TO regress_docnum_clerk WITH CHECK (true);
BEGIN;
SET LOCAL ROLE regress_docnum_clerk;
INSERT INTO letter (id) VALUES (50), (51);
SET LOCAL ROLE regress_docnum_boss;
COMMIT;
SELECT document_number, acting_role FROM docnum.audit_log WHERE operation = 'ISSUE' ORDER BY id DESC LIMIT 2;
SET ROLE regress_docnum_clerk \; INSERT INTO letter (id) VALUES (52)
;
SELECT docnum_last();
RESET ROLE;

-- prepared transactions have their numbers at PREPARE
BEGIN;
INSERT INTO letter (id) VALUES (60);
PREPARE TRANSACTION 'docnum attach';
SELECT docnum_last();
COMMIT PREPARED 'docnum attach';
SELECT number FROM letter WHERE id = 60;
-- a scope that is busy for too long
BEGIN;
SELECT docnum_next('S', 'P1');
PREPARE TRANSACTION 'docnum attach';
SET docnum.lock_timeout = '10ms';
\set VERBOSITY sqlstate
INSERT INTO letter (id) VALUES (61);
\set VERBOSITY terse
RESET docnum.lock_timeout;
ROLLBACK PREPARED 'docnum attach';
INSERT INTO letter (id) VALUES (61);
SELECT number FROM letter WHERE id = 61;
-- more rows, scopes and savepoints than there are places anywhere
BEGIN;
INSERT INTO letter (id, project) SELECT g, 'Q' || g % 100 FROM generate_series(1001, 3000) g;
DO $$ BEGIN FOR g IN 3001 .. 3300 LOOP BEGIN INSERT INTO letter (id, project) VALUES (g, 'Q' || g % 7); EXCEPTION WHEN OTHERS THEN RAISE; END; END LOOP; END $$;
COMMIT;
SELECT count(*), count(DISTINCT number) FROM letter WHERE id > 1000;
-- in the order of the rows
SELECT count(*) FROM (SELECT id, row_number() OVER (PARTITION BY project ORDER BY id) AS n, number FROM letter WHERE id > 1000) x WHERE right(number, 2)::int % 100 <> n % 100;
SELECT count(*) FROM letter WHERE number IS NULL;
SELECT count(*) FROM letter JOIN docnum.number n ON number = document_number AND state = 'confirmed';
SELECT * FROM docnum_validate();
SELECT docnum_detach('letter', 'number'), docnum_detach('draft', 'number'), docnum_detach('few', 'number');
SELECT count(*) FROM pg_trigger WHERE tgfoid = 'docnum.attached'::regproc;

DROP TABLE letter, draft, few, seen;
DROP FUNCTION see, meddle;
DROP EXTENSION docnum;
DROP ROLE regress_docnum_clerk, regress_docnum_boss;
CREATE EXTENSION docnum;
