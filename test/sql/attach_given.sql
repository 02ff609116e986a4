-- attach_given: which numbers a row may bring along: those that the ledger has for
-- the type, of a document or reserved by this role and confirmed by the end of the
-- transaction, and that no other row bears.

\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null (none)
\set SHOW_CONTEXT never
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('A', format => 'A{SEQ:2}');
SELECT format FROM docnum_define('B', format => 'B{SEQ:2}');
SELECT format FROM docnum_define('P', format => '{SEQ:2}', scope => 'PROJECT', uniqueness => 'SCOPE');
CREATE TABLE letter (number text, note text);
SELECT docnum_attach('letter', 'number', 'A');
SELECT docnum_next('A'), docnum_next('A'), docnum_next('B');

-- given to nobody yet
INSERT INTO letter VALUES ('A01', 'taken before');
INSERT INTO letter VALUES (docnum_next('A'), 'taken in the statement') RETURNING number;
BEGIN;
SELECT docnum_next('A') AS number \gset
INSERT INTO letter VALUES (:'number', 'taken in the transaction');
COMMIT;
COPY letter FROM STDIN;
A02	from a file
\N	without
\.
-- not in the ledger, of another type, spelled otherwise, borne by another row
INSERT INTO letter VALUES ('A09');
INSERT INTO letter VALUES ('B01');
INSERT INTO letter VALUES ('a01');
INSERT INTO letter VALUES ('');
INSERT INTO letter VALUES ('A01');
INSERT INTO letter VALUES ('A01') ON CONFLICT (number) DO NOTHING;
-- cancelled, expired
SELECT docnum_cancel(token), docnum_last('A') FROM docnum_reserve('A');
INSERT INTO letter VALUES ('A06');
SELECT document_number FROM docnum_reserve('A', ttl => '1 microsecond');
SELECT docnum_expire();
INSERT INTO letter VALUES ('A07');

-- reserve, insert the document with the number, confirm, commit
SELECT token, document_number FROM docnum_reserve('A') \gset
BEGIN;
INSERT INTO letter VALUES (:'document_number', 'confirmed after');
SELECT docnum_confirm(:'token');
COMMIT;
SELECT token, document_number FROM docnum_reserve('A') \gset
BEGIN;
SELECT docnum_confirm(:'token');
INSERT INTO letter VALUES (:'document_number', 'confirmed before');
COMMIT;
-- not confirmed: the transaction fails, the reservation is open still
SELECT token, document_number FROM docnum_reserve('A') \gset
\set VERBOSITY default
INSERT INTO letter VALUES (:'document_number', 'not confirmed');
\set VERBOSITY terse
BEGIN;
INSERT INTO letter VALUES (:'document_number', 'prepared, not confirmed');
PREPARE TRANSACTION 'docnum attach';
BEGIN;
INSERT INTO letter VALUES (:'document_number', 'confirmed, but rolled back');
SAVEPOINT s;
SELECT docnum_confirm(:'token');
ROLLBACK TO s;
COMMIT;
BEGIN;
INSERT INTO letter VALUES (:'document_number', 'cancelled');
SELECT docnum_cancel(:'token');
ROLLBACK;
-- ... unless the row is gone by then; its number is no less reserved
BEGIN;
SAVEPOINT s;
INSERT INTO letter VALUES (:'document_number', 'rolled back');
ROLLBACK TO s;
INSERT INTO letter VALUES (:'document_number', 'deleted');
DELETE FROM letter WHERE note = 'deleted';
COMMIT;
BEGIN;
INSERT INTO letter VALUES (:'document_number', 'at last');
SELECT docnum_confirm(:'token');
COMMIT;
-- a draft gets a number by hand: the same rules
INSERT INTO letter VALUES (NULL, 'draft') RETURNING number;
SELECT docnum_detach('letter', 'number');
INSERT INTO letter VALUES (NULL, 'draft 2'), (NULL, 'draft 3');
SELECT docnum_attach('letter', 'number', 'A');
UPDATE letter SET number = 'A99' WHERE note = 'draft 2';
UPDATE letter SET number = 'A01' WHERE note = 'draft 2';
UPDATE letter SET number = docnum_next('A') WHERE note LIKE 'draft _' RETURNING number;

-- another role's reservation
CREATE ROLE regress_docnum_clerk;
CREATE ROLE regress_docnum_colleague;
CREATE ROLE regress_docnum_member IN ROLE regress_docnum_clerk;
SELECT docnum_grant('regress_docnum_clerk', 'use', 'A');
GRANT INSERT ON letter TO regress_docnum_clerk, regress_docnum_colleague;
SET ROLE regress_docnum_clerk;
SELECT token, document_number FROM docnum_reserve('A') \gset
SET ROLE regress_docnum_colleague;
INSERT INTO letter VALUES (:'document_number');
SET ROLE regress_docnum_member;
BEGIN;
INSERT INTO letter VALUES (:'document_number', 'by a member');
SELECT docnum_confirm(:'token');
COMMIT;
RESET ROLE;

-- tables of one type share its numbers: no two rows of them bear one
CREATE TABLE letter2 (number text, note text);
SELECT docnum_attach('letter2', 'number', 'A');
\set VERBOSITY default
INSERT INTO letter2 VALUES ('A01');
\set VERBOSITY terse
INSERT INTO letter2 VALUES (docnum_next('A')) RETURNING number;
INSERT INTO letter VALUES ('A15');

-- texts that are unique per scope: the one of the row's scope
CREATE TABLE sheet (number text, project text, note text);
SELECT docnum_attach('sheet', 'number', 'P', '{"PROJECT": "project"}');
INSERT INTO sheet VALUES (NULL, 'P1'), (NULL, 'P2'), (NULL, 'P1') RETURNING number, project;
INSERT INTO sheet VALUES ('01', 'P1');
INSERT INTO sheet VALUES ('02', 'P2');
SELECT docnum_next('P', 'P2'), docnum_next('P', 'P3');
INSERT INTO sheet VALUES ('02', 'P2'), ('01', 'P3') RETURNING number, project;
INSERT INTO sheet VALUES ('02', 'P2');
INSERT INTO sheet VALUES ('02', 'P3');
DELETE FROM sheet WHERE number = '01' AND project = 'P2';
INSERT INTO sheet SELECT NULL, 'P1' FROM sheet WHERE false;
SELECT scope, document_number, state FROM docnum.number JOIN docnum.counter c USING (counter_id) WHERE c.document_type = 'P' ORDER BY 1, 2;
SELECT indexrelid::regclass, indisunique FROM pg_index WHERE indrelid = 'sheet'::regclass;

-- without a unique index the rows are looked through all the same
DROP INDEX letter_number_idx;
CREATE INDEX ON letter (number);
INSERT INTO letter VALUES ('A01');

SELECT number, note FROM letter ORDER BY number;
SELECT count(*) FROM letter JOIN docnum.number n ON number = document_number AND document_type = 'A' WHERE state <> 'confirmed';
SELECT * FROM docnum_validate();

-- an index on the number only where there is one will do
CREATE TABLE partly (number text);
CREATE UNIQUE INDEX partly_key ON partly (number) WHERE number IS NOT NULL;
SELECT docnum_attach('partly', 'number', 'B');
SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'partly'::regclass;
INSERT INTO partly DEFAULT VALUES;
TRUNCATE partly;
-- one that was dropped is missed
DROP INDEX partly_key;
INSERT INTO partly DEFAULT VALUES;
BEGIN;
INSERT INTO partly VALUES (NULL), (NULL);
COMMIT;

DROP TABLE letter, letter2, sheet, partly;
DROP EXTENSION docnum;
DROP ROLE regress_docnum_clerk, regress_docnum_colleague, regress_docnum_member;
CREATE EXTENSION docnum;
