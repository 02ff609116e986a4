-- docnum: install script, put together from sql/parts

\echo Use "CREATE EXTENSION docnum" to load this file. \quit

-- Every name below is qualified or found in pg_catalog, whatever path the
-- installing role has and whatever stands in its schemas.
SET LOCAL search_path TO pg_catalog, pg_temp;

DO $check$
BEGIN
	IF '@extschema@' = 'docnum' THEN
		RAISE EXCEPTION 'docnum''s functions cannot live in the schema docnum'
			USING ERRCODE = 'invalid_schema_name',
				DETAIL = 'The extension creates the schema docnum for its tables and owns it.',
				HINT = 'Name another schema, or none: CREATE EXTENSION docnum SCHEMA public.';
	END IF;
END
$check$;

-- Fails if the schema is there already: nobody can prepare objects in it.
CREATE SCHEMA docnum;
GRANT USAGE ON SCHEMA docnum TO PUBLIC;
COMMENT ON SCHEMA docnum IS 'tables of docnum: document types, counters, the ledger of numbers, the audit log';

-- A direct INSERT into docnum's tables by their owner is a restore, and is
-- accepted only until docnum's own first write.  Not dumped: a restored
-- database starts as an installation of its own.
CREATE TABLE docnum.installation (
	virgin boolean NOT NULL
);
INSERT INTO docnum.installation VALUES (true);
COMMENT ON TABLE docnum.installation IS 'one row: whether docnum has written anything itself yet; a restore gets in only before';
