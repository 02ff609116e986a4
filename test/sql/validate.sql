-- validate: every kind of problem that docs/reference.md lists, produced on purpose
-- behind the back of docnum's guards, is named, and only it; a sound installation
-- gives no row, and the NOTICE says how much was checked.

\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SET client_min_messages = notice;
\echo nothing there, nothing wrong
SELECT * FROM docnum_validate();
SELECT format FROM docnum_define('C', format => 'C{SEQ:2}', max_value => 50);
SELECT format FROM docnum_define('S', format => '{PROJECT}-{SEQ:2}', scope => 'PROJECT', allocation => 'STRICT');
SELECT format FROM docnum_define('T', format => 'C{SEQ:2}');
SELECT format FROM docnum_define('U', format => 'U{SEQ:2}', scope => 'PROJECT', uniqueness => 'SCOPE');
SELECT count(docnum_next('C')) FROM generate_series(1, 4);
SELECT count(docnum_next('S', 'P1')) FROM generate_series(1, 4);
SELECT docnum_next('T'), docnum_next('U', 'P1'), docnum_next('U', 'P2');
SELECT token FROM docnum_reserve('C', ttl => '1 hour') \gset
SELECT docnum_cancel(token) FROM docnum_reserve('S', 'P1');
SELECT count(*) FROM docnum_reserve('S', 'P1', ttl => '1 microsecond');
-- a hole that is free is no problem of a CONCURRENT scope
BEGIN;
SELECT docnum_next('C');
PREPARE TRANSACTION 'docnum validate';
SELECT docnum_next('C');
ROLLBACK PREPARED 'docnum validate';
\echo sound: of all, of one type, of one without numbers
SELECT * FROM docnum_validate();
SELECT * FROM docnum_validate('S');
SELECT format FROM docnum_define('N', format => 'N{SEQ:1}');
SELECT * FROM docnum_validate('N');

-- changes rows with the guards off and the guards on again
CREATE FUNCTION pg_temp.forge(VARIADIC statements text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	name text;
	statement text;
BEGIN
	FOR name IN SELECT oid::regclass FROM pg_class WHERE relnamespace = 'docnum'::regnamespace AND relkind = 'r' LOOP
		EXECUTE format('ALTER TABLE %s DISABLE TRIGGER ALL', name);
	END LOOP;
	FOREACH statement IN ARRAY statements LOOP
		EXECUTE statement;
	END LOOP;
	FOR name IN SELECT oid::regclass FROM pg_class WHERE relnamespace = 'docnum'::regnamespace AND relkind = 'r' LOOP
		EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER docnum_audit, ENABLE ALWAYS TRIGGER docnum_truncate', name);
	END LOOP;
END $$;
-- does that, validates, and undoes it
CREATE FUNCTION pg_temp.problems(VARIADIC statements text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	problems text[];
BEGIN
	BEGIN
		PERFORM pg_temp.forge(VARIADIC statements);
		problems := array(SELECT concat_ws('|', problem, coalesce(document_type, '-'), coalesce(scope, '-'), coalesce(document_number, '-'),
			regexp_replace(detail, '\d{10,}', 'N')) FROM docnum_validate());
		RAISE EXCEPTION SQLSTATE 'UNDO1';
	EXCEPTION WHEN SQLSTATE 'UNDO1' THEN NULL;
	END;
	RETURN QUERY SELECT unnest(problems);
END $$;
SET client_min_messages = warning;

\echo duplicate_number, index_missing
SELECT pg_temp.problems('ALTER TABLE docnum.number DROP CONSTRAINT number_pkey',
	$$INSERT INTO docnum.number SELECT NULL, NULL, 0, now(), NULL, NULL, 'external', 'C', 'C02'$$);
\echo duplicate_value, index_missing
SELECT pg_temp.problems('DROP INDEX docnum.number_value_key',
	$$INSERT INTO docnum.number SELECT counter_id, 2, 0, now(), NULL, NULL, 'confirmed', 'C', 'C99' FROM docnum.number WHERE document_number = 'C02'$$);
\echo given_twice
SELECT pg_temp.problems($$INSERT INTO docnum.audit_log SELECT * FROM docnum.audit_log WHERE document_number = 'C03'$$);
\echo given_twice: the last number is deleted, and given again
SELECT pg_temp.problems($$DELETE FROM docnum.number WHERE document_number = 'U01' AND uniqueness_id = (SELECT counter_id FROM docnum.counter WHERE scope = 'P2')$$,
	$$SELECT docnum_next('U', 'P2')$$);
\echo unexplained_value
SELECT pg_temp.problems($$DELETE FROM docnum.number WHERE document_number = 'C03'$$);
\echo gap_in_strict_scope; not where a range explains it
SELECT pg_temp.problems($$DELETE FROM docnum.number WHERE document_number IN ('P1-02', 'P1-03')$$, $$DELETE FROM docnum.audit_log WHERE document_number IN ('P1-02', 'P1-03')$$);
SELECT pg_temp.problems($$DELETE FROM docnum.number WHERE document_number IN ('P1-02', 'P1-03')$$, $$DELETE FROM docnum.audit_log WHERE document_number IN ('P1-02', 'P1-03')$$,
	$$INSERT INTO docnum.range SELECT counter_id, 2, 3, 'skipped', 'x', now() FROM docnum.counter WHERE document_type = 'S'$$);
\echo number_without_log
SELECT pg_temp.problems($$DELETE FROM docnum.audit_log WHERE document_number = 'C02'$$);
\echo state_differs_from_log
SELECT pg_temp.problems($$UPDATE docnum.number SET state = 'voided' WHERE document_number = 'C02'$$);
\echo reserved_without_reservation
SELECT pg_temp.problems($$DELETE FROM docnum.reservation WHERE document_type = 'S' AND finished_at IS NULL$$);
\echo reservation_without_number: its number is cancelled, or missing
SELECT pg_temp.problems($$UPDATE docnum.reservation SET finished_at = NULL WHERE document_type = 'S'$$, $$UPDATE docnum.reservation SET value = 999 WHERE document_type = 'C'$$);
\echo counter_missing
SELECT pg_temp.problems($$DELETE FROM docnum.counter WHERE scope = 'P2'$$);
\echo document_type_missing
SELECT pg_temp.problems($$DELETE FROM docnum.document_type WHERE document_type = 'T'$$);
\echo role_missing
SELECT pg_temp.problems($$INSERT INTO docnum.privilege VALUES ('gone', 0, 'use', 'C', 'me', now())$$);
\echo value_out_of_range, above and below
SELECT pg_temp.problems($$UPDATE docnum.document_type SET max_value = 5 WHERE document_type = 'C'$$, $$UPDATE docnum.counter SET first_value = 2 WHERE document_type = 'S'$$);
\echo number_in_skipped_range
SELECT pg_temp.problems($$INSERT INTO docnum.range SELECT counter_id, 2, 3, 'skipped', 'by hand', now() FROM docnum.counter WHERE document_type = 'S'$$);
SELECT format FROM docnum_define('X', format => 'X{SEQ:2}', scope => 'PROJECT', uniqueness => 'SCOPE', allow_manual_override => true);
SELECT count(docnum_next('X', 'P1')) FROM generate_series(1, 6);
SELECT docnum_override('X', 'old 1', 'legacy', true, 'P1'::text), docnum_override('X', 'old 1', 'legacy', true, 'P2'::text), docnum_override('X', 'old 2', 'legacy', true, 'P1'::text);
SELECT docnum_void('old 2', 'wrong'), docnum_replace('X02', 'misprint', 'X');
SELECT docnum_skip('X', 20, 29, 'torn', 'P1'::text), docnum_skip('X', 30, 39, 'torn', 'P1'::text);
\echo sound
SELECT * FROM docnum_validate('X');
\echo external numbers: missing, without log, in another state than the log says, given twice
SELECT pg_temp.problems($$DELETE FROM docnum.number WHERE document_number = 'old 1' AND uniqueness_id = (SELECT counter_id FROM docnum.counter WHERE document_type = 'X' AND scope = 'P1')$$);
SELECT pg_temp.problems($$DELETE FROM docnum.audit_log WHERE document_number = 'old 2'$$);
SELECT pg_temp.problems($$UPDATE docnum.number SET state = 'external' WHERE document_number = 'old 2'$$);
SELECT pg_temp.problems($$INSERT INTO docnum.audit_log SELECT * FROM docnum.audit_log WHERE document_number = 'old 2' AND operation = 'MANUAL_OVERRIDE'$$);
\echo replacement_one_sided: the other is missing, or names another
SELECT pg_temp.problems($$UPDATE docnum.audit_log SET metadata = metadata - 'related_number' WHERE operation = 'VOID' AND document_number = 'X02'$$);
SELECT pg_temp.problems($$UPDATE docnum.audit_log SET metadata = metadata || '{"related_number": "X03"}' WHERE operation = 'REPLACE'$$);
\echo unexplained_value: recorded, without rows of the log
SELECT pg_temp.problems($$DELETE FROM docnum.number WHERE document_number IN ('X03', 'X04')$$, $$DELETE FROM docnum.audit_log WHERE document_number IN ('X03', 'X04')$$,
	$$INSERT INTO docnum.range SELECT counter_id, 3, 4, 'unexplained', 'lost', now() FROM docnum.counter WHERE document_type = 'X' AND scope = 'P1'$$);
\echo ranges_overlap, counter_missing of a range
SELECT pg_temp.problems($$UPDATE docnum.range SET last_value = 30 WHERE first_value = 20$$, $$INSERT INTO docnum.range VALUES (1, 1, 2, 'skipped', 'x', now())$$);
\echo a closed scope: no gap, and nothing after it
SELECT pg_temp.problems($$SELECT docnum_close('X', 'done', 'P1'::text)$$, $$DELETE FROM docnum.number WHERE document_number = 'X05' $$, $$DELETE FROM docnum.audit_log WHERE document_number = 'X05'$$);
SELECT pg_temp.problems($$SELECT docnum_close('X', 'done', 'P1'::text)$$, $$UPDATE docnum.number SET value = 9 WHERE document_number = 'X06' $$,
	$$UPDATE docnum.audit_log SET value = 9 WHERE document_number = 'X06'$$, $$INSERT INTO docnum.range SELECT counter_id, 6, 6, 'skipped', 'x', now() FROM docnum.counter WHERE document_type = 'X' AND scope = 'P1'$$);
\echo index_missing: not unique, partial
SELECT pg_temp.problems('DROP INDEX docnum.number_value_key', 'CREATE INDEX number_value_key ON docnum.number (counter_id, value)');
SELECT pg_temp.problems('DROP INDEX docnum.number_value_key', 'CREATE UNIQUE INDEX number_value_key ON docnum.number (counter_id, value) WHERE value > 0');
\echo guard_missing: dropped, disabled, not ALWAYS
BEGIN;
DROP TRIGGER docnum_audit ON docnum.number;
ALTER TABLE docnum.audit_log DISABLE TRIGGER docnum_truncate;
ALTER TABLE docnum.range ENABLE TRIGGER docnum_audit;
SELECT * FROM docnum_validate();
ROLLBACK;

-- of one type only: others' problems do not matter; unknown ones do
BEGIN;
SELECT pg_temp.forge('DELETE FROM docnum.audit_log WHERE document_number IN (''C02'', ''P1-02'')');
SELECT problem, document_number FROM docnum_validate('C');
SELECT problem, document_number FROM docnum_validate('T');
ROLLBACK;
\set VERBOSITY sqlstate
SELECT * FROM docnum_validate('NONE');
\set VERBOSITY default
SELECT * FROM docnum_validate();

-- a number that is lost from the ledger alone is never given again: a session that
-- finds the hole records it as unexplained
SELECT pg_temp.forge('DELETE FROM docnum.number WHERE document_number = ''C03''');
\c -
\pset format unaligned
\pset tuples_only on
SELECT count(DISTINCT number), count(*) FILTER (WHERE number = 'C03'), count(*) FILTER (WHERE number = 'C07') FROM (SELECT docnum_next('C') AS number FROM generate_series(1, 43)) n;
\set VERBOSITY sqlstate
SELECT docnum_next('C');
SELECT first_value, last_value, cause, reason FROM docnum.range WHERE cause = 'unexplained';
SELECT operation, document_type, new_value, metadata FROM docnum.audit_log WHERE operation = 'SKIP' ORDER BY id DESC LIMIT 1;
\set VERBOSITY terse
SELECT * FROM docnum_validate();
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
