-- allocate: which value is next at the edges: an exhausted sequence, values that
-- other transactions gave back, texts that are taken already, and after DDL on
-- docnum's tables in the same transaction.
-- (Needs max_prepared_transactions, so that a transaction can stay open.)

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;

\echo exhaustion, in both allocations
SELECT allocation FROM docnum_define('C', format => 'C{SEQ:2}', max_value => 5);
SELECT allocation FROM docnum_define('S', format => 'S{SEQ:2}', max_value => 2, allocation => 'STRICT');
SELECT docnum_next('C'), docnum_next('C');
BEGIN;
SELECT docnum_next('C');
PREPARE TRANSACTION 'docnum allocate';
SELECT docnum_next('C'), docnum_next('C');
SELECT docnum_next('C');
SELECT docnum_preview('C');
-- a value that was given back goes out before the sequence is exhausted
ROLLBACK PREPARED 'docnum allocate';
SELECT docnum_preview('C');
SELECT docnum_next('C');
SELECT docnum_next('C');
SELECT metadata FROM docnum.audit_log WHERE document_number = 'C03';
SELECT docnum_next('S'), docnum_next('S');
SELECT docnum_next('S');
SELECT document_number FROM docnum_reserve('S');
BEGIN;
SELECT max_value FROM docnum_define('S', max_value => 3);
SELECT docnum_next('S');
SELECT docnum_next('S');
ROLLBACK;
SELECT docnum_next('S');
SELECT max_value FROM docnum_define('S', max_value => 999999999999999999, max_length => 19);
SELECT docnum_next('S');
SELECT allocation FROM docnum_define('L', format => '{SEQ:1}', start_value => 999999999999999998, max_value => 999999999999999999);
SELECT docnum_next('L'), docnum_next('L');
SELECT docnum_next('L');

\echo a value given back comes within max(64, 5.3 D) calls
SELECT allocation FROM docnum_define('G', format => 'G{SEQ:3}');
BEGIN;
SELECT docnum_next('G');
PREPARE TRANSACTION 'docnum allocate';
SELECT count(docnum_next('G')) FROM generate_series(1, 100);
ROLLBACK PREPARED 'docnum allocate';
SELECT count(docnum_next('G')) FROM generate_series(1, 530);
SELECT count(*), max(value), count(*) FILTER (WHERE value = 1) FROM docnum.number WHERE document_type = 'G';
SELECT metadata FROM docnum.audit_log WHERE document_type = 'G' AND value = 1;

\echo two types that render one text: the value is skipped, with its reason
SELECT allocation FROM docnum_define('A', format => 'X{SEQ:2}');
SELECT allocation FROM docnum_define('B', format => 'X{SEQ:2}');
SELECT allocation FROM docnum_define('T', format => 'X{SEQ:2}', allocation => 'STRICT');
SELECT docnum_next('A'), docnum_next('A'), docnum_next('A');
SELECT docnum_preview('B');
SELECT docnum_next('B'), docnum_next('A'), docnum_next('T');
SELECT c.document_type, r.first_value, r.last_value, r.cause, r.reason FROM docnum.range r JOIN docnum.counter c USING (counter_id) ORDER BY 1, 2;
SELECT document_type, operation, new_value, metadata, counter_id IS NOT NULL, value FROM docnum.audit_log WHERE operation = 'SKIP' ORDER BY id;
-- a skip rolls back with its transaction
BEGIN;
SELECT docnum_next('B');
ROLLBACK;
SELECT max(last_value) FROM docnum.range JOIN docnum.counter USING (counter_id) WHERE document_type = 'B';
-- while an open transaction has the text, the next value is taken; a skip is not recorded
BEGIN;
SELECT docnum_next('A');
PREPARE TRANSACTION 'docnum allocate';
SELECT docnum_next('B');
ROLLBACK PREPARED 'docnum allocate';
SELECT max(last_value) FROM docnum.range JOIN docnum.counter USING (counter_id) WHERE document_type = 'B';
SELECT docnum_next('A'), docnum_next('A');

\echo unique in the scope only: the same text in each
SELECT uniqueness FROM docnum_define('U', format => 'U{SEQ:2}', scope => 'PROJECT', uniqueness => 'SCOPE');
SELECT docnum_next('U', 'P1'), docnum_next('U', 'P2'), docnum_next('U', 'P1');
SELECT uniqueness FROM docnum_define('V', format => 'U{SEQ:2}');
SELECT docnum_next('V'), docnum_next('U', 'P2'), docnum_next('U', 'P2'), docnum_next('U', 'P3');
SELECT document_number, count(*), count(DISTINCT uniqueness_id) FROM docnum.number WHERE document_number LIKE 'U%' GROUP BY 1 ORDER BY 1;

\echo DDL on the tables in the transaction that took a number
SELECT allocation FROM docnum_define('D', format => 'D{SEQ:2}');
BEGIN;
SELECT docnum_next('D');
CREATE INDEX odd ON docnum.number (issued_at) WHERE state = 'confirmed';
CREATE INDEX odder ON docnum.number (lower(document_number));
SELECT docnum_next('D');
REINDEX TABLE docnum.number;
SELECT docnum_next('D');
ALTER TABLE docnum.number SET (fillfactor = 80);
SELECT docnum_next('D');
CLUSTER docnum.number USING number_value_key;
SELECT docnum_next('D');
ALTER TABLE docnum.audit_log SET (autovacuum_enabled = off);
SELECT docnum_next('D');
ALTER INDEX docnum.number_value_key RENAME TO renamed;
SELECT docnum_next('D');
COMMIT;
SELECT docnum_next('D');
SELECT count(*), count(DISTINCT value), max(value) FROM docnum.number WHERE document_type = 'D';
SET enable_seqscan = off;
SELECT count(*) FROM docnum.number WHERE lower(document_number) LIKE 'd0%' AND document_type = 'D';
RESET enable_seqscan;
VACUUM FULL docnum.number;
CLUSTER docnum.audit_log USING audit_log_counter_id_idx;
SELECT docnum_next('D');
SELECT * FROM docnum_validate();
