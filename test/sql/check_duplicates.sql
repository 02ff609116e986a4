-- check_duplicates: docnum_check_duplicates names every number that more
-- documents bear than may, over the ledger and columns of every kind, with the
-- caller's own rights, and takes a name for nothing but a name.

\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
\set VERBOSITY sqlstate
SELECT format FROM docnum_define('G', 'G{SEQ:2}');
SELECT format FROM docnum_define('U', 'U{SEQ:2}', 'PROJECT', uniqueness => 'SCOPE');
SELECT count(docnum_next('G')) FROM generate_series(1, 5);
SELECT docnum_next('U', 'A'), docnum_next('U', 'B');
CREATE SCHEMA dup;
CREATE TABLE dup.letters (id int, number text);
CREATE TABLE dup."Odd "".' Table" (id int, "The No." char(8), amount int);
CREATE TABLE dup.parts (number varchar(20)) PARTITION BY LIST (number);
CREATE TABLE dup.part_1 PARTITION OF dup.parts DEFAULT;
CREATE VIEW dup.shown AS SELECT number AS n FROM dup.letters WHERE id > 2;
CREATE MATERIALIZED VIEW dup.kept AS SELECT 'G05'::text AS n;
CREATE SEQUENCE dup.counting;
CREATE TYPE dup.pair AS (a text, b text);
INSERT INTO dup.letters VALUES (1, 'G01'), (2, 'G02'), (3, 'U01'), (4, 'U01'), (5, NULL), (6, NULL);
INSERT INTO dup."Odd "".' Table" VALUES (1, 'G03', 7), (2, 'G04', 7), (3, NULL, 8);
INSERT INTO dup.parts VALUES ('G02'), ('g02'), ('not ours');

\echo none in the ledger alone; each document has its number once; one for each scope
SELECT * FROM docnum_check_duplicates();
SELECT * FROM docnum_check_duplicates('{}');
SELECT * FROM docnum_check_duplicates('{dup.letters.number}');
SELECT * FROM docnum_check_duplicates(columns => '{DUP.Letters.NUMBER,dup.letters.number}');
\echo in two tables; not by case; NULL is no number
SELECT * FROM docnum_check_duplicates('{dup.letters.number,dup.parts.number}');
\echo twice in a table, more often than there are scopes, and not in the ledger at all
INSERT INTO dup.letters VALUES (7, 'U01');
INSERT INTO dup.parts VALUES ('not ours');
SELECT * FROM docnum_check_duplicates('{dup.letters.number,dup.parts.number}');
\echo quoted names; a column that is not text, compared by its text, without blanks of char(n)
SELECT * FROM docnum_check_duplicates(ARRAY[$$dup."Odd "".' Table"."The No."$$, 'dup.letters.number']);
SELECT * FROM docnum_check_duplicates(ARRAY[$$dup."Odd "".' Table".amount$$]);
INSERT INTO dup."Odd "".' Table" VALUES (1, 'G01', 9);
SELECT * FROM docnum_check_duplicates(ARRAY[$$dup."Odd "".' Table"."The No."$$, 'dup.letters.number']);
\echo views, materialized views, partitions; through the search path
SELECT * FROM docnum_check_duplicates('{dup.shown.n,dup.kept.n,dup.part_1.number}');
SET search_path = public, dup;
SELECT * FROM docnum_check_duplicates('{parts.number}');
RESET search_path;
\echo twice in the ledger
BEGIN;
ALTER TABLE docnum.number DISABLE TRIGGER ALL;
ALTER TABLE docnum.number DROP CONSTRAINT number_pkey;
INSERT INTO docnum.number SELECT counter_id, 99, uniqueness_id, issued_at, changed_at, document_date, state, document_type, document_number FROM docnum.number
	WHERE document_number IN ('G05', 'U01');
SELECT * FROM docnum_check_duplicates();
ROLLBACK;
BEGIN;
ALTER TABLE docnum.number DISABLE TRIGGER ALL;
INSERT INTO docnum.number SELECT NULL, NULL, 0, issued_at, changed_at, document_date, 'external', document_type, document_number FROM docnum.number
	WHERE document_number = 'U01' LIMIT 1;
SELECT * FROM docnum_check_duplicates();
ROLLBACK;

\echo attached columns are looked at always, under whatever name, and once
CREATE TABLE dup.bound (number text, note text);
SELECT docnum_attach('dup.bound', 'number', 'G');
INSERT INTO dup.bound (note) VALUES ('x') RETURNING number;
CREATE TABLE dup.copies AS SELECT number FROM dup.bound;
SELECT * FROM docnum_check_duplicates();
ALTER TABLE dup.bound RENAME number TO "No.";
ALTER TABLE dup.bound RENAME TO papers;
SELECT * FROM docnum_check_duplicates('{dup.copies.number}');
SELECT * FROM docnum_check_duplicates('{dup.papers.\"No.\",dup.copies.number}');
\echo refused: no such name, table, column; system columns; what has no rows to read; NULL
SELECT * FROM docnum_check_duplicates('{letters}');
SELECT * FROM docnum_check_duplicates('{a.b.c.d}');
SELECT * FROM docnum_check_duplicates('{""}');
SELECT * FROM docnum_check_duplicates('{dup.nothing.number}');
SELECT * FROM docnum_check_duplicates('{nowhere.letters.number}');
SELECT * FROM docnum_check_duplicates('{dup.letters.nothing}');
SELECT * FROM docnum_check_duplicates('{dup.letters.ctid}');
SELECT * FROM docnum_check_duplicates('{dup.counting.last_value}');
SELECT * FROM docnum_check_duplicates('{dup.pair.a}');
SELECT * FROM docnum_check_duplicates(ARRAY[NULL]::text[]);
\echo names are names
SELECT * FROM docnum_check_duplicates(ARRAY['dup.letters.number FROM dup.letters t) d (n); DROP TABLE dup.letters; --']);
SELECT * FROM docnum_check_duplicates(ARRAY['dup.letters."number)::text FROM dup.letters t) d (n); DROP TABLE dup.letters; --"']);
SELECT count(*) FROM dup.letters;

\echo who may: audit, and SELECT and row security of the table
CREATE ROLE regress_duplicates;
GRANT USAGE ON SCHEMA dup TO regress_duplicates;
SET ROLE regress_duplicates;
SELECT * FROM docnum_check_duplicates();
RESET ROLE;
SELECT docnum_grant('regress_duplicates', 'audit', 'U');
SET ROLE regress_duplicates;
SELECT * FROM docnum_check_duplicates();
SELECT * FROM docnum_check_duplicates('{dup.letters.number}');
RESET ROLE;
\echo an attached table of a type that the role may audit must be readable too
SELECT docnum_grant('regress_duplicates', 'audit', 'G');
SET ROLE regress_duplicates;
SELECT * FROM docnum_check_duplicates();
RESET ROLE;
SELECT docnum_revoke('regress_duplicates', 'audit', 'G');
GRANT SELECT ON dup.letters TO regress_duplicates;
SET ROLE regress_duplicates;
SELECT * FROM docnum_check_duplicates('{dup.letters.number}');
RESET ROLE;
ALTER TABLE dup.letters ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON dup.letters USING (id < 7);
SET ROLE regress_duplicates;
SELECT * FROM docnum_check_duplicates('{dup.letters.number}');
RESET ROLE;
SELECT docnum_revoke('regress_duplicates', 'audit', 'U');
DROP SCHEMA dup CASCADE;
DROP ROLE regress_duplicates;
\set VERBOSITY default
SELECT * FROM docnum_check_duplicates('{letters}');
SELECT * FROM docnum_check_duplicates('{dup.letters.number}');
SELECT * FROM docnum_check_duplicates('{pg_catalog.pg_class.relnam}');
SELECT * FROM docnum_check_duplicates('{pg_catalog.pg_class_oid_index.oid}');
