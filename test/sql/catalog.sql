-- docnum's tables under the hands of an owner: indexes of his own, columns of
-- his own, DDL between two numbers of one transaction.
\set VERBOSITY terse
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS docnum CASCADE;
CREATE EXTENSION docnum;
RESET client_min_messages;
SELECT document_type FROM docnum_define('CAT', 'CAT-{SEQ:3}');
SELECT count(docnum_next('CAT')) FROM generate_series(1, 20);

-- An index for reports begins with the same column as docnum's own, and stands
-- before it in the table's list after a reindex.
CREATE INDEX report_time ON docnum.number (counter_id, issued_at);
CREATE INDEX report_desc ON docnum.number (counter_id, value DESC);
CREATE INDEX report_counter ON docnum.number (counter_id);
CREATE INDEX report_partial ON docnum.number (counter_id, value) WHERE state = 'cancelled';
CREATE INDEX report_text ON docnum.number (lower(document_number));
CREATE INDEX report_log ON docnum.audit_log (counter_id, "timestamp");
CREATE INDEX report_user ON docnum.audit_log (user_id);
CREATE INDEX report_time_brin ON docnum.audit_log USING brin ("timestamp");
REINDEX INDEX CONCURRENTLY docnum.number_value_key;
REINDEX INDEX CONCURRENTLY docnum.number_pkey;
REINDEX INDEX CONCURRENTLY docnum.audit_log_counter_id_idx;
\c -
\set VERBOSITY terse
SELECT docnum_next('CAT');
BEGIN;
SELECT docnum_next('CAT');
ROLLBACK;
SELECT docnum_next('CAT');
SELECT count(*) FROM docnum.range;
SELECT problem FROM docnum_validate('CAT');
DROP INDEX docnum.report_time, docnum.report_desc, docnum.report_counter, docnum.report_partial,
	docnum.report_text, docnum.report_log, docnum.report_user, docnum.report_time_brin;

-- DDL between two numbers of one transaction.
BEGIN;
SELECT docnum_next('CAT');
CREATE INDEX report_time ON docnum.number (issued_at);
ALTER TABLE docnum.number SET (fillfactor = 80);
REINDEX TABLE docnum.number;
CLUSTER docnum.number USING number_value_key;
SELECT docnum_next('CAT');
ROLLBACK;
SELECT docnum_next('CAT');

-- Columns cannot be added or dropped: docnum says so instead of writing rows
-- that are not what the table expects.
BEGIN;
ALTER TABLE docnum.number ADD COLUMN note text;
SAVEPOINT added;
SELECT docnum_next('CAT');
ROLLBACK TO added;
SELECT docnum_reserve('CAT');
ROLLBACK;
BEGIN;
ALTER TABLE docnum.document_type ADD COLUMN note text;
SELECT docnum_define('CAT', max_value => 500);
ROLLBACK;
SELECT docnum_next('CAT');

-- The index that is the counter cannot be done without.
BEGIN;
DROP INDEX docnum.number_value_key;
SELECT docnum_next('CAT');
ROLLBACK;
SELECT docnum_next('CAT');
SELECT problem FROM docnum_validate('CAT');
