-- definition_version: a change of a type in use is refused if the type could then
-- give a number that exists, whatever it is that changes; each definition is a
-- version, and each number's history tells which one made it.

\pset format unaligned
\pset tuples_only on
\pset null -
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
\set VERBOSITY sqlstate
-- tries docnum_define, undoes it, and tells what it said
CREATE FUNCTION pg_temp.try(arguments text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	said text;
BEGIN
	EXECUTE format('SELECT docnum_define(%s)', arguments);
	RAISE EXCEPTION USING ERRCODE = 'UNDO1';
EXCEPTION
	WHEN SQLSTATE 'UNDO1' THEN RETURN 'ok';
	WHEN OTHERS THEN GET STACKED DIAGNOSTICS said = PG_EXCEPTION_DETAIL; RETURN sqlstate || ': ' || said;
END $$;

\echo one counter: another text, the same text, a text that only begins alike
SELECT format FROM docnum_define('G', 'G{SEQ:3}', allow_manual_override => true);
SELECT count(docnum_next('G')) FROM generate_series(1, 12);
SELECT pg_temp.try($$'G', 'H{SEQ:3}', format_change => 'continue'$$), pg_temp.try($$'G', 'H{SEQ:3}', format_change => 'restart'$$);
SELECT pg_temp.try($$'G', 'G{SEQ:4}', format_change => 'restart'$$), pg_temp.try($$'G', 'G{SEQ:2}', format_change => 'continue'$$);
SELECT pg_temp.try($$'G', 'G0{SEQ:2}', format_change => 'continue'$$), pg_temp.try($$'G', 'G0{SEQ:2}', format_change => 'restart'$$);
\echo not below the new start, and not above max_value
SELECT pg_temp.try($$'G', 'G0{SEQ:2}', start_value => 12, format_change => 'restart'$$);
SELECT pg_temp.try($$'G', 'G0{SEQ:2}', start_value => 13, format_change => 'restart'$$);
SELECT pg_temp.try($$'G', 'G{SEQ:1}{CHECK:DAMM}', format_change => 'continue'$$), pg_temp.try($$'G', 'G0{SEQ:1}5', format_change => 'continue', max_value => 12$$);
\echo one number that lies ahead is enough, external or not; skipped by hand, it cannot come
SELECT docnum_override('G', 'N-0100', 'legacy', true);
SELECT pg_temp.try($$'G', 'N-{SEQ:4}', format_change => 'continue'$$), pg_temp.try($$'G', 'N-{SEQ:4}', max_value => 99, format_change => 'continue'$$);
SELECT docnum_skip('G', 100, 100, 'N-0100 is taken');
SELECT pg_temp.try($$'G', 'N-{SEQ:4}', format_change => 'continue'$$), pg_temp.try($$'G', 'N-{SEQ:4}', format_change => 'restart'$$);
\echo what is free may come, what the log had may not
BEGIN;
SELECT docnum_next('G');
PREPARE TRANSACTION 'docnum version';
SELECT docnum_next('G');
ROLLBACK PREPARED 'docnum version';
SELECT docnum_override('G', 'F013', 'legacy', true);
SELECT pg_temp.try($$'G', 'F{SEQ:3}', format_change => 'continue'$$);
\echo a type with nothing but external numbers is in use
SELECT format FROM docnum_define('E', 'E{SEQ:3}', allow_manual_override => true);
SELECT docnum_override('E', 'E-7', 'legacy', true);
SELECT pg_temp.try($$'E', 'E-{SEQ:1}'$$), pg_temp.try($$'E', 'E-{SEQ:1}', format_change => 'continue'$$), pg_temp.try($$'E', 'E/{SEQ:1}', format_change => 'continue'$$);
SELECT docnum_drop('E');

\echo periods: by the date of the document, by what the number shows
SELECT format FROM docnum_define('Y', 'Y{YYYY}/{SEQ:3}', 'YEARLY');
SELECT docnum_next('Y', document_date => '2025-12-31'), docnum_next('Y', document_date => '2026-01-01'), docnum_next('Y', document_date => '2026-05-01');
SELECT pg_temp.try($$'Y', 'Y{YYYY}/{SEQ:3}', max_length => 50, format_change => 'restart'$$);
SELECT pg_temp.try($$'Y', 'Y{YYYY}/0{SEQ:2}', format_change => 'continue'$$), pg_temp.try($$'Y', 'Y{YYYY}/0{SEQ:2}', format_change => 'restart'$$);
SELECT pg_temp.try($$'Y', 'Y{FY}/{SEQ:3}', fiscal_year_start => 4, format_change => 'continue'$$), pg_temp.try($$'Y', 'Z{FY}/{SEQ:3}', fiscal_year_start => 4, format_change => 'continue'$$);
SELECT pg_temp.try($$'Y', 'Y20{YY}/{SEQ:3}', format_change => 'continue'$$), pg_temp.try($$'Y', 'Y20{YY}/{SEQ:3}', format_change => 'restart'$$);
SELECT pg_temp.try($$'Y', scope => 'GLOBAL', format_change => 'continue'$$), pg_temp.try($$'Y', 'Y{YYYY}-{SEQ:3}', scope => 'GLOBAL', format_change => 'continue'$$);
\echo dimensions: shown, or unique in a scope that the number does not show
SELECT format FROM docnum_define('P', '{PROJECT}-{SEQ:3}', 'PROJECT');
SELECT docnum_next('P', 'A'), docnum_next('P', 'B'), docnum_next('P', 'B');
SELECT pg_temp.try($$'P', '{PROJECT}-0{SEQ:2}', format_change => 'continue'$$), pg_temp.try($$'P', '{PROJECT}-0{SEQ:2}', format_change => 'restart'$$);
SELECT format FROM docnum_define('L', 'L{SEQ:3}', 'SITE', uniqueness => 'SCOPE');
SELECT docnum_next('L', 'n/a'), docnum_next('L', 's'), docnum_next('L', 's');
SELECT pg_temp.try($$'L', 'L0{SEQ:2}', format_change => 'continue'$$), pg_temp.try($$'L', 'L0{SEQ:2}', format_change => 'restart'$$);
SELECT pg_temp.try($$'L', scope => 'AREA', format_change => 'continue'$$), pg_temp.try($$'L', 'M{SEQ:3}', scope => 'AREA', format_change => 'continue'$$);
SELECT pg_temp.try($$'L', scope => 'GLOBAL', format_change => 'continue'$$), pg_temp.try($$'L', scope => 'GLOBAL', start_value => 3, format_change => 'continue'$$);

\echo counters that are left behind leave no free value
SELECT scope FROM docnum_define('G', 'H-{SEQ:3}', format_change => 'restart');
SELECT first_value, last_value, cause, reason, generation FROM docnum_gaps('G');
SELECT docnum_next('G');

\echo versions: who, when and what; a rename of nothing is none
SELECT version FROM docnum_define('P', max_value => 500);
SELECT version FROM docnum_define('P', max_value => 500);
SET docnum.user_id = 'clerk 7';
SELECT version FROM docnum_define('P', '{PROJECT}/{SEQ:3}', format_change => 'continue');
RESET docnum.user_id;
UPDATE docnum.document_type SET metadata = '{"a": 1}', version = 99 WHERE document_type = 'P';
SELECT docnum_next('P', 'A');
SELECT version, session_role = current_user, user_id, format, scope, format_change, changes, definition ->> 'max_value'
FROM docnum_definition_history('P');
SELECT bool_and(changed_at = (definition ->> 'updated_at')::timestamptz) FROM docnum_definition_history('P');
\echo which one made a number
SELECT operation, definition_version FROM docnum_history('A-001');
SELECT operation, definition_version FROM docnum_history('A/002');
SELECT n.document_number, max(v.version) FROM docnum.number n JOIN docnum_definition_history('P') v ON v.changed_at <= n.issued_at
WHERE n.document_type = 'P' GROUP BY 1 ORDER BY 1;
\echo who may see them
CREATE ROLE regress_version;
SELECT docnum_grant('regress_version', 'use', 'P');
SET ROLE regress_version;
SELECT * FROM docnum_definition_history('P');
SELECT * FROM docnum_definition_history('NONE');
RESET ROLE;
SELECT docnum_revoke('regress_version', 'use', 'P');
DROP ROLE regress_version;
\set VERBOSITY default
SELECT docnum_define('L', 'L0{SEQ:2}', format_change => 'restart');
SELECT docnum_define('L', 'L0{SEQ:2}', scope => 'AREA', format_change => 'continue');
SELECT * FROM docnum_validate();
