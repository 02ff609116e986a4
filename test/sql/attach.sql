-- attach: which tables and columns can be attached and which cannot, what
-- docnum_attach makes, what docnum_detach removes; each error once with its text.

\pset format unaligned
\pset tuples_only on
\pset null (none)
\set SHOW_CONTEXT never
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('INV', format => 'INV-{SEQ:3}');
SELECT format FROM docnum_define('DRW', format => '{PROJECT}-{AREA}-{YYYY}-{SEQ:3}', scope => 'PROJECT, AREA, YEARLY');
CREATE SCHEMA "an app";
CREATE TABLE "an app"."My invoices" (id int PRIMARY KEY, "the number" text, subject text);
CREATE TABLE drawing (id int PRIMARY KEY, number varchar(30) UNIQUE, project int, area text, drawn timestamptz, issued boolean, total numeric);

-- what is made: an index, triggers, a row, a row of the log
SELECT docnum_attach('"an app"."My invoices"', 'the number', 'INV');
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = '"an app"."My invoices"'::regclass ORDER BY 1;
SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE tgrelid = '"an app"."My invoices"'::regclass ORDER BY tgname;
SELECT docnum_attach(target => 'drawing', number_column => 'number', document_type => 'DRW',
	scope_columns => '{"PROJECT": "project", "AREA": "area"}', date_column => 'drawn', issue_column => 'issued', on_delete => 'refuse');
SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = 'drawing'::regclass ORDER BY 1;
SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE tgrelid = 'drawing'::regclass ORDER BY tgname;
SELECT attachment_id, target, document_type, columns, at, on_delete, attached_by = current_user FROM docnum.attachment ORDER BY 1;
SELECT operation, document_type, old_value, new_value::jsonb - 'attached_at' - 'attached_by', metadata FROM docnum.audit_log WHERE operation = 'ATTACH' ORDER BY id;
INSERT INTO "an app"."My invoices" VALUES (1) RETURNING "the number";
INSERT INTO drawing (id, project, area, drawn, issued) VALUES (1, 7, 'A/1', '2026-12-31 23:59:59 UTC', true) RETURNING number;

-- refused: arguments
SELECT docnum_attach(NULL, 'number', 'INV');
SELECT docnum_attach('drawing', NULL, 'INV');
SELECT docnum_attach('drawing', 'number', 'NONE');
SELECT docnum_attach('drawing', 'number', 'INV', at => 'later');
SELECT docnum_attach('drawing', 'number', 'INV', on_delete => 'ignore');
-- the type's dimensions, no less and no more
CREATE TABLE spare (id int, number text, project text, area text, day date, day2 date GENERATED ALWAYS AS (day) STORED);
SELECT docnum_attach('spare', 'number', 'DRW');
SELECT docnum_attach('spare', 'number', 'DRW', '{"PROJECT": "project", "area": "area"}');
SELECT docnum_attach('spare', 'number', 'DRW', '["project"]');
SELECT docnum_attach('spare', 'number', 'DRW', '{"PROJECT": "project", "AREA": "area", "YEARLY": "day"}');
SELECT docnum_attach('spare', 'number', 'INV', '{"PROJECT": "project"}');
-- columns
SELECT docnum_attach('spare', 'no', 'INV');
SELECT docnum_attach('spare', 'ctid', 'INV');
SELECT docnum_attach('spare', 'id', 'INV');
SELECT docnum_attach('spare', 'number', 'INV', date_column => 'area');
SELECT docnum_attach('spare', 'number', 'INV', date_column => 'day2');
SELECT docnum_attach('spare', 'number', 'INV', issue_column => 'id');
SELECT docnum_attach('spare', 'number', 'DRW', '{"PROJECT": "area", "AREA": "area"}');
-- what is no table of one's own
CREATE VIEW looked_at AS SELECT * FROM spare;
CREATE TEMP TABLE passing (number text);
SELECT docnum_attach('looked_at', 'number', 'INV');
SELECT docnum_attach('passing', 'number', 'INV');
SELECT docnum_attach('docnum.number', 'document_number', 'INV');
SELECT docnum_attach('pg_description', 'description', 'INV');
-- twice
SELECT docnum_attach('drawing', 'number', 'INV');
-- numbers that the ledger does not have
INSERT INTO spare VALUES (1, NULL), (2, 'INV-001'), (3, 'old 17');
SELECT docnum_attach('spare', 'number', 'INV');
-- the index cannot be made where a number is there twice
UPDATE spare SET number = 'INV-001' WHERE id = 3;
SELECT docnum_attach('spare', 'number', 'INV');
SELECT count(*) FROM docnum.attachment;
-- rows without a number stay without; the others keep theirs
DELETE FROM spare WHERE id = 3;
SELECT docnum_attach('spare', 'number', 'INV', date_column => 'day');
INSERT INTO spare VALUES (4) RETURNING number;
UPDATE spare SET area = 'x';
SELECT id, number FROM spare ORDER BY id;

-- a column that an attachment needs is not dropped silently
ALTER TABLE spare DROP COLUMN day;
-- two numbers in one row
ALTER TABLE spare ADD copy_number text;
SELECT format FROM docnum_define('CPY', format => 'CPY-{SEQ:2}');
SELECT docnum_attach('spare', 'copy_number', 'CPY');
INSERT INTO spare VALUES (5), (6) RETURNING number, copy_number;
SELECT docnum_detach('spare', 'copy_number');
INSERT INTO spare VALUES (7) RETURNING number, copy_number;

-- a type with an attached table is not dropped; one that is dropped leaves its row behind
SELECT format FROM docnum_define('TMP', format => 'T{SEQ:2}');
CREATE TABLE dropped (number text);
SELECT docnum_attach('dropped', 'number', 'TMP');
SELECT docnum_drop('TMP');
DROP TABLE dropped;
SELECT document_type, target::oid::regclass::text ~ '^\d+$' FROM docnum.attachment WHERE document_type = 'TMP';
SELECT docnum_detach(target, 'number') FROM docnum.attachment WHERE document_type = 'TMP';
SELECT docnum_drop('TMP');

-- renamed: table, columns, schema
ALTER TABLE drawing RENAME TO plan;
ALTER TABLE plan RENAME number TO plan_number;
ALTER TABLE plan RENAME project TO job;
ALTER TABLE plan RENAME drawn TO day;
ALTER TABLE plan RENAME issued TO final;
ALTER TABLE plan SET SCHEMA "an app";
ALTER SCHEMA "an app" RENAME TO app;
INSERT INTO app.plan (id, job, area, day) VALUES (2, 7, 'A/1', '2026-01-01');
UPDATE app.plan SET final = true WHERE id = 2 RETURNING plan_number;
SELECT target, columns FROM docnum.attachment WHERE document_type = 'DRW';
-- columns dropped and added before them
ALTER TABLE app.plan DROP COLUMN total, ADD total text;
INSERT INTO app.plan (id, job, area, day, final) VALUES (3, 7, 'A/1', '2026-01-01', true) RETURNING *;

-- triggers lost: nothing is numbered by halves; detach takes what is left
DROP TRIGGER zz_docnum_number ON app.plan;
INSERT INTO app.plan (id, job) VALUES (4, 7) RETURNING plan_number;
DELETE FROM app.plan WHERE id = 3;
SELECT problem, document_type, detail FROM docnum_validate();
SELECT docnum_detach('app.plan', 'whatever');
ALTER TABLE spare DISABLE TRIGGER ALL;
SELECT problem, document_type, detail FROM docnum_validate('INV');
ALTER TABLE spare ENABLE TRIGGER ALL;
SELECT problem, document_type, detail FROM docnum_validate();

-- detached: nothing is left but the index
SELECT docnum_detach('app.plan', 'plan_number');
SELECT docnum_detach('app."My invoices"', 'the number'), docnum_detach('spare', 'number');
SELECT count(*) FROM pg_trigger WHERE tgrelid IN ('app.plan'::regclass, 'app."My invoices"'::regclass, 'spare'::regclass);
SELECT * FROM docnum.attachment;
SELECT operation, document_type, new_value FROM docnum.audit_log WHERE operation = 'DETACH' ORDER BY id;
INSERT INTO spare VALUES (8, 'anything') RETURNING number;
SELECT docnum_detach('spare', 'number');
-- and attached again
DELETE FROM spare WHERE id = 8;
SELECT docnum_attach('spare', 'number', 'INV');
INSERT INTO spare VALUES (9) RETURNING number;

-- dropping the extension does not do away with triggers silently
DROP EXTENSION docnum;
\set VERBOSITY terse
DROP EXTENSION docnum CASCADE;
INSERT INTO spare VALUES (10) RETURNING number;
CREATE EXTENSION docnum;
DROP TABLE app.plan, app."My invoices", spare CASCADE;
DROP SCHEMA app;
