-- issue: docnum_next wherever SQL allows a function call: each number it returns
-- is in the ledger once, confirmed, and in the log once, whatever the statement
-- does with it; and rolls back with its transaction or savepoint.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT allocation FROM docnum_define('C', format => 'C{SEQ:3}');
SELECT allocation FROM docnum_define('S', format => 'S{SEQ:3}', allocation => 'STRICT');
CREATE TABLE letter (id int, number text DEFAULT docnum_next('C'), strict text DEFAULT docnum_next('S'));

-- what came since it was last asked, of each type: numbers, rows of the log,
-- those of them that belong together; and whether a gap was left
CREATE TEMP TABLE seen (numbers bigint, log_rows bigint);
INSERT INTO seen VALUES (0, (SELECT max(id) FROM docnum.audit_log));
CREATE FUNCTION pg_temp.came(OUT numbers bigint, OUT log_rows bigint, OUT pairs bigint, OUT dense boolean) LANGUAGE plpgsql AS $$
BEGIN
	numbers := (SELECT count(*) FROM docnum.number) - (SELECT s.numbers FROM seen s);
	SELECT count(*), count(n.value) INTO log_rows, pairs
	FROM docnum.audit_log a LEFT JOIN docnum.number n ON n.counter_id = a.counter_id AND n.value = a.value
		AND n.document_number = a.document_number AND n.state = 'confirmed' AND n.issued_at = a."timestamp"
		AND a.new_value = 'confirmed' AND a.old_value IS NULL AND a.document_type = n.document_type
	WHERE a.operation = 'ISSUE' AND a.id > (SELECT s.log_rows FROM seen s);
	dense := NOT EXISTS (SELECT FROM docnum.number GROUP BY counter_id HAVING count(*) <> max(value));
	UPDATE seen SET numbers = (SELECT count(*) FROM docnum.number), log_rows = (SELECT max(id) FROM docnum.audit_log);
END $$;

\echo SELECT
SELECT docnum_next('C'), docnum_next('S');
SELECT docnum_next('C') FROM generate_series(1, 3);
SELECT count(docnum_next('S')) FROM generate_series(1, 3);
SELECT 'found' WHERE docnum_next('C') = 'C006';
SELECT * FROM pg_temp.came();
\echo VALUES, CTE, subquery, CASE, COALESCE, ORDER BY, LATERAL, function in FROM
VALUES (docnum_next('C'), docnum_next('S')), (docnum_next('C'), docnum_next('S'));
WITH n AS MATERIALIZED (SELECT docnum_next('C') AS number) SELECT a.number = b.number FROM n a, n b;
SELECT (SELECT docnum_next('C')), CASE WHEN true THEN docnum_next('C') ELSE docnum_next('S') END, coalesce('x', docnum_next('C'));
SELECT i FROM generate_series(2, 1, -1) i ORDER BY docnum_next('C');
SELECT i, number FROM generate_series(1, 2) i, LATERAL (SELECT docnum_next('S') || left(i::text, 0)) l (number);
SELECT * FROM docnum_next('C');
SELECT * FROM pg_temp.came();
\echo INSERT: VALUES, DEFAULT, SELECT, RETURNING
INSERT INTO letter VALUES (1, docnum_next('C'), docnum_next('S')) RETURNING number, strict;
INSERT INTO letter (id) VALUES (2), (3) RETURNING number, strict;
INSERT INTO letter (id) SELECT i FROM generate_series(4, 10) i;
INSERT INTO letter (id, number) SELECT i, docnum_next('C') FROM generate_series(11, 13) i;
WITH i AS (INSERT INTO letter (id) VALUES (14) RETURNING *) SELECT number FROM i;
SELECT * FROM pg_temp.came();
\echo UPDATE, MERGE, COPY
UPDATE letter SET number = docnum_next('C') WHERE id <= 2;
MERGE INTO letter l USING (VALUES (1), (20)) v (id) ON l.id = v.id
	WHEN MATCHED THEN UPDATE SET number = docnum_next('C') WHEN NOT MATCHED THEN INSERT (id) VALUES (v.id);
COPY letter (id) FROM STDIN;
21
22
23
\.
COPY (SELECT docnum_next('C') FROM generate_series(1, 2)) TO STDOUT;
CREATE TABLE copied AS SELECT docnum_next('C') AS number FROM generate_series(1, 2);
SELECT * FROM pg_temp.came();
\echo PL/pgSQL, DO, CALL, EXECUTE, dynamic SQL, a cursor
DO $$ BEGIN PERFORM docnum_next('C'); PERFORM docnum_next('S'); END $$;
CREATE PROCEDURE pg_temp.take(number text, INOUT invoice text) LANGUAGE plpgsql AS $$ BEGIN invoice := number || invoice || docnum_next('C'); END $$;
CALL pg_temp.take(docnum_next('C'), docnum_next('S'));
PREPARE echo(text) AS SELECT $1;
EXECUTE echo(docnum_next('C'));
CREATE FUNCTION pg_temp.take() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	number text := docnum_next('C');
BEGIN
	EXECUTE 'SELECT $1 || docnum_next($2)' INTO number USING number, 'S';
	RETURN number;
END $$;
SELECT pg_temp.take();
BEGIN;
DECLARE c CURSOR FOR SELECT docnum_next('C') FROM generate_series(1, 100);
FETCH 2 FROM c;
COMMIT;
SELECT * FROM pg_temp.came();
\echo a view, a trigger, a SQL function, an argument of an aggregate
CREATE VIEW next AS SELECT docnum_next('C') AS number, docnum_next('S') AS strict;
SELECT * FROM next;
CREATE FUNCTION numbered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.number := docnum_next('C'); RETURN NEW; END $$;
CREATE TRIGGER numbered BEFORE INSERT ON copied FOR EACH ROW EXECUTE FUNCTION numbered();
INSERT INTO copied SELECT FROM generate_series(1, 2) RETURNING number;
CREATE FUNCTION pg_temp.sql() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT docnum_next('C'); END;
SELECT pg_temp.sql(), string_agg(docnum_next('S'), ' ') FROM generate_series(1, 2);
SELECT * FROM pg_temp.came();
\echo savepoints and EXCEPTION blocks: what was rolled back is given again
BEGIN;
SELECT docnum_next('C'), docnum_next('S');
SAVEPOINT a;
SELECT docnum_next('C'), docnum_next('S');
SAVEPOINT b;
SELECT docnum_next('C'), docnum_next('S');
RELEASE b;
ROLLBACK TO a;
SELECT docnum_next('C'), docnum_next('S');
COMMIT;
BEGIN;
SELECT docnum_next('C'), docnum_next('S');
SELECT 1 / (docnum_next('C') = '')::int;
ROLLBACK;
CREATE FUNCTION pg_temp.fails() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM 1 / (docnum_next('C') || docnum_next('S') = '')::int;
EXCEPTION WHEN division_by_zero THEN
	RETURN docnum_next('C') || docnum_next('S');
END $$;
SELECT pg_temp.fails(), pg_temp.fails();
SELECT * FROM pg_temp.came();
-- the metadata and the date of a document are kept with its number
SELECT docnum_next('C', metadata => '{"subject": "Übergabe", "n": [1, 2]}', document_date => '2026-11-24');
SELECT n.metadata, n.document_date = '2026-11-24', a.metadata FROM docnum.number n, docnum.audit_log a WHERE n.metadata IS NOT NULL AND a.document_number = n.document_number;
SELECT docnum_next('C', metadata => '[]');
SELECT * FROM docnum_validate();
DROP VIEW next;
DROP TABLE letter, copied;
DROP FUNCTION numbered;
