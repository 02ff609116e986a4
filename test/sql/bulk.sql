-- bulk: 100,000 rows of one INSERT ... SELECT with a docnum DEFAULT get 100,000
-- numbers without a gap, each in ledger and log; the same in STRICT; and a COPY.

\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('DRW', format => 'DRW-{SEQ:6}');
SELECT format FROM docnum_define('INV', format => 'INV-{SEQ:6}', allocation => 'STRICT');
CREATE TEMP TABLE drawing (number text DEFAULT docnum_next('DRW'), id int);
CREATE TEMP TABLE invoice (number text DEFAULT docnum_next('INV'), id int);

INSERT INTO drawing (id) SELECT i FROM generate_series(1, 100000) i;
INSERT INTO invoice (id) SELECT i FROM generate_series(1, 10000) i;
SELECT count(*), count(DISTINCT number), min(number), max(number) FROM drawing;
SELECT count(*), count(DISTINCT number), min(number), max(number) FROM invoice;
-- in the order of the rows
SELECT count(*) FROM drawing WHERE number <> 'DRW-' || lpad(id::text, 6, '0');

COPY drawing (id) FROM PROGRAM 'seq 100001 101000';
SELECT count(*), count(DISTINCT number), max(number) FROM drawing;
-- one statement that is rolled back leaves nothing but free values
BEGIN;
INSERT INTO invoice (id) SELECT i FROM generate_series(1, 5000) i;
ROLLBACK;
SELECT docnum_next('INV');

SELECT document_type, count(*), count(DISTINCT value), min(value), max(value) FROM docnum.number GROUP BY 1 ORDER BY 1;
SELECT document_type, count(*), count(DISTINCT value) FROM docnum.audit_log WHERE operation = 'ISSUE' GROUP BY 1 ORDER BY 1;
SELECT document_type, current_value FROM docnum_status();
SELECT * FROM docnum_validate();
