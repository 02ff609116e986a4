-- grant: docnum_grant and docnum_revoke: on one type or on all, effective at once,
-- by membership and SET ROLE; the role's identity counts, not its name; behind a
-- SECURITY DEFINER function the log names both roles.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
CREATE ROLE regress_docnum_clerk;
CREATE ROLE regress_docnum_group;
CREATE ROLE regress_docnum_admin;
SELECT format FROM docnum_define('C', format => 'C{SEQ:3}');
SELECT format FROM docnum_define('D', format => 'D{SEQ:3}');

-- true where something changed; a grant on all and one on a type are two
SELECT docnum_grant('regress_docnum_clerk', 'use', 'C'), docnum_grant('regress_docnum_clerk', 'use', 'C'), docnum_grant('regress_docnum_clerk', 'use');
SELECT role, privilege, document_type, granted_by = current_user, isfinite(granted_at) FROM docnum_privileges('regress_docnum_clerk');
SELECT docnum_revoke('regress_docnum_clerk', 'use'), docnum_revoke('regress_docnum_clerk', 'use'), docnum_revoke('regress_docnum_clerk', 'audit', 'C');
SELECT operation, document_type, old_value, new_value FROM docnum.audit_log WHERE operation IN ('GRANT', 'REVOKE') ORDER BY id;

-- effective at once, in the same transaction and session; undone by a rollback
SET ROLE regress_docnum_clerk;
SELECT docnum_next('C');
SELECT docnum_next('D');
RESET ROLE;
BEGIN;
SELECT docnum_revoke('regress_docnum_clerk', 'use', 'C'), docnum_grant('regress_docnum_clerk', 'use', 'D');
SET LOCAL ROLE regress_docnum_clerk;
SELECT docnum_next('D');
SAVEPOINT s;
SELECT docnum_next('C');
ROLLBACK TO s;
RESET ROLE;
ROLLBACK;
SET ROLE regress_docnum_clerk;
SELECT docnum_next('C');
SELECT docnum_next('D');
-- a plan that was made before the revoke does not outlive it
PREPARE next AS SELECT docnum_next('C');
EXECUTE next;
CREATE TEMP TABLE letter (number text DEFAULT docnum_next('C'));
INSERT INTO letter DEFAULT VALUES RETURNING number;
RESET ROLE;
SELECT docnum_revoke('regress_docnum_clerk', 'use', 'C');
SET ROLE regress_docnum_clerk;
EXECUTE next;
INSERT INTO letter DEFAULT VALUES;
SELECT count(*) FROM docnum.number;
RESET ROLE;

-- membership: granted and revoked at once; NOINHERIT members must SET ROLE
SELECT docnum_grant('regress_docnum_group', 'use', 'C'), docnum_grant('regress_docnum_group', 'audit');
SET ROLE regress_docnum_clerk;
SELECT docnum_next('C');
RESET ROLE;
GRANT regress_docnum_group TO regress_docnum_clerk;
SET ROLE regress_docnum_clerk;
SELECT docnum_next('C'), (SELECT count(*) FROM docnum.number);
SELECT role, privilege, document_type FROM docnum_privileges();
RESET ROLE;
REVOKE regress_docnum_group FROM regress_docnum_clerk;
SET ROLE regress_docnum_clerk;
SELECT docnum_next('C');
SELECT count(*) FROM docnum.number;
RESET ROLE;
CREATE ROLE regress_docnum_deputy NOINHERIT IN ROLE regress_docnum_group;
SET SESSION AUTHORIZATION regress_docnum_deputy;
SELECT docnum_next('C');
SET ROLE regress_docnum_group;
SELECT docnum_next('C');
RESET SESSION AUTHORIZATION;
DROP ROLE regress_docnum_deputy;

-- who may grant: "admin" of the type, or of all for a grant on all
SELECT docnum_grant('regress_docnum_admin', 'admin', 'C');
SET ROLE regress_docnum_admin;
SELECT docnum_grant('regress_docnum_clerk', 'use', 'C');
SELECT docnum_grant('regress_docnum_clerk', 'use', 'D');
SELECT docnum_grant('regress_docnum_clerk', 'use');
SELECT docnum_revoke('regress_docnum_group', 'audit');
SELECT role, privilege, document_type, granted_by = current_user FROM docnum_privileges();
SELECT docnum_revoke('regress_docnum_admin', 'admin', 'C');
SELECT docnum_revoke('regress_docnum_clerk', 'use', 'C');
RESET ROLE;
SELECT docnum_grant('regress_docnum_clerk', 'read');
SELECT docnum_grant('regress_docnum_clerk', 'USE');
SELECT docnum_grant('regress_docnum_clerk', 'use', 'NONE');
SELECT docnum_grant('regress_docnum_nobody', 'use');
SELECT docnum_grant('public', 'use');
SELECT docnum_revoke('regress_docnum_nobody', 'use');

-- a renamed role keeps its grants, a new role of the old name has none
ALTER ROLE regress_docnum_clerk RENAME TO regress_docnum_writer;
CREATE ROLE regress_docnum_clerk;
SET ROLE regress_docnum_writer;
SELECT docnum_next('C');
SET ROLE regress_docnum_clerk;
SELECT docnum_next('C');
RESET ROLE;
SELECT role, privilege, document_type FROM docnum_privileges() WHERE role LIKE '%clerk' OR role LIKE '%writer';
SELECT count(*) FROM docnum_privileges('regress_docnum_clerk');
-- and of a role that was dropped: its grant stays, named by validate, until it is revoked by name
DROP TABLE letter;
DROP ROLE regress_docnum_writer;
SELECT problem, document_type, detail FROM docnum_validate();
-- whether a new role bears that name by now or not
SELECT docnum_revoke('regress_docnum_clerk', 'use', 'C');
SELECT docnum_grant('regress_docnum_clerk', 'use', 'C');
DROP ROLE regress_docnum_clerk;
SELECT docnum_revoke('regress_docnum_clerk', 'use', 'C'), docnum_revoke('regress_docnum_clerk', 'use', 'C');
SELECT * FROM docnum_validate();

-- behind a SECURITY DEFINER function its owner's grants count; the log has both
CREATE ROLE regress_docnum_visitor;
SELECT docnum_grant('regress_docnum_group', 'use', 'D');
CREATE FUNCTION wrapper() RETURNS text LANGUAGE sql SECURITY DEFINER RETURN docnum_next('D');
ALTER FUNCTION wrapper() OWNER TO regress_docnum_group;
SELECT session_user AS me \gset
SET SESSION AUTHORIZATION regress_docnum_visitor;
SELECT docnum_next('D');
SELECT wrapper();
RESET SESSION AUTHORIZATION;
SET ROLE regress_docnum_group;
SELECT docnum_next('D');
RESET ROLE;
SELECT docnum_next('D');
SELECT document_number, CASE session_role WHEN :'me' THEN 'me' ELSE session_role END, acting_role FROM docnum.audit_log WHERE document_type = 'D' AND operation = 'ISSUE' ORDER BY id;
DROP FUNCTION wrapper();


-- the extension's owner may all without a grant, and so may its members
DROP EXTENSION docnum;
CREATE ROLE regress_docnum_owner SUPERUSER;
SET ROLE regress_docnum_owner;
CREATE EXTENSION docnum;
RESET ROLE;
ALTER ROLE regress_docnum_owner NOSUPERUSER;
GRANT regress_docnum_owner TO regress_docnum_visitor;
SET SESSION AUTHORIZATION regress_docnum_owner;
SELECT format FROM docnum_define('C', format => 'C{SEQ:3}');
SET SESSION AUTHORIZATION regress_docnum_visitor;
SELECT docnum_next('C'), docnum_grant('regress_docnum_group', 'use');
SELECT operation FROM docnum_history('C001');
RESET SESSION AUTHORIZATION;
REVOKE regress_docnum_owner FROM regress_docnum_visitor;
SET SESSION AUTHORIZATION regress_docnum_visitor;
SELECT docnum_next('C');
RESET SESSION AUTHORIZATION;
DROP EXTENSION docnum;
DROP ROLE regress_docnum_visitor, regress_docnum_group, regress_docnum_admin, regress_docnum_owner;
CREATE EXTENSION docnum;
