-- attach_partition: a partitioned table is attached as one: its partitions give
-- numbers, those to come too; a row that moves keeps its number; two partitions
-- never bear one number.

\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null (none)
\set SHOW_CONTEXT never
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('A', format => 'A{SEQ:2}', allocation => 'STRICT');
SELECT format FROM docnum_define('R', format => 'R{SEQ:2}');
SELECT format FROM docnum_define('P', format => '{SEQ:2}', scope => 'PROJECT', uniqueness => 'SCOPE');
CREATE TABLE letter (id int, project text, number text, day date, note text) PARTITION BY RANGE (day);
-- partitions whose columns stand elsewhere, and partitions of partitions
CREATE TABLE letter_2025 (dropped int, note text, day date, number text, project text, id int);
ALTER TABLE letter_2025 DROP COLUMN dropped;
ALTER TABLE letter ATTACH PARTITION letter_2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE letter_2026 PARTITION OF letter FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (project);
CREATE TABLE letter_2026_p1 PARTITION OF letter_2026 FOR VALUES IN ('P1');
CREATE TABLE letter_2026_rest PARTITION OF letter_2026 DEFAULT;
SELECT docnum_attach('letter', 'number', 'A', issue_column => NULL, date_column => 'day');
SELECT indexrelid::regclass, indisunique FROM pg_index WHERE indrelid = 'letter'::regclass;

INSERT INTO letter VALUES (1, 'P1', NULL, '2025-05-05'), (2, 'P1', NULL, '2026-05-05'), (3, 'P2', NULL, '2026-05-05') RETURNING number, tableoid::regclass;
INSERT INTO letter_2025 (id, day) VALUES (4, '2025-12-31') RETURNING number;
INSERT INTO letter_2026 (id, day) VALUES (5, '2026-12-31') RETURNING number;
-- one made later, one brought along later
CREATE TABLE letter_2027 PARTITION OF letter FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
CREATE TABLE letter_2028 (LIKE letter);
ALTER TABLE letter ATTACH PARTITION letter_2028 FOR VALUES FROM ('2028-01-01') TO ('2029-01-01');
COPY letter (id, project, day) FROM STDIN;
6	P1	2027-01-01
7	P1	2028-01-01
\.
SELECT id, number, tableoid::regclass FROM letter ORDER BY id;
-- neither a partition nor a part of it is attached by itself
SELECT docnum_attach('letter_2025', 'number', 'A');
SELECT docnum_attach('letter_2026', 'number', 'A');

-- a row that moves keeps its number; nothing is voided
UPDATE letter SET day = day + 365 WHERE id IN (1, 2) RETURNING id, number, tableoid::regclass;
UPDATE letter SET project = 'P1' WHERE id = 3 RETURNING number, tableoid::regclass;
UPDATE letter SET project = 'P3', day = '2025-01-01', number = 'A07' WHERE id = 1;
UPDATE letter SET day = '2025-01-01', number = NULL WHERE id = 1;
SELECT count(*) FROM docnum.audit_log WHERE operation = 'VOID';
-- within the transaction that gave it
BEGIN;
INSERT INTO letter VALUES (8, 'P1', NULL, '2025-01-01') RETURNING number;
UPDATE letter SET day = '2027-01-01' WHERE id = 8;
INSERT INTO letter VALUES (9, 'P1', NULL, '2025-01-01') RETURNING number;
COMMIT;
-- a number that a row brings along is looked up in all partitions
INSERT INTO letter VALUES (10, 'P1', 'A01', '2028-01-01');
INSERT INTO letter VALUES (10, 'P1', docnum_next('A'), '2028-01-01') RETURNING number;
-- deleted is deleted
DELETE FROM letter WHERE id IN (1, 4);
SELECT document_number, metadata -> 'document' FROM docnum.audit_log WHERE operation = 'VOID' ORDER BY id;
TRUNCATE letter;
-- a partition that leaves takes no triggers along, and its numbers are nobody's any more
ALTER TABLE letter DETACH PARTITION letter_2027;
SELECT count(*) FROM pg_trigger WHERE tgrelid = 'letter_2027'::regclass;
INSERT INTO letter_2027 (id, number) VALUES (11, NULL) RETURNING number;
SELECT id, number FROM letter ORDER BY id;
SELECT * FROM docnum_validate();
SELECT docnum_detach('letter', 'number');
SELECT count(*) FROM pg_trigger WHERE tgfoid = 'docnum.attached'::regproc;

-- refused: deletion, but not a move
CREATE TABLE rule (id int, number text, area text) PARTITION BY LIST (area);
CREATE TABLE rule_n PARTITION OF rule FOR VALUES IN ('N');
CREATE TABLE rule_s PARTITION OF rule FOR VALUES IN ('S');
SELECT docnum_attach('rule', 'number', 'R', on_delete => 'refuse');
INSERT INTO rule VALUES (1, NULL, 'N') RETURNING number;
UPDATE rule SET area = 'S' RETURNING number, tableoid::regclass;
DELETE FROM rule;
-- a draft that moves is a new row of its partition: it gets a number
ALTER TABLE rule DISABLE TRIGGER zz_docnum_number;
INSERT INTO rule VALUES (2, NULL, 'N') RETURNING number;
ALTER TABLE rule ENABLE TRIGGER zz_docnum_number;
UPDATE rule SET id = 3 WHERE id = 2 RETURNING number;
UPDATE rule SET area = 'S' WHERE id = 3 RETURNING number;
-- texts that are unique per scope
CREATE TABLE sheet (number text, project text, area text) PARTITION BY LIST (area);
CREATE TABLE sheet_n PARTITION OF sheet FOR VALUES IN ('N');
CREATE TABLE sheet_s PARTITION OF sheet FOR VALUES IN ('S');
SELECT docnum_attach('sheet', 'number', 'P', '{"PROJECT": "project"}');
INSERT INTO sheet VALUES (NULL, 'P1', 'N'), (NULL, 'P2', 'N'), (NULL, 'P1', 'S') RETURNING number;
UPDATE sheet SET area = 'S' WHERE project = 'P2' RETURNING number;
DELETE FROM sheet WHERE project = 'P1' AND area = 'N';
SELECT scope, document_number, state FROM docnum.number JOIN docnum.counter c USING (counter_id) WHERE c.document_type = 'P' ORDER BY 1, 2;
-- numbers there before: in the ledger, and none twice
CREATE TABLE old (number text, area text) PARTITION BY LIST (area);
CREATE TABLE old_n PARTITION OF old FOR VALUES IN ('N');
CREATE TABLE old_s (area text, number text);
ALTER TABLE old ATTACH PARTITION old_s FOR VALUES IN ('S');
INSERT INTO old VALUES ('A01', 'N'), ('A99', 'S');
SELECT docnum_attach('old', 'number', 'A');
UPDATE old SET number = 'A01' WHERE area = 'S';
SELECT docnum_attach('old', 'number', 'A');
UPDATE old SET number = 'A02' WHERE area = 'S';
SELECT docnum_attach('old', 'number', 'A');

DROP TABLE letter, letter_2027, rule, sheet, old;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
