-- chronology: a date before that of the last number in the scope is warned of or
-- refused, by warn and strict; one in a period before one that has a number is
-- refused by period.  Before a number is taken, for reservations too, and by a look
-- into an index.  docnum_validate names numbers that break the order of strict.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
SET DateStyle = ISO;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
	EXECUTE statement INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
-- tries steps in their order: a date, or a date and a project
CREATE FUNCTION pg_temp.dates(type text, VARIADIC steps text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	step text;
	results text[];
	scope jsonb;
BEGIN
	FOREACH step IN ARRAY steps LOOP
		scope := jsonb_build_object('PROJECT', nullif(substr(step, 12), '')) || CASE WHEN type LIKE '%TEAM%' THEN '{"TEAM": "T/1"}' ELSE '{}' END::jsonb;
		results := results || pg_temp.try(format('SELECT docnum_next(%L, %L::text, %L)', type, CASE WHEN length(step) > 11 THEN scope END, left(step, 10)));
	END LOOP;
	RETURN array_to_string(results, ' ');
END $$;

-- strict: equal dates are in order, and what was refused took no number
SELECT chronology FROM docnum_define('S', format => 'S{SEQ:3}', allocation => 'STRICT', chronology => 'strict', time_zone => 'UTC');
SELECT pg_temp.dates('S', '2026-03-05', '2026-03-05', '2026-03-04', '2026-03-06', '0001-01-01', '2026-03-05', '2026-04-01');
\set VERBOSITY default
SELECT docnum_next('S', document_date => '2026-03-31');
\set VERBOSITY sqlstate
SELECT document_number, document_date FROM docnum.number ORDER BY value;
-- reservations and the preview too; what was cancelled or expired was the last number all the same
SELECT document_number FROM docnum_reserve('S', document_date => '2026-03-31');
SELECT docnum_preview('S', document_date => '2026-03-31');
SELECT docnum_preview('S', document_date => '2026-04-01');
SELECT docnum_cancel(token) FROM docnum_reserve('S', document_date => '2026-05-01');
SELECT docnum_next('S', document_date => '2026-04-30');
-- without a date: today in the type's zone, kept with the number
SELECT document_number FROM docnum_reserve('S') \gset
SELECT document_date = (now() AT TIME ZONE 'UTC')::date FROM docnum.number WHERE document_number = :'document_number';
SELECT docnum_next('S', document_date => '9999-12-31');
SELECT docnum_next('S');
-- within a transaction, and rolled back
SELECT format FROM docnum_define('R', format => 'R{SEQ:3}', allocation => 'STRICT', chronology => 'strict');
BEGIN;
SELECT docnum_next('R', document_date => '2026-02-01');
SAVEPOINT s;
SELECT docnum_next('R', document_date => '2026-01-01');
ROLLBACK TO s;
SELECT docnum_next('R', document_date => '2026-02-01');
ROLLBACK;
SELECT docnum_next('R', document_date => '2026-01-01');
-- each scope for itself: a period is a scope
SELECT format FROM docnum_define('P', format => '{PROJECT}-{YYYY}-{SEQ:3}', scope => 'PROJECT, YEARLY', allocation => 'STRICT', chronology => 'strict');
SELECT docnum_next('P', p, d) FROM (VALUES (1, 'A', date '2026-06-01'), (2, 'B', '2026-01-01'), (3, 'A', '2025-01-01')) v (o, p, d) ORDER BY o;
SELECT docnum_next('P', 'A', '2026-05-31');
SELECT docnum_next('P', 'A', '2025-01-01');

-- warn: given, and warned of
SELECT chronology FROM docnum_define('W', format => 'W{SEQ:3}', allocation => 'STRICT', chronology => 'warn');
\set VERBOSITY default
SELECT docnum_next('W', document_date => '2026-03-05');
SELECT docnum_next('W', document_date => '2026-03-04');
SELECT document_number FROM docnum_reserve('W', document_date => '2026-03-03');
SELECT docnum_preview('W', document_date => '2026-03-02');
SELECT docnum_next('W', document_date => '2026-03-03');
\set VERBOSITY sqlstate

-- a type in use: later numbers are judged, against those that have a date
SELECT format FROM docnum_define('U', format => 'U{SEQ:3}', allocation => 'STRICT');
SELECT docnum_next('U', document_date => d::date) FROM unnest('{2026-03-05,2026-03-01,2026-02-01}'::text[]) d;
SELECT count(docnum_next('U')) FROM generate_series(1, 3);
SELECT chronology FROM docnum_define('U', chronology => 'strict');
SELECT pg_temp.dates('U', '2026-01-31', '2026-02-01', '2026-01-31');
SELECT chronology FROM docnum_define('U', chronology => 'none');
SELECT pg_temp.dates('U', '2026-01-31', '2020-01-01');
SELECT docnum_next('U');
SELECT document_number, document_date FROM docnum.number WHERE document_type = 'U' ORDER BY value;
-- an UPDATE of the owner too
UPDATE docnum.document_type SET chronology = 'strict' WHERE document_type = 'U';
SELECT pg_temp.dates('U', '2019-12-31', '2020-01-01');

-- period: any order within a period, none before one that has a number
SELECT chronology FROM docnum_define('Y', format => 'Y{YYYY}-{SEQ:3}', scope => 'YEARLY', allocation => 'STRICT', chronology => 'period');
SELECT pg_temp.dates('Y', '2026-06-01', '2026-01-01', '2026-12-31', '2025-12-31', '2028-01-01', '2027-01-01', '2026-12-31', '2028-06-01', '2028-01-01');
\set VERBOSITY default
SELECT docnum_next('Y', document_date => '2027-12-31');
SELECT document_number FROM docnum_reserve('Y', document_date => '2026-12-31');
\set VERBOSITY sqlstate
SELECT docnum_preview('Y', document_date => '2027-12-31');
-- rolled back, the later period is as if it had never been; so is one with a counter and no number
BEGIN;
SELECT docnum_next('Y', document_date => '2030-01-01');
SELECT docnum_next('Y', document_date => '2028-01-01');
ROLLBACK;
SELECT docnum_next('Y', document_date => '2028-01-01');
ALTER TABLE docnum.counter DISABLE TRIGGER docnum_audit;
INSERT INTO docnum.counter SELECT 1, 'Y', '2031', 1, 1, now();
ALTER TABLE docnum.counter ENABLE ALWAYS TRIGGER docnum_audit;
SELECT docnum_next('Y', document_date => '2028-01-01');
-- every kind of period
SELECT count(docnum_define(kind, format => left(kind, 1) || '{YYYY}{MM}{DD}{IYYY}{IW}-{SEQ:1}', scope => kind, allocation => 'STRICT', chronology => 'period'))
FROM unnest('{QUARTERLY,MONTHLY,WEEKLY,DAILY}'::text[]) kind;
SELECT pg_temp.dates(kind, '2026-12-31', '2026-12-30', '2026-12-28', '2026-12-27', '2026-12-01', '2026-11-30', '2026-10-01', '2026-09-30', '2027-01-01', '2026-12-31')
FROM unnest('{QUARTERLY,MONTHLY,WEEKLY,DAILY}'::text[]) kind;
SELECT format FROM docnum_define('FY', format => 'FY{FY}-{SEQ:3}', scope => 'YEARLY', fiscal_year_start => 4, allocation => 'STRICT', chronology => 'period');
SELECT pg_temp.dates('FY', '2026-04-01', '2027-03-31', '2026-03-31', '2027-04-01', '2027-03-31');
-- with dimensions before, after and on both sides of the period; each project for itself, whatever its name
SELECT count(docnum_define(s, format => CASE WHEN s LIKE '%TEAM%' THEN '{TEAM}-' ELSE '' END || '{YYYY}-{SEQ:1}-' || '{PROJECT}', scope => s, allocation => 'STRICT', chronology => 'period', uniqueness => 'SCOPE'))
FROM unnest('{"PROJECT, YEARLY","YEARLY, PROJECT","TEAM, YEARLY, PROJECT"}'::text[]) s;
SELECT pg_temp.dates(s, '2026-01-01 A', '2027-01-01 B', '2026-01-01 A', '2028-01-01 A/2028', '2026-01-01 A', '2029-01-01 2027', '2029-01-01 A\', '2026-01-01 A',
	'2027-01-01 A', '2026-12-31 A', '2026-12-31 B', '2028-12-31 A\', '2028-01-01 2027', '2027-12-31 A/2028', '2028-12-31 A/2028', '2030-01-01 C', '2028-01-01 C')
FROM unnest('{"PROJECT, YEARLY","YEARLY, PROJECT","TEAM, YEARLY, PROJECT"}'::text[]) s;
-- counters of another scope that the type once had, and of an earlier generation, do not count
SELECT format FROM docnum_define('G', format => 'G{YYYY}-{MM}-{SEQ:3}', scope => 'MONTHLY', allocation => 'STRICT', chronology => 'period');
SELECT docnum_next('G', document_date => '2027-12-01');
SELECT scope FROM docnum_define('G', scope => 'YEARLY', format => 'G{YYYY}/{MM}-{SEQ:3}', format_change => 'continue');
SELECT docnum_next('G', document_date => '2026-12-01');
SELECT docnum_next('G', document_date => '2029-01-01');
SELECT docnum_next('G', document_date => '2026-12-01');
SELECT generation FROM docnum_define('G', format => 'H{YYYY}-{SEQ:3}', format_change => 'restart');
SELECT docnum_next('G', document_date => '2026-12-01');

-- definitions that are refused
SELECT docnum_define('X', format => 'X{SEQ:3}', chronology => 'strict');
SELECT docnum_define('X', format => 'X{SEQ:3}', allocation => 'STRICT', chronology => 'period');
SELECT docnum_define('X', format => '{PROJECT}{SEQ:3}', scope => 'PROJECT', allocation => 'STRICT', chronology => 'period');
SELECT docnum_define('S', allocation => 'CONCURRENT');
SELECT docnum_define('S', chronology => 'period');
SELECT docnum_define('Y', scope => 'GLOBAL', format_change => 'continue');

-- an index look-up: the same few pages with 20 numbers and with 5,020
SELECT format FROM docnum_define('I', format => 'I{SEQ:6}', allocation => 'STRICT', chronology => 'strict');
SELECT count(docnum_next('I')) FROM generate_series(1, 20);
CREATE FUNCTION pg_temp.pages() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT docnum_next(''I'')' INTO plan;
	RETURN (plan -> 0 -> 'Plan' ->> 'Shared Hit Blocks')::bigint + (plan -> 0 -> 'Plan' ->> 'Shared Read Blocks')::bigint;
END $$;
SELECT pg_temp.pages() AS few \gset
SELECT count(docnum_next('I')) FROM generate_series(1, 5000);
SELECT pg_temp.pages() < :few + 30;

-- what breaks the order of strict is named, if it was given since the order is watched
SELECT * FROM docnum_validate();
SELECT chronology FROM docnum_define('W', chronology => 'strict');
SELECT * FROM docnum_validate('W');
SELECT chronology FROM docnum_define('W', chronology => 'none');
SELECT docnum_next('W', document_date => '2026-03-01');
SELECT chronology FROM docnum_define('W', chronology => 'strict');
SELECT docnum_next('W', document_date => '2026-03-10');
SELECT * FROM docnum_validate('W');
ALTER TABLE docnum.number DISABLE TRIGGER docnum_audit;
UPDATE docnum.number SET document_date = '2026-02-01' WHERE document_number = 'W006';
ALTER TABLE docnum.number ENABLE ALWAYS TRIGGER docnum_audit;
SET DateStyle = 'German';
SELECT * FROM docnum_validate('W');
RESET DateStyle;
