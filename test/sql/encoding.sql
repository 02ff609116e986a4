-- encoding: limits are characters in a database whose encoding is neither UTF-8
-- nor of single bytes; each character below has two bytes there.

\pset format unaligned
\pset tuples_only on
\set regressed :DBNAME
CREATE DATABASE regress_docnum_euc TEMPLATE template0 ENCODING 'EUC_JP' LOCALE 'C';
\c regress_docnum_euc
SET client_min_messages = warning;
CREATE EXTENSION docnum;
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
	EXECUTE statement INTO result;
	RETURN char_length(result) || ' characters, ' || octet_length(result) || ' bytes';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION pg_temp.wide(characters int) RETURNS text LANGUAGE sql AS $$
	SELECT repeat(convert_from('\xC6FC', 'EUC_JP'), characters)
$$;

-- scope values, names of types, formats, whole numbers
SELECT scope FROM docnum_define('S', format => '{PROJECT}-{SEQ:1}', scope => 'PROJECT', max_length => 60);
SELECT n, pg_temp.try(format('SELECT docnum_next(%L, %L)', 'S', pg_temp.wide(n))) FROM unnest('{50,51}'::int[]) n;
SELECT n, pg_temp.try(format('SELECT document_type FROM docnum_define(%L, format => %L)', pg_temp.wide(n), '{TYPE}{SEQ:1}')) FROM unnest('{50,51}'::int[]) n;
SELECT n, pg_temp.try(format('SELECT format FROM docnum_define(%L, format => %L, max_length => 300)', 'F' || n, pg_temp.wide(n - 7) || '-{SEQ:1}')) FROM unnest('{199,200}'::int[]) n;
SELECT n, pg_temp.try(format('SELECT format FROM docnum_define(%L, format => %L, max_value => 9, max_length => 20)', 'L' || n, pg_temp.wide(n - 1) || '{SEQ:1}')) FROM unnest('{20,21}'::int[]) n;
-- where a format is wrong
SELECT pg_temp.try(format('SELECT format FROM docnum_define(%L, format => %L)', 'W', pg_temp.wide(3) || '{NUM}'));
SELECT * FROM docnum_validate();

\c :regressed
DROP DATABASE regress_docnum_euc;
