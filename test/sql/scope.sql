-- scope: several dimensions in any order, what is missing, surplus, misspelt or
-- malformed, escapes in the canonical text: two scopes never share a counter,
-- and one scope never has two.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;

-- tries a scope value and tells the number, or what is wrong; undone either way
CREATE FUNCTION pg_temp.try(document_type text, scope_value text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = docnum_next(document_type, scope_value, '2026-11-24');
EXCEPTION
	WHEN SQLSTATE 'UNDO1' THEN RETURN sqlerrm;
	WHEN OTHERS THEN RETURN sqlstate || ' ' || sqlerrm;
END $$;

SELECT scope FROM docnum_define('NONE', format => 'N-{SEQ:1}');
SELECT scope FROM docnum_define('PERIOD', format => 'Y{YYYY}-{SEQ:1}', scope => 'YEARLY');
SELECT scope FROM docnum_define('ONE', format => '{PROJECT}={SEQ:1}', scope => 'PROJECT');
SELECT scope FROM docnum_define('TWO', format => '{PROJECT}={AREA}={YYYY}={SEQ:1}', scope => 'PROJECT,YEARLY, AREA');
SELECT scope FROM docnum_define('HIDDEN', format => 'H{SEQ:1}', scope => 'PROJECT, AREA', uniqueness => 'SCOPE');

-- the same scope, however its keys are ordered and its object is written
SELECT docnum_next('TWO', '{"PROJECT": "P1", "AREA": "A"}', '2026-11-24'),
	docnum_next('TWO', '{"AREA":"A","PROJECT":"P1"}', '2026-11-24'),
	docnum_next('TWO', '{"AREA": "A", "PROJECT": "P\u0031"}'::jsonb, '2026-01-01'),
	docnum_next('TWO', E'{"AREA":\n"A",\t"PROJECT":"P1"  }'::json, '2026-12-31');
-- others: swapped, of another year, another case, numbers by their text
SELECT docnum_next('TWO', '{"PROJECT": "A", "AREA": "P1"}', '2026-11-24'),
	docnum_next('TWO', '{"PROJECT": "P1", "AREA": "A"}', '2027-11-24'),
	docnum_next('TWO', '{"PROJECT": "p1", "AREA": "A"}', '2026-11-24');
SELECT docnum_next('TWO', '{"PROJECT": 7, "AREA": "A"}', '2026-11-24'), docnum_next('TWO', '{"PROJECT": "7", "AREA": "A"}', '2026-11-24'),
	docnum_next('TWO', '{"PROJECT": 7.0, "AREA": 1e2}', '2026-11-24'), docnum_next('TWO', '{"PROJECT": -0.50, "AREA": 12345678901234567890}', '2026-11-24');
-- an object may name the only dimension; a value that is not text of an object is the value
SELECT docnum_next('ONE', 'P1'), docnum_next('ONE', '{"PROJECT": "P1"}'), docnum_next('ONE', '{"PROJECT": "P1"}'::jsonb), docnum_next('ONE', '[P1]'), docnum_next('ONE', '"P1"');
SELECT document_type, scope, current_value FROM docnum_status() ORDER BY document_type COLLATE "C", scope COLLATE "C";

-- missing, surplus, misspelt, malformed, of a wrong kind
SELECT type, value, pg_temp.try(type, value) FROM (VALUES
	('NONE', 'P1'), ('NONE', '{}'), ('PERIOD', '2026'), ('PERIOD', '{"YEARLY": "2026"}'),
	('ONE', NULL), ('ONE', ''), ('ONE', '{}'), ('ONE', '{"PROJECT": ""}'), ('ONE', '{"project": "P1"}'), ('ONE', '{"PROJECT": "P1", "AREA": "A"}'),
	('ONE', '{"PROJECT": null}'), ('ONE', '{"PROJECT": true}'), ('ONE', '{"PROJECT": ["P1"]}'), ('ONE', '{"PROJECT": {"PROJECT": "P1"}}'),
	('ONE', '{P1}'), ('ONE', '{"PROJECT": "P1"'), ('ONE', '{"PROJECT": "P1"} '), ('ONE', ' {"PROJECT": "P1"}'), ('ONE', '{"PROJECT": "P1"}x'),
	('ONE', '{"PROJECT": "\u0000"}'), ('ONE', '{"PROJECT": "\ud800"}'), ('ONE', ' P1'), ('ONE', 'P1 '), ('ONE', E'P\t1'),
	('TWO', NULL), ('TWO', 'P1'), ('TWO', '{"PROJECT": "P1"}'), ('TWO', '{"PROJECT": "P1", "AREA": "A", "YEARLY": "2026"}'),
	('TWO', '{"PROJECT": "P1", "AREA": "A", "Area": "B"}'), ('TWO', '{"PROJECT": "P1", "AREA": false}'), ('TWO', '["P1", "A"]')) v (type, value);
SELECT docnum_next('ONE', '["P1"]'::jsonb);
SELECT docnum_next('ONE', '"P1"'::jsonb);
SELECT docnum_next('ONE', 'null'::jsonb);
SELECT docnum_next('TWO', '7'::json);
-- deep and large ones are refused like others
SELECT pg_temp.try('ONE', repeat('{"PROJECT":', 1000) || '1' || repeat('}', 1000));
SELECT left(pg_temp.try('ONE', '{"' || repeat('x', 100000) || '": 1}'), 100);

-- separators inside values are escaped, so that different scopes differ
SELECT docnum_next('HIDDEN', jsonb_build_object('PROJECT', project, 'AREA', area)), project, area
FROM (VALUES ('A/B', 'C'), ('A', 'B/C'), ('A\', 'B/C'), ('A\/B', 'C'), ('A', '\/B/C'), ('\', '\'), ('\\', '/'), ('/', '//')) v (project, area);
SELECT scope FROM docnum.counter WHERE document_type = 'HIDDEN' ORDER BY scope;
SELECT operation, scope FROM docnum_history('H1', 'HIDDEN', 'A\/B/C');
SELECT operation, scope FROM docnum_history('H1', 'HIDDEN', 'A/B\/C');

-- 50 characters at most, whatever their bytes; 8 dimensions of 50
SELECT docnum_next('ONE', repeat('x', 50)) = repeat('x', 50) || '=1', docnum_next('ONE', repeat(U&'\+01F600', 50)) = repeat(U&'\+01F600', 50) || '=1';
SELECT docnum_next('ONE', repeat('x', 51));
SELECT docnum_next('ONE', repeat(U&'\+01F600', 51));
SELECT scope FROM docnum_define('EIGHT', format => 'E{SEQ:1}', scope => 'A,B,C,D,E,F,G,H, DAILY', uniqueness => 'SCOPE');
SELECT docnum_next('EIGHT', (SELECT jsonb_object_agg(chr(64 + i), repeat('/' || chr(127999 + i), 25)) FROM generate_series(1, 8) i), '2026-11-24');
SELECT length(scope), octet_length(scope) FROM docnum.counter WHERE document_type = 'EIGHT';
SELECT current_value FROM docnum_status('EIGHT');
SELECT * FROM docnum_validate();
