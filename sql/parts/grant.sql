
-- who may do what -------------------------------------------------------------------

CREATE FUNCTION @extschema@.docnum_grant(role name, privilege text, document_type text DEFAULT NULL)
	RETURNS boolean
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_grant IS
	'grants use, override, void, admin or audit on a document type, or on all; true if it is new; needs "admin"';

CREATE FUNCTION @extschema@.docnum_revoke(role name, privilege text, document_type text DEFAULT NULL)
	RETURNS boolean
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_revoke IS
	'takes a grant back; true if there was one; needs "admin"';

CREATE FUNCTION @extschema@.docnum_privileges(role name DEFAULT NULL)
	RETURNS TABLE (role text, privilege text, document_type text, granted_by text, granted_at timestamptz)
	LANGUAGE SQL STABLE
BEGIN ATOMIC
	SELECT coalesce(r.rolname::text, p.role_name), p.privilege, p.document_type,
		p.granted_by, p.granted_at
	FROM docnum.privilege p
		LEFT JOIN pg_catalog.pg_roles r ON r.oid = p.role_oid
	WHERE docnum_privileges.role IS NULL
		OR coalesce(r.rolname::text, p.role_name) = docnum_privileges.role::text
	ORDER BY 1, 3 NULLS FIRST, 2;
END;
COMMENT ON FUNCTION @extschema@.docnum_privileges IS
	'docnum''s grants: one''s own, and those on the types that one administers';
