-- definition_change: what a type with numbers may still change, silently or not
-- at all, by docnum_define and by an UPDATE of the tables' owner, who is checked
-- and logged just the same; no direct INSERT, DELETE or TRUNCATE.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;

-- tries a statement, undoes it, and tells the code, or ok
CREATE FUNCTION pg_temp.try(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE statement;
	RAISE EXCEPTION USING ERRCODE = 'UNDO1', MESSAGE = 'ok';
EXCEPTION
	WHEN SQLSTATE 'UNDO1' THEN RETURN sqlerrm;
	WHEN OTHERS THEN RETURN sqlstate || ' ' || sqlerrm;
END $$;
-- the same change by docnum_define, and by UPDATE
CREATE FUNCTION pg_temp.both(setting text, value text, OUT setting text, OUT value text, OUT define text, OUT continue text, OUT updated text)
LANGUAGE sql AS $$
	SELECT $1, $2,
		pg_temp.try(format('SELECT docnum_define(''COR'', %s => %s)', $1, $2)),
		pg_temp.try(format('SELECT docnum_define(''COR'', %s => %s, format_change => ''continue'')', $1, $2)),
		pg_temp.try(format('UPDATE docnum.document_type SET %s = %s WHERE document_type = ''COR''', $1, $2))
$$;
CREATE TEMP TABLE change (setting text, value text);
INSERT INTO change VALUES ('format', '''K{YYYY}-{SEQ:3}'''), ('scope', '''GLOBAL'''), ('scope', '''YEARLY'''), ('fiscal_year_start', '2'),
	('uniqueness', '''SCOPE'''), ('max_value', '3'), ('max_value', '4'), ('max_value', '2000000'), ('start_value', '9'),
	('time_zone', '''Asia/Tokyo'''), ('time_zone', '''Nowhere'''), ('allocation', '''STRICT'''), ('allocation', '''OPEN'''),
	('metadata', '''{}'''), ('metadata', '''[]'''), ('reservation_ttl', '''1 s'''), ('reservation_ttl', '''-1 s'''),
	('max_length', '13'), ('max_length', '12'), ('allow_reservations', 'false'), ('allow_manual_override', 'true'),
	('early_release', 'true'), ('series', '''x'''), ('rate_limit', '1'), ('chronology', '''warn''');

SELECT document_type FROM docnum_define('COR', format => 'COR{FY}{SEQ:3}', scope => 'YEARLY', time_zone => 'UTC', max_length => 50);
\echo before the first number
SELECT t.* FROM change c, LATERAL pg_temp.both(c.setting, c.value) t WHERE c.setting IN ('format', 'scope', 'fiscal_year_start', 'uniqueness');
SELECT docnum_next('COR', document_date => '2026-11-24') FROM generate_series(1, 4);
\echo after it
SELECT t.* FROM change c, LATERAL pg_temp.both(c.setting, c.value) t;
-- what docnum_define cannot set at all
SELECT pg_temp.try('UPDATE docnum.document_type SET document_type = ''KOR''');
SELECT pg_temp.try('UPDATE docnum.document_type SET generation = 2');
SELECT pg_temp.try('UPDATE docnum.document_type SET generation = 0');

-- a column that must have a value
SELECT attname, pg_temp.try(format('UPDATE docnum.document_type SET %I = NULL', attname)) FROM pg_attribute
WHERE attrelid = 'docnum.document_type'::regclass AND attnum > 0 ORDER BY attnum;
-- the scope is spelt the one way here too, so that an UPDATE to another spelling is no change of it
UPDATE docnum.document_type SET scope = ' YEARLY ' WHERE document_type = 'COR' RETURNING quote_literal(scope);

-- numbers that are only reserved, and those of open transactions, count as well
SELECT document_type FROM docnum_define('RFA', format => 'R{SEQ:3}');
SELECT document_number FROM docnum_reserve('RFA');
SELECT pg_temp.try('SELECT docnum_define(''RFA'', format => ''S{SEQ:3}'')');
SELECT document_type FROM docnum_define('DRW', format => 'D{SEQ:3}');
BEGIN;
SELECT docnum_next('DRW');
SELECT pg_temp.try('SELECT docnum_define(''DRW'', format => ''S{SEQ:3}'')');
SELECT pg_temp.try('SELECT docnum_drop(''DRW'')');
ROLLBACK;
SELECT pg_temp.try('SELECT docnum_define(''DRW'', format => ''S{SEQ:3}'')');

-- an UPDATE is logged like docnum_define, with the time of the change
UPDATE docnum.document_type SET max_value = 7, metadata = '{"a": 1}', updated_at = 'epoch' WHERE document_type = 'COR'
	RETURNING updated_at > created_at;
SELECT operation, document_type, old_value::json ->> 'max_value', new_value::json ->> 'max_value',
	new_value::json ->> 'metadata', (new_value::json ->> 'updated_at')::timestamptz = (SELECT updated_at FROM docnum.document_type WHERE document_type = 'COR')
FROM docnum.audit_log WHERE operation = 'DEFINE' ORDER BY id DESC LIMIT 1;
SELECT docnum_next('COR', document_date => '2026-11-24') FROM generate_series(5, 7);
SELECT docnum_next('COR', document_date => '2026-11-24');
-- it can clear a setting, which docnum_define cannot
UPDATE docnum.document_type SET metadata = NULL, reservation_ttl = NULL WHERE document_type = 'COR';
SELECT metadata IS NULL FROM docnum.document_type WHERE document_type = 'COR';
-- MERGE and ON CONFLICT reach the same guard
MERGE INTO docnum.document_type t USING (VALUES ('COR')) v (name) ON t.document_type = v.name
	WHEN MATCHED THEN UPDATE SET max_value = 6;
MERGE INTO docnum.document_type t USING (VALUES ('COR')) v (name) ON t.document_type = v.name
	WHEN MATCHED THEN DELETE;
INSERT INTO docnum.document_type SELECT * FROM docnum.document_type ON CONFLICT (document_type) DO UPDATE SET max_value = 1000;
INSERT INTO docnum.document_type SELECT * FROM docnum.document_type ON CONFLICT DO NOTHING;
DELETE FROM docnum.document_type WHERE document_type = 'DRW';
TRUNCATE docnum.document_type;
SELECT count(*), min(max_value) FROM docnum.document_type;

-- the owner who is no superuser is checked as well; a stranger cannot UPDATE
CREATE ROLE regress_docnum_owner;
GRANT regress_docnum_owner TO CURRENT_USER;
ALTER TABLE docnum.document_type OWNER TO regress_docnum_owner;
GRANT CREATE, USAGE ON SCHEMA docnum TO regress_docnum_owner;
SET ROLE regress_docnum_owner;
UPDATE docnum.document_type SET format = 'X{SEQ:3}' WHERE document_type = 'COR';
UPDATE docnum.document_type SET max_value = 8 WHERE document_type = 'COR';
DELETE FROM docnum.document_type;
RESET ROLE;
SELECT acting_role, operation FROM docnum.audit_log WHERE acting_role IS NOT NULL ORDER BY id;
ALTER TABLE docnum.document_type OWNER TO CURRENT_USER;
SET ROLE regress_docnum_owner;
UPDATE docnum.document_type SET max_value = 9;
RESET ROLE;
DROP OWNED BY regress_docnum_owner;
DROP ROLE regress_docnum_owner;
SELECT * FROM docnum_validate();
