-- search_path: what stands in the schemas of the session's search path, before
-- pg_catalog and under its names, reaches neither the install script nor any
-- function of docnum; every trap raises an error when it is sprung.

\set VERBOSITY terse
\set SHOW_CONTEXT never
\pset format unaligned
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE SCHEMA trap;

-- operators: of the types themselves, and where pg_catalog has only a cast
DO $$
DECLARE
	op text;
	types text;
	body text := ' AS $trap$ BEGIN RAISE EXCEPTION ''the trap was sprung''; END $trap$ LANGUAGE plpgsql';
BEGIN
	FOREACH types IN ARRAY '{text text,bigint bigint,integer integer,oid oid,name name,numeric numeric,uuid uuid,boolean boolean,timestamptz timestamptz,date date,interval interval,bigint integer,text name,name text,bigint numeric,numeric bigint}'::text[]
	LOOP
		EXECUTE format('CREATE FUNCTION trap.compare(%s, %s) RETURNS boolean',
			split_part(types, ' ', 1), split_part(types, ' ', 2)) || body;
		EXECUTE format('CREATE FUNCTION trap.compute(%1$s, %2$s) RETURNS %1$s',
			split_part(types, ' ', 1), split_part(types, ' ', 2)) || body;
		FOREACH op IN ARRAY '{=,<>,<,>,<=,>=,~}'::text[] LOOP
			EXECUTE format('CREATE OPERATOR trap.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = trap.compare)',
				op, split_part(types, ' ', 1), split_part(types, ' ', 2));
		END LOOP;
		FOREACH op IN ARRAY '{+,-,*,/,||}'::text[] LOOP
			EXECUTE format('CREATE OPERATOR trap.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = trap.compute)',
				op, split_part(types, ' ', 1), split_part(types, ' ', 2));
		END LOOP;
	END LOOP;
END $$;

-- functions, those with a better match than pg_catalog's among them
DO $$
DECLARE
	signature text;
BEGIN
	FOREACH signature IN ARRAY ARRAY[
		'now() RETURNS timestamptz', 'clock_timestamp() RETURNS timestamptz',
		'format(text, bigint) RETURNS text', 'format(text, bigint, bigint) RETURNS text',
		'format(text, text, text) RETURNS text', 'format(text, text, name) RETURNS text',
		'round(numeric, integer) RETURNS numeric', 'pg_has_role(oid, text) RETURNS boolean',
		'lower(int8range) RETURNS bigint', 'upper(int8range) RETURNS bigint',
		'int8range(bigint, bigint) RETURNS int8range', 'int8range(integer, integer) RETURNS int8range',
		'int8multirange(int8range) RETURNS int8multirange', 'unnest(int8multirange) RETURNS int8range',
		'row_to_json(record) RETURNS json', 'char_length(text) RETURNS integer',
		'jsonb_typeof(jsonb) RETURNS text', 'nextval(regclass) RETURNS bigint',
		'hashtext(text) RETURNS integer', 'min(text) RETURNS text', 'current_setting(text) RETURNS text']
	LOOP
		EXECUTE 'CREATE FUNCTION trap.' || signature ||
			' AS $trap$ BEGIN RAISE EXCEPTION ''the trap was sprung''; END $trap$ LANGUAGE plpgsql';
	END LOOP;
	-- types that are never valid, under the names of pg_catalog's
	FOREACH signature IN ARRAY '{text,name,int8,int4,bool,uuid,jsonb,timestamptz,oid,regclass,"numeric"}'::text[] LOOP
		EXECUTE format('CREATE DOMAIN trap.%s AS pg_catalog.bytea CHECK (false)', signature);
	END LOOP;
END $$;

-- the traps work where names are not qualified
SET search_path = trap, pg_catalog, public;
SELECT now();
SELECT 1::pg_catalog.int8 = 1::pg_catalog.int8;
SELECT 'COR'::text;

-- temporary relations of docnum's names and pg_catalog's come before all others
CREATE TEMP TABLE document_type (document_type pg_catalog.text);
CREATE TEMP TABLE counter (counter_id pg_catalog.int8);
CREATE TEMP TABLE number (counter_id pg_catalog.int8);
CREATE TEMP TABLE range (counter_id pg_catalog.int8);
CREATE TEMP TABLE reservation (counter_id pg_catalog.int8);
CREATE TEMP TABLE privilege (privilege pg_catalog.text);
CREATE TEMP TABLE audit_log (id pg_catalog.int8);
CREATE TEMP TABLE installation (virgin pg_catalog.bool);
CREATE TEMP TABLE sequence (document_type pg_catalog.text);
CREATE TEMP TABLE pg_timezone_names (name pg_catalog.text);
CREATE TEMP TABLE pg_roles (oid pg_catalog.oid);
CREATE TEMP TABLE pg_class (oid pg_catalog.oid);
CREATE TEMP TABLE pg_trigger (oid pg_catalog.oid);
CREATE TEMP TABLE pg_index (indexrelid pg_catalog.oid);
CREATE TEMP TABLE pg_namespace (oid pg_catalog.oid);

-- the schema of the functions is itself the hostile one
CREATE EXTENSION docnum SCHEMA trap;
SELECT trap.docnum_grant('pg_monitor', 'use'), trap.docnum_revoke('pg_monitor', 'use');
SELECT trap.docnum_grant('pg_monitor', 'audit');
SELECT role, privilege FROM trap.docnum_privileges();
SELECT role, privilege FROM trap.docnum_privileges('pg_monitor');
SELECT scope FROM trap.docnum_define('COR', format => '{PROJECT}-{YYYY}-{SEQ:5}', scope => 'PROJECT, YEARLY', time_zone => 'Asia/Tokyo');
SELECT max_value FROM trap.docnum_define('COR', max_value => 500);
SELECT trap.docnum_preview('COR', 'P1', '2026-11-24'), trap.docnum_preview('COR', 7, '2026-11-24');
SELECT trap.docnum_next('COR', 'P1', '2026-11-24', '{"a": 1}'), trap.docnum_next('COR', 7, '2026-11-24');
SELECT trap.docnum_next('COR', '{"PROJECT": "P1"}'::pg_catalog.jsonb, '2026-11-24');
SELECT token, document_number FROM trap.docnum_reserve('COR', 'P1', document_date => '2026-11-24', ttl => '1 hour') \gset
SELECT state FROM trap.docnum_reservation(:'token');
SELECT pg_catalog.isfinite(trap.docnum_extend(:'token', '2 hours'));
SELECT trap.docnum_confirm(:'token', '{"b": 2}');
SELECT token FROM trap.docnum_reserve('COR', 7, document_date => '2026-11-24', ttl => '1 hour') \gset
SELECT trap.docnum_cancel(:'token', 'not needed');
SELECT trap.docnum_expire();
SELECT document_type, scope, current_value, utilization, reserved FROM trap.docnum_status();
SELECT document_type, scope, current_value FROM trap.docnum_status('COR');
SELECT document_type, scope, current_value FROM docnum.sequence;
SELECT operation, new_value, reason FROM trap.docnum_history('7-2026-00002');
SELECT operation FROM trap.docnum_history('P1-2026-00003', 'COR', 'P1/2026');
UPDATE docnum.document_type SET reservation_ttl = '1 day';
SELECT pg_catalog.count(*) FROM docnum.audit_log;
SELECT * FROM trap.docnum_validate();
SELECT * FROM trap.docnum_validate('COR');
SELECT document_type, scope, first_value, last_value, cause, count FROM trap.docnum_gaps();
SELECT version, format, changes FROM trap.docnum_definition_history('COR');
SELECT * FROM trap.docnum_check_duplicates('{pg_temp.counter.counter_id,pg_catalog.pg_am.amname}');
SELECT document_type FROM trap.docnum_define('TMP', format => 'T-{SEQ:3}');
SELECT trap.docnum_drop('TMP');

-- a role that row-level security applies to
CREATE ROLE regress_docnum_reader;
GRANT USAGE ON SCHEMA trap TO regress_docnum_reader;
SELECT trap.docnum_grant('regress_docnum_reader', 'audit', 'COR');
SET ROLE regress_docnum_reader;
SELECT document_number, state FROM docnum.number ORDER BY 1;
SELECT document_type, scope, current_value, reserved FROM trap.docnum_status('COR');
SELECT operation FROM trap.docnum_history('7-2026-00001');
SELECT * FROM trap.docnum_validate();
SELECT role, privilege, document_type FROM trap.docnum_privileges();
RESET ROLE;

RESET search_path;
DROP EXTENSION docnum;
DROP SCHEMA trap CASCADE;
DROP ROLE regress_docnum_reader;
CREATE EXTENSION docnum;
