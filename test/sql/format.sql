-- format: what every token shows, literal braces, growing past the width, check
-- digits, and the limit of max_length where it depends on a scope value.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET datestyle = ISO;
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;

-- the number that a type of its own gives for a date and a value
CREATE TEMP SEQUENCE type_number;
CREATE FUNCTION pg_temp.render(format text, document_date date DEFAULT NULL, value bigint DEFAULT 1,
	scope text DEFAULT 'GLOBAL', scope_value text DEFAULT NULL, fiscal_year_start int DEFAULT 1) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	name text := 'T' || nextval('type_number');
	number text;
BEGIN
	PERFORM docnum_define(name, format => render.format, scope => render.scope, uniqueness => 'SCOPE',
		start_value => render.value, max_value => 999999999999999999, fiscal_year_start => render.fiscal_year_start,
		max_length => 1000);
	number := docnum_next(name, render.scope_value, render.document_date);
	RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = number;
EXCEPTION
	WHEN SQLSTATE 'UNDO1' THEN RETURN sqlerrm;
	WHEN OTHERS THEN RETURN sqlstate || ' ' || sqlerrm;
END $$;

-- each token
SELECT token, pg_temp.render('<{' || token || '}>{SEQ:1}', '2026-03-07', fiscal_year_start => 4)
FROM unnest('{TYPE,YYYY,YY,MM,DD,Q,IYYY,IW,FY,FYE,FY:2,FYE:2}'::text[]) token;
SELECT pg_temp.render('{TYPE}{TYPE}-{YYYY}{YYYY}-{DD}.{MM}.{YY}-{SEQ:1}', '2026-03-07');
-- the width of the value; it grows past it
SELECT width, pg_temp.render('{SEQ:' || width || '}', NULL, 42), pg_temp.render('{SEQ:' || width || '}', NULL, 123456789012345678)
FROM unnest('{1,2,3,18}'::int[]) width;
-- literal braces, and text that looks like a token
SELECT pg_temp.render('{{{SEQ:2}}}'), pg_temp.render('{{SEQ}}}}{{-{SEQ:2}'), pg_temp.render('}}{{}}{{{SEQ:1}'), pg_temp.render('%s %n $1 \ '' {SEQ:1}');
-- other alphabets
SELECT pg_temp.render('Nº {SEQ:3}/Übergabe'), pg_temp.render('文書{SEQ:3}号');
-- dimensions: by name, and {SCOPE} for the only one, beside a period too
SELECT pg_temp.render('{SCOPE}-{SEQ:3}', scope => 'PROJECT', scope_value => 'P1'),
	pg_temp.render('{PROJECT}-{SEQ:3}', scope => 'PROJECT', scope_value => 'P1'),
	pg_temp.render('{SCOPE}-{YY}-{SEQ:3}', '2026-03-07', scope => 'PROJECT, YEARLY', scope_value => 'P1'),
	pg_temp.render('{AREA}/{SEQ:2}/{PROJECT}', scope => 'PROJECT, AREA', scope_value => '{"PROJECT": "P1", "AREA": "7"}');
-- a value with braces, percent signs, digits is no format
SELECT pg_temp.render('{PROJECT}-{SEQ:3}', scope => 'PROJECT', scope_value => '{"PROJECT": "{SEQ:9}"}'),
	pg_temp.render('{PROJECT}-{SEQ:3}', scope => 'PROJECT', scope_value => '%d%s%n'),
	pg_temp.render('{PROJECT}-{SEQ:3}', scope => 'PROJECT', scope_value => '0001-001');
-- a value that would make the number ambiguous is refused
SELECT pg_temp.render('{PROJECT}-{AREA}-{SEQ:2}', scope => 'PROJECT, AREA', scope_value => '{"PROJECT": "P-1", "AREA": "A"}');
SELECT pg_temp.render('{PROJECT}-{AREA}-{SEQ:2}', scope => 'PROJECT, AREA', scope_value => '{"PROJECT": "P1", "AREA": "A-1"}');

-- check digits, beside what others say of the same digits: 7992739871 has Luhn
-- digit 3, 572 Damm digit 4, and 794 has 44 by ISO/IEC 7064 MOD 97-10
SELECT pg_temp.render('{SEQ:1}{CHECK:LUHN}', NULL, 7992739871), pg_temp.render('{SEQ:1}{CHECK:DAMM}', NULL, 572),
	pg_temp.render('{SEQ:1}{CHECK:MOD97}', NULL, 794);
-- they cover what stands before: digits, or digits and letters; the rest is ignored
SELECT pg_temp.render('A-{SEQ:1}/{CHECK:LUHN}', NULL, 7992739871), pg_temp.render('7-99_27.39{SEQ:1}-{CHECK:LUHN}x', NULL, 871),
	pg_temp.render('5 7{SEQ:1} {CHECK:DAMM}', NULL, 2), pg_temp.render('A{SEQ:1}{CHECK:MOD97}', NULL, 1), pg_temp.render('a{SEQ:1}{CHECK:MOD97}', NULL, 1);
-- MOD 97-10 as it is defined: the number with A = 10 and its two check digits leaves 1
SELECT document_number, translate(replace(document_number, 'P', '25'), '-', '')::numeric % 97
FROM pg_temp.render('P-{YYYY}-{SEQ:5}-{CHECK:MOD97}', '2026-03-07', 317) document_number;

-- a date is used only where the number shows one or the scope has a period
SELECT document_type FROM docnum_define('D', format => 'D{YY}-{SEQ:1}', time_zone => 'UTC');
SELECT document_type FROM docnum_define('E', format => 'E-{SEQ:1}', time_zone => 'UTC');
SELECT docnum_next('D', document_date => '2031-01-01'), docnum_next('D', document_date => '1999-12-31'), docnum_next('E', document_date => '2031-01-01');
SELECT docnum_next('D') = 'D' || to_char(now() AT TIME ZONE 'UTC', 'YY') || '-3', docnum_next('E');
SELECT document_type, value, CASE WHEN value < 3 THEN document_date::text ELSE (document_date = (now() AT TIME ZONE 'UTC')::date)::text END
FROM docnum.number ORDER BY 1, 2;

-- max_length counts characters; a value that makes the number longer is refused
SELECT document_type FROM docnum_define('M', format => '{PROJECT}-{SEQ:3}', scope => 'PROJECT', max_length => 9, max_value => 99999);
SELECT docnum_next('M', 'ABCDE'), docnum_next('M', U&'\00C4\00D6\00DC\00DF\20AC');
SELECT docnum_next('M', 'ABCDEF');
SELECT document_number FROM docnum_reserve('M', 'ABCDEF');
SELECT docnum_preview('M', 'ABCDEF');
SELECT document_type FROM docnum_define('M', start_value => 9999);
SELECT docnum_next('M', '1234'), docnum_next('M', '1234');
SELECT docnum_next('M', '123'), docnum_next('M', '123');
SELECT scope, current_value FROM docnum_status('M');
SELECT * FROM docnum_validate();
