-- attach_change: a number, once a row bears it, stays with that row; a draft gets one
-- when it is issued first; a deleted row's number is voided, or the deletion refused.

\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null (none)
\set SHOW_CONTEXT never
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('A', format => 'A{SEQ:2}', allocation => 'STRICT');
SELECT format FROM docnum_define('B', format => 'B{SEQ:2}');
SELECT format FROM docnum_define('C', format => 'C{SEQ:2}');
CREATE TABLE letter (id int PRIMARY KEY, number text, issued boolean DEFAULT false, note text);
CREATE TABLE invoice (area text, id int, number text, PRIMARY KEY (area, id));
SELECT docnum_attach('letter', 'number', 'A', issue_column => 'issued');
SELECT docnum_attach('invoice', 'number', 'B', on_delete => 'refuse');

-- the number is given when the document is first issued
INSERT INTO letter VALUES (1), (4);
INSERT INTO letter VALUES (2, NULL, true), (3, NULL, NULL) RETURNING id, number;
UPDATE letter SET note = 'changed' RETURNING id, number;
UPDATE letter SET issued = true WHERE id IN (1, 3) RETURNING id, number;
UPDATE letter SET issued = true, note = 'again' WHERE id = 1 RETURNING number;
UPDATE letter SET issued = false WHERE id = 1;
UPDATE letter SET issued = true WHERE id = 1 RETURNING number;
INSERT INTO letter (id, issued) VALUES (4, true) ON CONFLICT (id) DO UPDATE SET issued = true RETURNING number;
-- by a trigger of the table's own, too
CREATE FUNCTION issue() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.issued := true; RETURN new; END $$;
CREATE TRIGGER issue BEFORE UPDATE ON letter FOR EACH ROW WHEN (new.note = 'send') EXECUTE FUNCTION issue();
INSERT INTO letter VALUES (5), (6);
UPDATE letter SET note = 'send' WHERE id = 5 RETURNING number;
MERGE INTO letter USING (VALUES (6)) s (id) ON letter.id = s.id WHEN MATCHED THEN UPDATE SET issued = true;
SELECT id, number FROM letter ORDER BY id;

-- it cannot be changed, by whatever way
\set VERBOSITY default
UPDATE letter SET number = 'X' WHERE id = 1;
\set VERBOSITY terse
UPDATE letter SET number = NULL WHERE id = 1;
UPDATE letter SET number = NULL, issued = false WHERE id = 1;
UPDATE letter a SET number = b.number FROM letter b WHERE a.id + 1 = b.id;
UPDATE letter SET number = docnum_next('A') WHERE id = 1;
UPDATE letter SET number = number, id = id;
CREATE FUNCTION forge() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.number := 'forged'; RETURN new; END $$;
CREATE TRIGGER zzz BEFORE UPDATE ON letter FOR EACH ROW WHEN (new.note = 'forge') EXECUTE FUNCTION forge();
UPDATE letter SET note = 'forge' WHERE id = 1;
INSERT INTO letter VALUES (7);
UPDATE letter SET note = 'forge' WHERE id = 7;
DROP TRIGGER zzz ON letter;

-- deleted: voided, with the row's identity
DELETE FROM letter WHERE id IN (1, 7);
DELETE FROM letter USING (VALUES (2)) s (id) WHERE letter.id = s.id RETURNING number;
MERGE INTO letter USING (VALUES (3)) s (id) ON letter.id = s.id WHEN MATCHED THEN DELETE;
SELECT operation, document_number, old_value, new_value, metadata FROM docnum.audit_log WHERE operation = 'VOID' ORDER BY id;
SELECT operation, old_value, new_value, reason FROM docnum_history('A01');
-- a voided number is never borne again
INSERT INTO letter VALUES (1, 'A01');
-- rolled back: not voided
BEGIN;
DELETE FROM letter;
SELECT document_number, state FROM docnum.number WHERE document_type = 'A' ORDER BY value;
ROLLBACK;
SELECT document_number, state FROM docnum.number WHERE document_type = 'A' ORDER BY value;
-- given and deleted in one transaction
BEGIN;
INSERT INTO letter VALUES (8, NULL, true) RETURNING number;
DELETE FROM letter WHERE id = 8;
INSERT INTO letter VALUES (9, NULL, true) RETURNING number;
COMMIT;
-- TRUNCATE voids nothing, so it is refused while there are numbers
\set VERBOSITY default
TRUNCATE letter;
\set VERBOSITY terse
TRUNCATE letter, invoice;
TRUNCATE invoice;

-- refused
INSERT INTO invoice VALUES ('N', 1), ('S', 1) RETURNING number;
\set VERBOSITY default
DELETE FROM invoice WHERE area = 'N';
\set VERBOSITY terse
DELETE FROM invoice;
MERGE INTO invoice USING (VALUES ('N')) s (area) ON invoice.area = s.area WHEN MATCHED THEN DELETE;
TRUNCATE invoice;
-- rows without a number may go
SELECT docnum_detach('invoice', 'number');
INSERT INTO invoice VALUES ('E', 1);
SELECT docnum_attach('invoice', 'number', 'B');
DELETE FROM invoice WHERE area IN ('E', 'S');
SELECT document_number, metadata -> 'row' FROM docnum.audit_log WHERE document_type = 'B' AND operation = 'VOID';

-- replaced: the row can be updated to the number that docnum_replace gave for its
-- own, and to no other
CREATE TABLE note (id int, number text, body text);
SELECT docnum_attach('note', 'number', 'C');
INSERT INTO note VALUES (1), (2) RETURNING number;
SELECT docnum_next('C');
BEGIN;
SELECT docnum_replace('C01', 'a misprint') AS new \gset
UPDATE note SET number = :'new' WHERE id = 1 RETURNING number;
COMMIT;
SELECT docnum_replace('C02', 'another');
UPDATE note SET number = 'C03' WHERE id = 2;
UPDATE note SET number = 'C04' WHERE id = 2;
UPDATE note SET number = NULL WHERE id = 2;
UPDATE note SET number = 'C05', body = 'replaced' WHERE id = 2 RETURNING *;
UPDATE note SET number = 'C02' WHERE id = 2;
-- one that was replaced again, without the row having followed: each step is one
SELECT docnum_replace('C05', 'third'), docnum_replace('C06', 'fourth');
UPDATE note SET number = 'C07' WHERE id = 2;
UPDATE note SET number = 'C06' WHERE id = 2;
-- voided: the row keeps it, and can go
SELECT docnum_void('C04', 'not sent');
UPDATE note SET body = 'voided' WHERE id = 1 RETURNING number;
DELETE FROM note WHERE id = 1;
SELECT operation, document_number, metadata FROM docnum.audit_log WHERE document_type = 'C' AND operation IN ('VOID', 'REPLACE') ORDER BY id;

SELECT problem, document_number FROM docnum_validate();
DROP TABLE letter, invoice, note;
DROP FUNCTION issue, forge;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
