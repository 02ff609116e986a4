-- grant: a grant to a new role is made even if the grant of a dropped role of its
-- name is still there, which stays named by docnum_validate until it is revoked.
\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('C', format => 'C{SEQ:3}');
CREATE ROLE regress_docnum_clerk;
SELECT docnum_grant('regress_docnum_clerk', 'use', 'C');
DROP ROLE regress_docnum_clerk;
CREATE ROLE regress_docnum_clerk;
SELECT docnum_grant('regress_docnum_clerk', 'use', 'C');	-- t
SET ROLE regress_docnum_clerk;
SELECT docnum_next('C');	-- C001
RESET ROLE;
SELECT problem FROM docnum_validate();
SELECT docnum_revoke('regress_docnum_clerk', 'use', 'C');
DROP ROLE regress_docnum_clerk;
