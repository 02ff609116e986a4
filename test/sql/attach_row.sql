-- attach_row: whatever way rows get into an attached table, each has its number, each
-- number its row, each its row of the log; scope and date come from the row.

\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null (none)
SET client_min_messages = warning;
SET timezone = 'UTC';
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('S', format => '{PROJECT}-{YYYY}-{SEQ:2}', scope => 'PROJECT, YEARLY', allocation => 'STRICT', time_zone => 'Asia/Tokyo');
SELECT format FROM docnum_define('C', format => 'C{SEQ:2}');
CREATE TABLE letter (id int PRIMARY KEY, number text CHECK (number <> 'S3-2026-02') NOT NULL, project text DEFAULT 'P1', day date DEFAULT '2026-06-30',
	low text GENERATED ALWAYS AS (lower(number)) STORED);
SELECT docnum_attach('letter', 'number', 'S', '{"PROJECT": "project"}', 'day');
CREATE FUNCTION pg_temp.check_all(OUT rows bigint, OUT numbers bigint, OUT gaps bigint, OUT borne bigint) LANGUAGE sql AS $$
	SELECT (SELECT count(*) FROM letter), count(*), sum(gap), (SELECT count(*) FROM letter JOIN docnum.number n ON number = document_number AND state = 'confirmed')
	FROM (SELECT value - row_number() OVER (PARTITION BY counter_id ORDER BY value) AS gap FROM docnum.number WHERE document_type = 'S') n $$;

-- one, many, from a query, from a file; the number is there for NOT NULL, CHECK,
-- generated columns and RETURNING
INSERT INTO letter VALUES (1) RETURNING *;
INSERT INTO letter (id, project) VALUES (2, 'P2'), (3, 'P1'), (4, 'P2') RETURNING number, low;
INSERT INTO letter (id, day) SELECT g, date '2025-12-31' + g - 5 FROM generate_series(5, 7) g RETURNING number;
COPY letter (id, project) FROM STDIN;
8	P2
9	P3
\.
COPY letter (id, project) FROM STDIN WHERE id <> 10;
10	P2
11	P2
\.
SELECT id, number FROM letter WHERE id > 7 ORDER BY id;
-- what the row lacks
INSERT INTO letter (id, project) VALUES (12, NULL);
INSERT INTO letter (id, project) VALUES (12, ' P');
INSERT INTO letter (id, day) VALUES (12, 'infinity');
INSERT INTO letter (id, day) VALUES (12, NULL) RETURNING number = 'P1-' || to_char(now() AT TIME ZONE 'Asia/Tokyo', 'YYYY') || '-' || right(number, 2);
DELETE FROM letter WHERE id = 12;
-- an error after the number was taken gives it back
INSERT INTO letter (id, project) VALUES (13, 'S3'), (14, 'S3');
INSERT INTO letter (id, project) VALUES (13, 'S3'), (1, 'P3');
BEGIN;
SAVEPOINT s;
INSERT INTO letter (id, project) VALUES (14, 'S4') RETURNING number;
ROLLBACK TO s;
INSERT INTO letter (id, project) VALUES (14, 'S4') RETURNING number;
COMMIT;

-- rows that meet another: their number goes to the next row of the statement or
-- of the transaction
INSERT INTO letter (id, project) VALUES (1, 'P4'), (20, 'P4'), (2, 'P4'), (21, 'P4') ON CONFLICT DO NOTHING RETURNING id, number;
BEGIN;
INSERT INTO letter (id, project) VALUES (1, 'P5'), (2, 'P6') ON CONFLICT DO NOTHING;
INSERT INTO letter (id, project) VALUES (22, 'P6'), (23, 'P5') RETURNING number;
COMMIT;
INSERT INTO letter (id, project) VALUES (1, 'P4'), (24, 'P4') ON CONFLICT (id) DO UPDATE SET day = '2026-07-01' RETURNING id, number, day;
-- where none comes, it is voided
INSERT INTO letter (id, project) VALUES (1, 'P4'), (2, 'P5') ON CONFLICT DO NOTHING;
INSERT INTO letter (id, project, day) VALUES (1, 'P4', '2027-01-01'), (25, 'P4', '2028-01-01') ON CONFLICT DO NOTHING RETURNING number;
SELECT document_number, metadata FROM docnum.audit_log WHERE operation = 'VOID' ORDER BY id;
-- nor does a row of another date get it, in the same scope
BEGIN;
INSERT INTO letter (id, project) VALUES (1, 'P8') ON CONFLICT DO NOTHING;
INSERT INTO letter (id, project, day) VALUES (27, 'P8', '2026-07-01') RETURNING number;
COMMIT;
SELECT number, day, document_date FROM letter JOIN docnum.number ON number = document_number WHERE day <> document_date;
-- a savepoint's are rolled back
BEGIN;
SAVEPOINT s;
INSERT INTO letter (id, project) VALUES (1, 'P7') ON CONFLICT DO NOTHING;
ROLLBACK TO s;
INSERT INTO letter (id, project) VALUES (26, 'P7') RETURNING number;
SAVEPOINT s;
INSERT INTO letter (id, project) VALUES (1, 'P7') ON CONFLICT DO NOTHING;
ROLLBACK TO s;
COMMIT;
-- the number of another row is not taken over
INSERT INTO letter (id, project) VALUES (1, 'P4') ON CONFLICT (id) DO UPDATE SET number = excluded.number;

-- MERGE
MERGE INTO letter l USING (VALUES (1, 'P1'), (30, 'P1'), (31, 'P2')) AS s (id, project) ON l.id = s.id
	WHEN MATCHED THEN UPDATE SET day = '2026-08-01'
	WHEN NOT MATCHED THEN INSERT (id, project) VALUES (s.id, s.project);
SELECT id, number FROM letter WHERE id IN (1, 30, 31) ORDER BY 1;
-- through a view, and one with an INSTEAD OF trigger
CREATE VIEW letters AS SELECT id, number, project FROM letter;
INSERT INTO letters (id, project) VALUES (32, 'P1') RETURNING number;
CREATE VIEW letters2 AS SELECT id, number || '!' AS shown FROM letter;
CREATE FUNCTION letters2() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO letter (id, project) VALUES (new.id, 'P1') RETURNING number || '?' INTO new.shown;
	RETURN new;
END $$;
CREATE TRIGGER instead INSTEAD OF INSERT ON letters2 FOR EACH ROW EXECUTE FUNCTION letters2();
INSERT INTO letters2 (id) VALUES (33), (34) RETURNING *;
-- WITH, functions, cursors, EXECUTE, prepared statements
WITH new AS (INSERT INTO letter (id) VALUES (35) RETURNING number) SELECT * FROM new;
PREPARE p AS INSERT INTO letter (id, project) VALUES ($1, $2) RETURNING number;
EXECUTE p (36, 'P1');
EXECUTE p (37, 'P2');
CREATE FUNCTION put(int) RETURNS text LANGUAGE sql AS $$ INSERT INTO letter (id) VALUES ($1) RETURNING number $$;
SELECT put(38), put(39);

-- BEFORE triggers of the table's own have been there before: they can set scope and
-- date, or leave the row out
CREATE FUNCTION set_project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF new.project = 'none' THEN RETURN NULL; END IF;
	new.project := coalesce(new.project, 'AUTO');
	RETURN new;
END $$;
CREATE TRIGGER set_project BEFORE INSERT ON letter FOR EACH ROW EXECUTE FUNCTION set_project();
INSERT INTO letter (id, project) VALUES (40, NULL), (41, 'none'), (42, NULL) RETURNING number;
-- one that comes later leaves a row out: its number goes to the next
ALTER TRIGGER set_project ON letter RENAME TO zzz;
INSERT INTO letter (id, project) VALUES (43, 'none'), (44, 'none'), (45, 'P1') RETURNING number;
BEGIN;
INSERT INTO letter (id, project) VALUES (46, 'none');
INSERT INTO letter (id, project) VALUES (46, 'none');
COMMIT;
SELECT document_number, metadata ->> 'reason' FROM docnum.audit_log WHERE operation = 'VOID' ORDER BY id DESC LIMIT 1;
-- one that comes later and inserts into the same table does not get the number of
-- the row that is still being written
CREATE FUNCTION nested() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF new.id % 2 = 0 THEN
		INSERT INTO letter (id) VALUES (new.id + 1);
	END IF;
	RETURN new;
END $$;
DROP TRIGGER zzz ON letter;
CREATE TRIGGER zzz BEFORE INSERT ON letter FOR EACH ROW EXECUTE FUNCTION nested();
INSERT INTO letter (id) VALUES (50), (52) RETURNING id, number;
SELECT id, number FROM letter WHERE id IN (51, 53);
DROP TRIGGER zzz ON letter;

-- a foreign key on the number, and cascades of it
CREATE TABLE line (number text REFERENCES letter (number) ON DELETE CASCADE ON UPDATE CASCADE, n int);
WITH new AS (INSERT INTO letter (id) VALUES (60) RETURNING number) INSERT INTO line SELECT number, 1 FROM new;
INSERT INTO line SELECT number, 2 FROM letter WHERE id = 60;
DELETE FROM letter WHERE id = 60;
SELECT * FROM line;

-- inheritance: a child is a table of its own, and can be attached too
CREATE TABLE special (extra text) INHERITS (letter);
INSERT INTO special (id, number) VALUES (70, 'free text');
DELETE FROM special;
SELECT docnum_attach('special', 'number', 'S', '{"PROJECT": "project"}', 'day');
INSERT INTO special (id) VALUES (70) RETURNING number;
INSERT INTO letter (id) VALUES (71) RETURNING number;
DELETE FROM letter WHERE id IN (70, 71);
SELECT document_number, metadata FROM docnum.audit_log WHERE operation = 'VOID' ORDER BY id DESC LIMIT 2;

-- a column with a default of docnum_next, added to a filled table, then attached
CREATE TABLE old (id int, name text);
INSERT INTO old SELECT g FROM generate_series(1, 5) g;
ALTER TABLE old ADD number text DEFAULT docnum_next('C');
SELECT * FROM old ORDER BY id;
ALTER TABLE old ALTER number DROP DEFAULT;
SELECT docnum_attach('old', 'number', 'C');
INSERT INTO old VALUES (6) RETURNING number;
-- with the default left in place each row brings a number of its own
ALTER TABLE old ALTER number SET DEFAULT docnum_next('C');
INSERT INTO old VALUES (7), (8) RETURNING number;
INSERT INTO old VALUES (9, 'x', NULL) RETURNING number;

-- the column's own type has its say: length, domain
CREATE DOMAIN short AS text CHECK (length(value) < 4);
CREATE TABLE narrow (number varchar(2));
CREATE TABLE narrower (number short);
SELECT docnum_attach('narrow', 'number', 'C'), docnum_attach('narrower', 'number', 'C');
INSERT INTO narrow DEFAULT VALUES;
INSERT INTO narrower DEFAULT VALUES RETURNING number;
SELECT format FROM docnum_define('C', format => 'CCC{SEQ:2}', format_change => 'continue');
INSERT INTO narrower DEFAULT VALUES;
-- scope columns of any type
CREATE TABLE typed (number text, a uuid, b numeric, c timestamptz);
SELECT format FROM docnum_define('T', format => '{A}/{B}/{YY}/{SEQ:1}', scope => 'A, B, YEARLY', time_zone => 'Asia/Tokyo');
SELECT docnum_attach('typed', 'number', 'T', '{"A": "a", "B": "b"}', 'c');
INSERT INTO typed VALUES (NULL, '12345678-0000-4000-8000-000000000000', 1.50, '2025-12-31 15:00 UTC') RETURNING number;

-- a restore of somebody else's session, and replicas, bring their own numbers
SET session_replication_role = replica;
INSERT INTO letter (id, number) VALUES (80, 'as it is');
DELETE FROM letter WHERE id = 80;
RESET session_replication_role;
SELECT * FROM pg_temp.check_all();
SELECT operation, count(*) FROM docnum.audit_log WHERE document_type = 'S' GROUP BY 1 ORDER BY 1;
SELECT * FROM docnum_validate();

DROP TABLE line, special, letter, old, narrow, narrower, typed CASCADE;
DROP FUNCTION letters2, put, set_project, nested;
DROP DOMAIN short;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
