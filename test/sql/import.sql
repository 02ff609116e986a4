-- import: docnum_import takes a register over: a verdict for each row, counters
-- that go on above it, ranges for what it lacks, the log; sources of all kinds,
-- read with the caller's rights; what is refused changes nothing.

\pset format unaligned
\pset null -
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
RESET client_min_messages;
\set VERBOSITY terse
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
CREATE VIEW pg_temp.ledger AS
	SELECT n.document_type AS type, c.scope, n.value, n.document_number, n.state, n.document_date, n.metadata
	FROM docnum.number n LEFT JOIN docnum.counter c USING (counter_id);
CREATE VIEW pg_temp.ranges AS
	SELECT c.document_type AS type, c.scope, r.first_value, r.last_value, r.cause, r.reason
	FROM docnum.range r JOIN docnum.counter c USING (counter_id);

\echo what is refused as a whole
SELECT document_type FROM docnum_define('INV', 'INV-{YYYY}-{SEQ:4}', scope => 'YEARLY', max_value => 9999);
CREATE TEMP TABLE register (document_number text, document_date text);
CREATE TEMP TABLE numberless (number text);
SELECT * FROM docnum_import('XXX', 'register', 'r');
SELECT * FROM docnum_import(NULL, 'register', 'r');
SELECT * FROM docnum_import('INV', NULL, 'r');
SELECT * FROM docnum_import('INV', 0::oid, 'r');
SELECT * FROM docnum_import('INV', 'numberless', 'r');
SELECT * FROM docnum_import('INV', 'register', NULL);
SELECT * FROM docnum_import('INV', 'register', ' ');
SELECT * FROM docnum_import('INV', 'register', 'r', report => 'some');
BEGIN READ ONLY;
SELECT * FROM docnum_import('INV', 'register', 'r', dry_run => true);
SELECT * FROM docnum_import('INV', 'register', 'r');
ROLLBACK;
\echo dimensions cannot have the names of the columns
SELECT docnum_define('BAD', '{DOCUMENT_DATE}-{SEQ:4}', scope => 'DOCUMENT_DATE');

\echo an empty source: told and logged
SELECT * FROM docnum_import('INV', 'register', 'empty book');

\echo each verdict
INSERT INTO register VALUES
	('INV-2024-0001', '2024-01-05'), ('INV-2024-0004', NULL), ('INV-2024-0004', NULL), ('INV-2024-4', NULL),
	('INV-2024-0007', '2024-12-31 23:59:59'), ('RFA-1', NULL), ('INV-2024-10000', NULL), ('INV-2024-0008', '31.12.2024'),
	('INV-2024-0009', '2023-12-31'), ('INV-2024-0000', NULL), (NULL, NULL), (' ', NULL), ('INV-2023-0002', NULL);
\echo a dry run says it and does nothing
SELECT * FROM docnum_import('INV', 'register', 'book', dry_run => true, report => 'all');
SELECT count(*) FROM docnum.number;
SELECT operation, document_type, metadata FROM docnum.audit_log ORDER BY id;
SELECT * FROM docnum_import('INV', 'register', 'book', report => 'all');
SELECT * FROM ledger ORDER BY type, scope, value;
SELECT * FROM ranges ORDER BY type, scope, first_value;
SELECT operation, document_number, old_value, new_value, value, metadata FROM docnum.audit_log
	WHERE operation <> 'DEFINE' ORDER BY id;
SELECT operation, new_value, metadata FROM docnum_history('INV-2023-0002');
\echo the counters go on from there
SELECT docnum_next('INV', document_date => '2024-06-01'), docnum_next('INV', document_date => '2023-06-01');
\echo again: what an earlier import brought is a duplicate, what docnum gave is taken
INSERT INTO register VALUES ('INV-2024-0008', NULL), ('INV-2024-008', NULL);
SELECT * FROM docnum_import('INV', 'register', 'book again', report => 'summary');
SELECT verdict, document_number, detail FROM docnum_import('INV', 'register', 'book again')
	WHERE verdict IN ('duplicate', 'taken');
\echo values that an import jumped over can be claimed by a later one, and by an override
DELETE FROM register;
INSERT INTO register VALUES ('INV-2024-0002', NULL), ('INV-2024-0006', NULL), ('INV-2024-0012', NULL);
SELECT * FROM docnum_import('INV', 'register', 'second book');
SELECT * FROM ranges ORDER BY type, scope, first_value;
SELECT * FROM docnum_validate();

\echo one range that many claim, one after the other; the rest stays as it was
SELECT document_type FROM docnum_define('SET', 'SET-{SEQ:3}', allow_manual_override => true);
SELECT docnum_set('SET', 20, 'the old system had twenty');
CREATE TEMP TABLE claims AS SELECT 'SET-' || lpad(v::text, 3, '0') AS document_number
	FROM unnest(ARRAY[3, 4, 9, 20, 23]) v;
SELECT * FROM docnum_import('SET', 'claims', 'old system');
SELECT * FROM ranges WHERE type = 'SET' ORDER BY first_value;
SELECT docnum_next('SET');
SELECT * FROM docnum_validate();

\echo skipped on purpose, closed, known to the log: taken; neighbours are not
SELECT document_type FROM docnum_define('SKP', 'SKP-{YYYY}-{SEQ:3}', scope => 'YEARLY');
SELECT docnum_skip('SKP', 3, 4, 'pre-printed', document_date => '2024-01-01');
SELECT docnum_next('SKP', document_date => '2022-01-01'), docnum_close('SKP', 'year end', document_date => '2022-01-01');
CREATE TEMP TABLE several AS SELECT 'SKP-' || y || '-' || lpad(v::text, 3, '0') AS document_number
	FROM unnest(ARRAY[2024, 2022]) y, generate_series(1, 5) v;
SELECT * FROM docnum_import('SKP', 'several', 'shelf');
SELECT * FROM ranges WHERE type = 'SKP' ORDER BY scope, first_value;
SELECT docnum_next('SKP', document_date => '2024-01-01');
SELECT document_type FROM docnum_define('LOG', 'LOG-{SEQ:3}');
SELECT docnum_next('LOG'), docnum_next('LOG'), docnum_next('LOG');
ALTER TABLE docnum.number DISABLE TRIGGER ALL;
DELETE FROM docnum.number WHERE document_number IN ('LOG-002', 'LOG-003');
ALTER TABLE docnum.number ENABLE ALWAYS TRIGGER docnum_audit, ENABLE ALWAYS TRIGGER docnum_truncate;
CREATE TEMP TABLE logged AS SELECT 'LOG-00' || v AS document_number FROM generate_series(1, 4) v;
SELECT * FROM docnum_import('LOG', 'logged', 'shelf');
SELECT problem, document_number FROM docnum_validate('LOG') ORDER BY 1, 2;

\echo STRICT: no gap, whatever the register lacks; values below start_value are let in
SELECT document_type FROM docnum_define('STR', 'STR-{SEQ:3}', allocation => 'STRICT', start_value => 10);
CREATE TEMP TABLE sparse AS SELECT 'STR-' || lpad(v::text, 3, '0') AS document_number
	FROM unnest(ARRAY[5, 12, 15]) v;
SELECT * FROM docnum_import('STR', 'sparse', 'shelf');
SELECT * FROM ranges WHERE type = 'STR' ORDER BY first_value;
SELECT docnum_next('STR');
SELECT * FROM docnum_validate('STR');

\echo below the counter: holes between the imported numbers are recorded, others left
SELECT document_type FROM docnum_define('CON', 'CON-{SEQ:3}', allow_manual_override => true);
SELECT docnum_override('CON', 'CON-010', 'ten were sent by hand');
CREATE TEMP TABLE below AS SELECT 'CON-00' || v AS document_number FROM unnest(ARRAY[3, 6]) v;
SELECT * FROM docnum_import('CON', 'below', 'shelf');
SELECT * FROM ranges WHERE type = 'CON' ORDER BY first_value;
SELECT docnum_next('CON');

\echo dimensions from the number, from columns, from both
SELECT document_type FROM docnum_define('DIM', '{PROJECT}-{SEQ:3}', scope => 'PROJECT, BRANCH', uniqueness => 'SCOPE');
CREATE TEMP TABLE dims (row_number int, document_number varchar(20), project text, branch int);
INSERT INTO dims VALUES (10, 'P1-001', NULL, 1), (11, 'P1-001', 'P1', 2), (12, 'P1-002', 'P2', 1), (13, 'P1-003', ' ', NULL),
	(14, 'P2-001', ' P2', 2), (15, 'P1-1', 'P1', 1), (16, 'odd', 'P1', 1), (17, 'odd', 'P1', 2), (18, 'odd', 'P1', 1);
SELECT * FROM docnum_import('DIM', 'dims', 'shelf', accept_external => true, report => 'all');
SELECT type, scope, value, document_number, state FROM ledger WHERE type = 'DIM' ORDER BY 2, 3, 4;
SELECT new_value, scope, metadata FROM docnum_history('odd', 'DIM', 'P1/2');
SELECT verdict, document_number, detail FROM docnum_import('DIM', 'dims', 'again', accept_external => true);

\echo rows are judged in the order of row_number, whatever their order in the table
CREATE TEMP TABLE turned (row_number int, document_number text, branch int);
INSERT INTO turned VALUES (12, 'P0-001', 9), (11, 'P0-001', 9), (10, 'P0-002', 9), (9, 'P0-2', 9);
SELECT * FROM docnum_import('DIM', 'turned', 'shelf');

\echo periods that the number does not show
SELECT document_type FROM docnum_define('MON', '{YYYY}-{SEQ:2}', scope => 'MONTHLY', uniqueness => 'SCOPE');
CREATE TEMP TABLE months (document_number text, document_date date);
INSERT INTO months VALUES ('2024-01', '2024-03-01'), ('2024-01', '2024-04-01'), ('2024-01', NULL), ('2024-01', 'infinity'),
	('2024-02', '2025-03-01'), ('2024-02', '0044-03-15 BC');
SELECT * FROM docnum_import('MON', 'months', 'shelf');
SELECT scope, value, document_number, document_date FROM ledger WHERE type = 'MON' ORDER BY scope;

\echo two digits of the year: the date of the row tells the century, else the nearest one; one text, one number
SELECT document_type FROM docnum_define('CEN', 'C{YY}-{SEQ:2}', scope => 'YEARLY');
CREATE TEMP TABLE centuries (document_number text, document_date date);
INSERT INTO centuries VALUES ('C98-01', NULL), ('C98-02', '1898-01-01'), ('C98-02', '1998-01-01');
SELECT * FROM docnum_import('CEN', 'centuries', 'shelf');
SELECT scope, value, document_number, document_date FROM ledger WHERE type = 'CEN' ORDER BY scope;

\echo a date that the number shows whole is that of the document; a check digit counts
SELECT document_type FROM docnum_define('DAY', '{YYYY}{MM}{DD}/{SEQ:2}{CHECK:LUHN}', scope => 'DAILY');
CREATE TEMP TABLE days AS SELECT unnest(ARRAY['20240305/019', '20240305/26', '20240305/027', '20240305/038', '20240230/019']) AS document_number;
SELECT * FROM docnum_import('DAY', 'days', 'shelf', report => 'all');
SELECT scope, value, document_number, document_date FROM ledger WHERE type = 'DAY' ORDER BY scope;

\echo a text that another type gave is taken
SELECT document_type FROM docnum_define('ONE', 'X-{SEQ:3}'), docnum_next('ONE');
SELECT document_type FROM docnum_define('TWO', 'X-{SEQ:3}');
CREATE TEMP TABLE others AS SELECT unnest(ARRAY['X-001', 'X-002']) AS document_number;
SELECT * FROM docnum_import('TWO', 'others', 'shelf');
SELECT * FROM ranges WHERE type = 'TWO';
SELECT docnum_next('ONE');

\echo columns of other types; an instant has its day in the time zone of the type
SELECT document_type FROM docnum_define('TYP', '{YYYY}/{SEQ:2}', scope => 'YEARLY', time_zone => 'Asia/Tokyo');
CREATE TEMP TABLE typed (document_number name, document_date timestamptz, created_at date, metadata jsonb, row_number smallint);
INSERT INTO typed VALUES ('2024/01', '2023-12-31 15:00:00Z', '2020-01-01', '{"a": 1}', 7), ('2024/02', NULL, NULL, '[1]', 8),
	('2024/03', '2023-12-31 14:59:59Z', NULL, NULL, 9);
SELECT * FROM docnum_import('TYP', 'typed', 'shelf', report => 'all');
SELECT document_number, document_date, metadata FROM ledger WHERE type = 'TYP';
SELECT metadata FROM docnum_history('2024/01');

\echo a view, with the rights of the caller
CREATE ROLE import_chief;
CREATE ROLE import_clerk;
SELECT docnum_grant('import_chief', 'admin', 'INV'), docnum_grant('import_clerk', 'use', 'INV');
CREATE TABLE hidden (document_number text, who name);
INSERT INTO hidden VALUES ('INV-2020-0001', 'import_chief'), ('INV-2020-0002', 'somebody');
ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON hidden USING (who = current_user);
CREATE VIEW seen WITH (security_invoker) AS SELECT document_number, current_user AS "INVOKER" FROM hidden;
GRANT SELECT ON seen TO import_chief;
SET ROLE import_clerk;
SELECT * FROM docnum_import('INV', 'seen', 'shelf', dry_run => true);
SET ROLE import_chief;
SELECT * FROM docnum_import('INV', 'seen', 'shelf');
RESET ROLE;
GRANT SELECT ON hidden TO import_chief;
SET ROLE import_chief;
SELECT * FROM docnum_import('INV', 'seen', 'shelf', report => 'all');
RESET ROLE;
DROP VIEW seen;
DROP TABLE hidden;
SELECT docnum_revoke('import_chief', 'admin', 'INV'), docnum_revoke('import_clerk', 'use', 'INV');
DROP ROLE import_chief;
DROP ROLE import_clerk;

\echo all or nothing: what is rolled back leaves nothing
CREATE TEMP TABLE rolled AS SELECT 'INV-2019-000' || v AS document_number FROM unnest(ARRAY[2, 5]) v;
BEGIN;
SELECT * FROM docnum_import('INV', 'rolled', 'shelf');
SELECT docnum_next('INV', document_date => '2019-01-01');
ROLLBACK;
SELECT * FROM ranges WHERE scope = '2019';
SELECT docnum_next('INV', document_date => '2019-01-01');
\echo two imports and a number in one transaction see each other
BEGIN;
SELECT * FROM docnum_import('INV', 'rolled', 'shelf');
SELECT * FROM docnum_import('INV', 'rolled', 'shelf');
SELECT docnum_next('INV', document_date => '2019-01-01');
COMMIT;
\echo more rows than a batch, more values than memory is given to: every other one
CREATE TEMP TABLE many AS SELECT 'INV-2018-' || lpad((2 * v)::text, 4, '0') AS document_number
	FROM generate_series(1, 3000) v ORDER BY hashint4(v);
SET work_mem = '64kB';
SELECT * FROM docnum_import('INV', 'many', 'shelf', report => 'summary');
RESET work_mem;
SELECT count(*), min(value), max(value), count(DISTINCT value) FROM ledger WHERE scope = '2018';
SELECT count(*), sum(last_value - first_value + 1) FROM ranges WHERE scope = '2018';
SELECT problem, document_type, document_number FROM docnum_validate() WHERE document_type IS DISTINCT FROM 'LOG';
