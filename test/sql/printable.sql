-- printable: which characters numbers, names and scope values may hold; two
-- texts that look alike to a person but differ in bytes are told apart only
-- where they can be, so invisible ones are refused everywhere.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT getdatabaseencoding();
SELECT scope FROM docnum_define('ONE', format => '{PROJECT}={SEQ:1}', scope => 'PROJECT');

-- tries a character inside a scope value, a format, a type's name and a
-- dimension's name, and at the end of the first; undone either way
CREATE FUNCTION pg_temp.sqlstate_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RAISE EXCEPTION SQLSTATE 'UNDO1';
EXCEPTION
	WHEN SQLSTATE 'UNDO1' THEN RETURN 'ok';
	WHEN OTHERS THEN RETURN sqlstate;
END $$;
CREATE FUNCTION pg_temp.try(c text, OUT inside text, OUT last text, OUT object text, OUT format text, OUT name text, OUT dimension text)
LANGUAGE sql AS $$
	SELECT pg_temp.sqlstate_of(format('SELECT docnum_next(''ONE'', %L)', 'x' || c || 'y')),
		pg_temp.sqlstate_of(format('SELECT docnum_next(''ONE'', %L)', 'x' || c)),
		pg_temp.sqlstate_of(format('SELECT docnum_next(''ONE'', %L::jsonb)', jsonb_build_object('PROJECT', 'x' || c || 'y'))),
		pg_temp.sqlstate_of(format('SELECT docnum_define(''F'', format => %L)', 'x' || c || '{SEQ:1}')),
		pg_temp.sqlstate_of(format('SELECT docnum_define(%L, format => ''F{SEQ:1}'')', 'x' || c || 'y')),
		pg_temp.sqlstate_of(format('SELECT docnum_define(''F'', format => ''F{SEQ:1}'', uniqueness => ''SCOPE'', scope => %L)', 'X' || c || 'Y'))
$$;

SELECT what, t.* FROM (VALUES
	('digit', '7'), ('hyphen', '-'), ('space', ' '), ('apostrophe', ''''), ('quotation mark', '"'), ('backslash', '\'), ('percent', '%'), ('dollar', '$$'),
	('semicolon', ';'), ('umlaut, composed', U&'\00FC'), ('umlaut, decomposed', U&'u\0308'), ('Cyrillic a', U&'\0430'), ('Hangul', U&'\D55C'),
	('euro', U&'\20AC'), ('emoji', U&'\+01F600'), ('emoji with skin tone', U&'\+01F44D\+01F3FD'), ('flag', U&'\+01F1E9\+01F1EA'),
	('variation selector', U&'\2764\FE0F'), ('private use', U&'\E000'), ('last plane', U&'\+10FFFD')) v (what, c), LATERAL pg_temp.try(c) t;

SELECT what, t.* FROM (VALUES
	('tab', E'\t'), ('line feed', E'\n'), ('carriage return', E'\r'), ('bell', E'\x07'), ('escape', E'\x1b'), ('delete', E'\x7f'), ('C1 control', U&'\0085'),
	('no-break space', U&'\00A0'), ('soft hyphen', U&'\00AD'), ('ideographic space', U&'\3000'), ('zero width space', U&'\200B'),
	('zero width joiner', U&'\200D'), ('left-to-right mark', U&'\200E'), ('right-to-left override', U&'\202E'), ('isolate', U&'\2066'),
	('line separator', U&'\2028'), ('word joiner', U&'\2060'), ('byte order mark', U&'\FEFF'), ('grapheme joiner', U&'\034F'), ('Hangul filler', U&'\3164'),
	('tag', U&'\+0E0041'), ('non-character', U&'\FFFE'), ('non-character of a plane', U&'\+01FFFF'), ('emoji family', U&'\+01F468\200D\+01F469')) v (what, c), LATERAL pg_temp.try(c) t;

-- white space outside is refused, inside it is kept as it is
SELECT docnum_next('ONE', 'a  b'), docnum_next('ONE', 'a b'), docnum_next('ONE', U&'a\00A0b') = U&'a\00A0b=1';
SELECT docnum_next('ONE', ' a');
SELECT docnum_next('ONE', U&'\00A0a');
SELECT docnum_next('ONE', U&'a\3000');

-- composed and decomposed are two scopes: docnum compares bytes and rewrites nothing
SELECT docnum_next('ONE', U&'B\00FCro') = U&'B\00FCro=1', docnum_next('ONE', U&'Bu\0308ro') = U&'Bu\0308ro=1',
	docnum_next('ONE', normalize(U&'Bu\0308ro', NFC)) = U&'B\00FCro=2';
SELECT octet_length(scope), current_value FROM docnum_status('ONE') WHERE scope LIKE 'B%' ORDER BY 1;
-- 50 characters are 50 code points; half of a pair and broken bytes never get in
SELECT docnum_next('ONE', repeat(U&'u\0308', 25)) = repeat(U&'u\0308', 25) || '=1';
SELECT docnum_next('ONE', repeat(U&'u\0308', 25) || 'x');
SELECT docnum_next('ONE', convert_from('\xc3', 'UTF8'));
SELECT docnum_next('ONE', convert_from('\xeda080', 'UTF8'));
SELECT docnum_next('ONE', convert_from('\x00', 'UTF8'));
-- the history of a number finds it by its bytes
SELECT operation FROM docnum_history(U&'Bu\0308ro=1');
SELECT operation FROM docnum_history(U&'B\00FCro=3');
SELECT * FROM docnum_validate();
