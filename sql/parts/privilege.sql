
-- privileges --------------------------------------------------------------------

CREATE TABLE docnum.privilege (
	role_name text COLLATE "C" NOT NULL,
	role_oid oid NOT NULL,
	privilege text NOT NULL CHECK (privilege IN ('use', 'override', 'void', 'admin', 'audit')),
	document_type text COLLATE "C",
	granted_by text COLLATE "C" NOT NULL,
	granted_at timestamptz NOT NULL,
	grant_id uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
	UNIQUE NULLS NOT DISTINCT (role_oid, privilege, document_type, role_name)
);
COMMENT ON TABLE docnum.privilege IS 'who may do what, on one document type or, where it is NULL, on all';
COMMENT ON COLUMN docnum.privilege.role_oid IS 'the role; a restore finds it anew by role_name';

COMMENT ON COLUMN docnum.privilege.grant_id IS 'by which a subscriber knows what was revoked: its roles have other oids';

ALTER TABLE docnum.privilege ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON docnum.privilege TO PUBLIC;
SELECT pg_extension_config_dump('docnum.privilege', '');

-- May the current role exercise one of these privileges (separated by commas)
-- on the document type?  Row-level security asks it for every row.
CREATE FUNCTION docnum.may(privileges text, document_type text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'docnum_may'
	LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION docnum.may(text, text) IS 'may the current role exercise one of these privileges on the document type?';

-- The same as an error for functions written in SQL: NB001 or 42501.
CREATE FUNCTION docnum.must(privileges text, document_type text) RETURNS boolean
	AS 'MODULE_PATHNAME', 'docnum_must'
	LANGUAGE C STABLE;
COMMENT ON FUNCTION docnum.must(text, text) IS 'raises an error unless the current role may exercise one of these privileges on the document type';

CREATE POLICY read ON docnum.document_type FOR SELECT
	USING (docnum.may('use,audit', document_type));
CREATE POLICY read ON docnum.counter FOR SELECT
	USING (docnum.may('use,audit', document_type));
CREATE POLICY read ON docnum.number FOR SELECT
	USING (docnum.may('use,audit', document_type));
CREATE POLICY read ON docnum.range FOR SELECT
	USING (EXISTS (SELECT FROM docnum.counter c WHERE c.counter_id = range.counter_id));
CREATE POLICY read ON docnum.reservation FOR SELECT
	USING (pg_has_role(role_oid, 'USAGE'));
CREATE POLICY read ON docnum.privilege FOR SELECT
	USING (pg_has_role(role_oid, 'USAGE') OR docnum.may('admin', document_type));
