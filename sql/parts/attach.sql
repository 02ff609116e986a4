
-- tables that take their numbers by trigger ---------------------------------------------

-- Which column is which says the column list of the trigger zz_docnum_..., that
-- has the attachment's id: it follows renames and is dumped by name.
CREATE TABLE docnum.attachment (
	attachment_id int PRIMARY KEY,
	target regclass NOT NULL,
	document_type text COLLATE "C" NOT NULL,
	columns text[] NOT NULL,
	at text NOT NULL CHECK (at IN ('insert', 'commit')),
	on_delete text NOT NULL CHECK (on_delete IN ('void', 'refuse')),
	attached_by text COLLATE "C" NOT NULL,
	attached_at timestamptz NOT NULL
);
COMMENT ON TABLE docnum.attachment IS 'tables whose rows get their numbers by trigger; written by docnum_attach and docnum_detach';
COMMENT ON COLUMN docnum.attachment.attachment_id IS 'argument of the table''s triggers';
COMMENT ON COLUMN docnum.attachment.columns IS 'what the columns in the list of the trigger zz_docnum_... are, in its order: number, issue, date, or a dimension';

ALTER TABLE docnum.attachment ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON docnum.attachment TO PUBLIC;
CREATE POLICY read ON docnum.attachment FOR SELECT
	USING (docnum.may('use,admin,audit', document_type));
CREATE TRIGGER docnum_audit BEFORE INSERT OR UPDATE OR DELETE ON docnum.attachment
	FOR EACH ROW EXECUTE FUNCTION docnum.audit();
CREATE TRIGGER docnum_truncate BEFORE TRUNCATE ON docnum.attachment
	FOR EACH STATEMENT EXECUTE FUNCTION docnum.audit();
ALTER TABLE docnum.attachment ENABLE ALWAYS TRIGGER docnum_audit, ENABLE ALWAYS TRIGGER docnum_truncate;
-- A table that was dropped has left its row.
SELECT pg_extension_config_dump('docnum.attachment',
	'WHERE EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = target)');

CREATE FUNCTION docnum.attached() RETURNS trigger
	AS 'MODULE_PATHNAME', 'docnum_attached'
	LANGUAGE C;
COMMENT ON FUNCTION docnum.attached() IS 'gives the rows of attached tables their numbers; only in triggers that docnum_attach made';

CREATE FUNCTION @extschema@.docnum_attach(
	target regclass,
	number_column name,
	document_type text,
	scope_columns jsonb DEFAULT NULL,
	date_column name DEFAULT NULL,
	at text DEFAULT 'insert',
	issue_column name DEFAULT NULL,
	on_delete text DEFAULT 'void')
	RETURNS void
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_attach IS
	'lets the rows of a table get their numbers by trigger; needs "admin" and the table''s ownership';

CREATE FUNCTION @extschema@.docnum_detach(target regclass, number_column name)
	RETURNS boolean
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_detach IS
	'ends docnum_attach; false if the column was not attached; needs "admin" and the table''s ownership';
