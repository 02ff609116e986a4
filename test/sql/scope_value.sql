-- scope_value: the argument takes any type, by its text; what drivers bind (text
-- of unknown type, integer, uuid, jsonb, typed NULL) finds the right function,
-- and the same value of two types is the same scope.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET datestyle = ISO;
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT scope FROM docnum_define('ONE', format => '{PROJECT}={SEQ:1}', scope => 'PROJECT');
SELECT scope FROM docnum_define('TWO', format => '{PROJECT}={AREA}={SEQ:1}', scope => 'PROJECT, AREA');
SELECT scope FROM docnum_define('NONE', format => 'N{SEQ:1}');

-- one scope, many types
SELECT docnum_next('ONE', '7'), docnum_next('ONE', '7'::text), docnum_next('ONE', '7'::varchar), docnum_next('ONE', '7'::varchar(10)),
	docnum_next('ONE', '7'::char(5)), docnum_next('ONE', '7'::name);
SELECT docnum_next('ONE', 7), docnum_next('ONE', 7::smallint), docnum_next('ONE', 7::bigint), docnum_next('ONE', 7::numeric), docnum_next('ONE', 7::oid),
	docnum_next('ONE', '{"PROJECT": 7}'::jsonb), docnum_next('ONE', '{"PROJECT": "7"}'::json);
-- the least and the largest, a uuid in canonical spelling, and others
SELECT docnum_next('ONE', -2147483648), docnum_next('ONE', 9223372036854775807), docnum_next('ONE', 7.50), docnum_next('ONE', 0::numeric);
SELECT docnum_next('ONE', '{A0EEBC99-9C0B4EF8-BB6D6BB9-BD380A11}'::uuid), docnum_next('ONE', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11');
SELECT docnum_next('ONE', date '2026-11-24'), docnum_next('ONE', '10.0.0.0/8'::cidr), docnum_next('ONE', 'pg_class'::regclass);
CREATE DOMAIN project AS text CHECK (VALUE ~ '^P');
CREATE DOMAIN project_id AS int;
CREATE DOMAIN place AS jsonb;
CREATE TYPE site AS ENUM ('north', 'south');
SELECT docnum_next('ONE', 'P9'::project), docnum_next('ONE', 9::project_id), docnum_next('ONE', 'north'::site),
	docnum_next('ONE', '{"PROJECT": "P9"}'::place);
-- composites and arrays have a text too, but braces mean an object
SELECT docnum_next('ONE', ROW(1, 'a'));
SELECT docnum_next('ONE', ARRAY[1]);
SELECT docnum_next('ONE', '[1]'::jsonb);
SELECT docnum_next('ONE', '"P9"'::place);
-- PostgreSQL finds both functions equally good for its internal type "char"
SELECT docnum_next('ONE', '7'::"char");
SELECT docnum_preview('ONE', '7'::"char"::text);

-- a typed NULL means "not given", which a type without a dimension accepts
SELECT docnum_next('NONE', NULL), docnum_next('NONE', NULL::text), docnum_next('NONE', NULL::int), docnum_next('NONE', NULL::uuid),
	docnum_next('NONE', NULL::jsonb), docnum_next('NONE', NULL::varchar);
SELECT docnum_preview('NONE', NULL::int), docnum_preview('NONE', NULL::jsonb);
SELECT document_number, scope_value, scope FROM docnum_reserve('NONE', NULL::int);
SELECT docnum_next('ONE', NULL::int);
SELECT docnum_next('ONE', NULL::jsonb);
SELECT docnum_next('NONE', 7);

-- prepared statements: a parameter of unknown type is text, a typed one is not
PREPARE untyped AS SELECT docnum_next($1, $2, $3, $4);
EXECUTE untyped('ONE', '7', NULL, NULL);
EXECUTE untyped('ONE', 7, '2026-11-24', '{"a": 1}');
EXECUTE untyped('TWO', '{"PROJECT": "7", "AREA": "A"}', NULL, NULL);
EXECUTE untyped('NONE', NULL, NULL, NULL);
PREPARE typed(text, int) AS SELECT docnum_next($1, $2);
EXECUTE typed('ONE', 7);
EXECUTE typed('NONE', NULL);
PREPARE object(jsonb) AS SELECT docnum_next('TWO', $1), docnum_preview('TWO', $1);
EXECUTE object('{"AREA": "A", "PROJECT": 7}');
PREPARE reserve AS SELECT document_number, scope_value, scope FROM docnum_reserve($1, $2, $3, $4, $5);
EXECUTE reserve('ONE', '7', NULL, '1 hour', NULL);
-- custom and generic plans alike
SET plan_cache_mode = force_generic_plan;
EXECUTE untyped('ONE', '7', NULL, NULL);
EXECUTE typed('ONE', 7);
EXECUTE object('{"PROJECT": 7, "AREA": "A"}');
RESET plan_cache_mode;
SELECT param FROM pg_prepared_statements, unnest(parameter_types) param WHERE name = 'untyped';

-- by name, for every function that takes it
SELECT docnum_next(scope_value => 7, document_type => 'ONE'), docnum_preview(scope_value => '7'::varchar, document_type => 'ONE'),
	docnum_next(document_type => 'ONE', scope_value => '7', metadata => '{}');
SELECT document_number, scope_value, scope FROM docnum_reserve(document_type => 'TWO', scope_value => '{"PROJECT": 7, "AREA": "A"}'::jsonb, ttl => '1 hour');
SELECT document_number, scope_value, scope FROM docnum_reserve('ONE', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid);
-- from PL/pgSQL variables and columns
CREATE FUNCTION pg_temp.variables() RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
	project_id int := 7;
	key uuid := 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
	place record;
BEGIN
	SELECT 7 AS "PROJECT", 'A' AS "AREA" INTO place;
	RETURN ARRAY[docnum_next('ONE', project_id), docnum_next('ONE', key), docnum_next('TWO', to_jsonb(place))];
END $$;
SELECT pg_temp.variables();
SELECT docnum_next('ONE', id), docnum_next('TWO', to_jsonb(t)) FROM (VALUES (7, 7, 'A')) v (id, "PROJECT", "AREA"),
	LATERAL (SELECT "PROJECT", "AREA") t;

SELECT document_type, scope, current_value FROM docnum_status() ORDER BY document_type, scope COLLATE "C";
SELECT * FROM docnum_validate();
DROP DOMAIN project, project_id, place;
DROP TYPE site;
