-- last: docnum_last tells a session what its last transaction was given, per
-- document type and over all; not what was rolled back, not to another role,
-- and nothing after a transaction that took none.

\set VERBOSITY terse
\pset format unaligned
\pset tuples_only on
\pset null (none)
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
CREATE ROLE regress_docnum_clerk;
SELECT format FROM docnum_define('A', format => 'A{SEQ:3}');
SELECT format FROM docnum_define('B', format => 'B{SEQ:3}', allocation => 'STRICT');
SELECT docnum_last();
SELECT docnum_last('none');

-- the last one over all, and of each type; asking twice changes nothing
BEGIN;
SELECT docnum_next('A'), docnum_next('B'), docnum_next('A'), docnum_next('B');
COMMIT;
SELECT docnum_last();
BEGIN;
SELECT docnum_last('A'), docnum_last('B');
COMMIT;
SELECT docnum_last('B'), docnum_last();
-- in one message, as a client does it
SELECT docnum_next('A') \; SELECT docnum_last()
;
-- a transaction that took none: neither reads nor writes count
SELECT 1;
SELECT docnum_last();
SELECT docnum_next('A');
CREATE TABLE last_written (a text);
SELECT docnum_last();
SELECT docnum_next('A');
INSERT INTO last_written SELECT docnum_last() RETURNING a;
SELECT docnum_last();
-- rolled back: none
SELECT docnum_next('A');
BEGIN;
SELECT docnum_next('A');
ROLLBACK;
SELECT docnum_last();

-- the open transaction's own come first
SELECT docnum_next('A');
BEGIN;
SELECT docnum_last();
SELECT docnum_next('B');
SELECT docnum_last(), docnum_last('A');
COMMIT;
SELECT docnum_last(), docnum_last('A');

-- savepoints: what is rolled back to is the last no more, what is released is
BEGIN;
SELECT docnum_next('A'), docnum_next('B');
SAVEPOINT s;
SELECT docnum_next('A'), docnum_next('B');
SAVEPOINT t;
SELECT docnum_next('A');
SELECT docnum_last(), docnum_last('B');
ROLLBACK TO t;
SELECT docnum_last(), docnum_last('A');
ROLLBACK TO s;
SELECT docnum_last(), docnum_last('A');
SAVEPOINT u;
SELECT docnum_next('A');
RELEASE u;
RELEASE s;
SELECT docnum_last(), docnum_last('B');
COMMIT;
SELECT docnum_last(), docnum_last('B');
BEGIN;
SAVEPOINT s;
SELECT docnum_next('A');
RELEASE s;
SELECT docnum_next('A');
ROLLBACK;
SELECT docnum_last();

-- reserved ones too; a long number after short ones
SELECT document_number FROM docnum_reserve('A');
SELECT docnum_last();
SELECT format FROM docnum_define('L', format => '{PROJECT}-{SEQ:1}', scope => 'PROJECT');
BEGIN;
SELECT docnum_next('L', 'P'), docnum_next('L', repeat('long ', 9) || 'long');
COMMIT;
SELECT docnum_last();

-- prepared: the session's last transaction all the same
BEGIN;
SELECT docnum_next('A');
PREPARE TRANSACTION 'docnum last';
SELECT docnum_last();
COMMIT PREPARED 'docnum last';
SELECT docnum_last();

-- another role in the same session is told nothing
SELECT docnum_grant('regress_docnum_clerk', 'use');
SET ROLE regress_docnum_clerk \; SELECT docnum_next('A')
;
SELECT docnum_last();
RESET ROLE \; SELECT docnum_last()
;
BEGIN;
SELECT docnum_next('A');
SET LOCAL ROLE regress_docnum_clerk;
SELECT docnum_last();
SELECT docnum_next('B');
SELECT docnum_last();
COMMIT;
SELECT docnum_last(), docnum_last('B');
SELECT * FROM docnum_validate();

DROP TABLE last_written;
DROP EXTENSION docnum;
DROP ROLE regress_docnum_clerk;
CREATE EXTENSION docnum;
