-- definition: what could not work later is refused when a type is defined, with
-- the code that says why; what is refused and what is not lies side by side.

\set VERBOSITY sqlstate
\pset format unaligned
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;

-- tries one call, undoes it, and tells the code, or the scope as it would be kept
CREATE FUNCTION pg_temp.try(arguments text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE 'SELECT scope FROM docnum_define(' || arguments || ')' INTO result;
	RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = result;
EXCEPTION
	WHEN SQLSTATE 'UNDO1' THEN RETURN sqlerrm;
	WHEN OTHERS THEN RETURN sqlstate || ' ' || left(sqlerrm, 80);
END $$;
\pset tuples_only on

-- the format: no or two {SEQ}, braces, tokens, widths (NB006)
SELECT left(format, 40), pg_temp.try(format('''A'', format => %L', format)) FROM (VALUES
	('A'), ('{SEQ:1}{SEQ:1}'), ('{SEQ}'), ('{SEQ:0}'), ('{SEQ:05}'), ('{SEQ:18}'), ('{SEQ:19}'), ('{SEQ:10000}'),
	('{SEQ:-1}'), ('{SEQ:1'), ('SEQ:1}'), ('A}{SEQ:1}'), ('{{SEQ:1}}'), ('{{{SEQ:1}}}'), ('{NONE}{SEQ:1}'), ('{seq:1}'),
	('{}{SEQ:1}'), ('{SCOPE}-{SEQ:1}'), ('{CHECK}{SEQ:1}'), ('{SEQ:1}{CHECK:LUHN}{CHECK:DAMM}'), (''), (' {SEQ:1}'),
	(repeat('x', 193) || '{SEQ:1}'), (repeat('x', 194) || '{SEQ:1}')) v (format);
SELECT pg_temp.try('''A'', format => ''' || chr(10) || '{SEQ:1}''');
SELECT pg_temp.try(U&'''A'', format => ''A\200B{SEQ:1}''');
SELECT pg_temp.try('''A'', format => ''' || repeat('x', 193) || '{SEQ:1}'', max_length => 1000');
SELECT pg_temp.try('''A'', format => ''' || repeat('x', 194) || '{SEQ:1}'', max_length => 1000');

-- the format must show the scope, unless numbers are unique in their scope only
SELECT scope, format, pg_temp.try(format('''B'', scope => %L, format => %L', scope, format)),
	pg_temp.try(format('''B'', scope => %L, format => %L, uniqueness => ''SCOPE''', scope, format))
FROM (VALUES
	('PROJECT', '{SEQ:1}'), ('PROJECT, AREA', '{PROJECT}-{SEQ:1}'), ('YEARLY', '{SEQ:1}'), ('YEARLY', '{IYYY}-{SEQ:1}'),
	('YEARLY', '{YY}-{SEQ:1}'), ('QUARTERLY', '{Q}-{SEQ:1}'), ('QUARTERLY', '{YY}{Q}-{SEQ:1}'), ('MONTHLY', '{YYYY}-{SEQ:1}'),
	('MONTHLY', '{MM}-{SEQ:1}'), ('WEEKLY', '{YYYY}{IW}-{SEQ:1}'), ('WEEKLY', '{IYYY}{IW}-{SEQ:1}'), ('DAILY', '{YYYY}{MM}-{SEQ:1}')) v (scope, format);
SELECT pg_temp.try('''B'', scope => ''YEARLY'', fiscal_year_start => 4, format => ''{YYYY}-{SEQ:1}''');
SELECT pg_temp.try('''B'', scope => ''YEARLY'', fiscal_year_start => 4, format => ''{FYE:2}-{SEQ:1}''');
-- a number must be readable
SELECT format, pg_temp.try(format('''C'', scope => ''PROJECT, AREA'', format => %L', format)) FROM (VALUES
	('{PROJECT}{AREA}-{SEQ:1}'), ('{PROJECT}-{AREA}{SEQ:1}'), ('{PROJECT}-{AREA}-{SEQ:1}'), ('{PROJECT}-{PROJECT}-{AREA}-{SEQ:1}'),
	('{PROJECT}-{AREA}0{SEQ:1}'), ('{PROJECT}-{PLACE}-{SEQ:1}')) v (format);

-- the scope (NB009)
SELECT scope, pg_temp.try(format('''D'', format => ''{YYYY}-{SEQ:1}'', uniqueness => ''SCOPE'', scope => %L', scope)) FROM (VALUES
	(''), ('PROJECT,'), ('project'), ('GLOBAL, YEARLY'), ('YEARLY, MONTHLY'), ('AREA, AREA'), ('SEQ'), ('TYPE'), ('FY'),
	('2ND'), ('A-B'), (repeat('X', 50)), (repeat('X', 51)), ('A,B,C,D,E,F,G,H'), ('A,B,C,D,E,F,G,H,I'), (E'A\t,\nB'), ('GLOBAL')) v (scope);

-- numbers, choices, combinations (22023), and what is not in this release (0A000)
SELECT left(setting, 60), pg_temp.try('''E'', format => ''{SEQ:1}'', ' || setting) FROM (VALUES
	('max_value => 0'), ('max_value => -1'), ('max_value => 1000000000000000000'), ('start_value => 0'),
	('start_value => 11, max_value => 10'), ('start_value => 10, max_value => 10'), ('max_length => 0'), ('max_length => 1001'),
	('max_length => 5'), ('fiscal_year_start => 0'), ('fiscal_year_start => 13'), ('allocation => ''strict'''),
	('uniqueness => ''NONE'''), ('chronology => ''loose'''), ('chronology => ''warn'''), ('early_release => true'),
	('chronology => ''warn'', allocation => ''STRICT'''), ('early_release => true, allocation => ''STRICT'''),
	('series => ''x'''), ('rate_limit => 1'), ('rate_interval => ''1 s'''), ('format_change => ''none'''),
	('reservation_ttl => ''0'''), ('reservation_ttl => ''-1 s'''), ('reservation_ttl => ''11 years'''), ('reservation_ttl => ''1 month -1 day'''),
	('metadata => ''[]'''), ('metadata => ''1'''), ('metadata => ''null'''),
	('time_zone => ''''' ), ('time_zone => ''CET6'''), ('time_zone => ''+02'''), ('time_zone => ''<X>-3'''), ('time_zone => ''%n'''),
	('time_zone => ''europe/berlin'''), ('time_zone => ''' || repeat('x', 300) || ''''), ('time_zone => ''Antarctica/Troll'''),
	('time_zone => ''localtime'''), ('time_zone => ''posixrules'''), ('time_zone => ''Factory'''), ('time_zone => ''posix/Europe/Berlin'''),
	('time_zone => ''right/UTC''')) v (setting);
-- the longest number must fit: max_value counts
SELECT pg_temp.try('''F'', format => ''F{SEQ:1}'', max_value => 99, max_length => 2');
SELECT pg_temp.try('''F'', format => ''F{SEQ:1}'', max_value => 99, max_length => 3');

-- the name
SELECT length(name), ascii(right(name, 1)), pg_temp.try(format('%L, format => ''{SEQ:1}''', name)) FROM (VALUES
	(''), (repeat('N', 50)), (repeat('N', 51)), (repeat(U&'\00DC', 50)), (repeat(U&'\00DC', 51)), (' G'), ('G '), (E'G\t'), (U&'G\202E'), ('g {SEQ:1}')) v (name);
SELECT pg_temp.try('NULL, format => ''{SEQ:1}''');
SELECT pg_temp.try('''H''');

