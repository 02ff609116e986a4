-- reservation_role: a reservation belongs to the role that made it: that role, its
-- members and administrators of the type finish it; for others the token alone is
-- not enough, and nobody sees another role's tokens.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
CREATE ROLE regress_docnum_clerk;
CREATE ROLE regress_docnum_member IN ROLE regress_docnum_clerk;
CREATE ROLE regress_docnum_colleague;
CREATE ROLE regress_docnum_admin;
CREATE ROLE regress_docnum_stranger;
SELECT format FROM docnum_define('C', format => 'C{SEQ:3}');
SELECT format FROM docnum_define('D', format => 'D{SEQ:3}');
SELECT docnum_grant('regress_docnum_clerk', 'use', 'C'), docnum_grant('regress_docnum_colleague', 'use'), docnum_grant('regress_docnum_admin', 'use', 'C'),
	docnum_grant('regress_docnum_admin', 'admin', 'C');

SET ROLE regress_docnum_clerk;
SELECT token AS own FROM docnum_reserve('C', ttl => '1 hour') \gset
SELECT token AS members FROM docnum_reserve('C', ttl => '1 hour') \gset
SELECT token AS admins FROM docnum_reserve('C', ttl => '1 hour') \gset
SELECT token AS superusers FROM docnum_reserve('C', ttl => '1 hour') \gset
SELECT token AS overdue FROM docnum_reserve('C', ttl => '1 microsecond') \gset
SELECT count(*), min(role_name) FROM docnum.reservation;

-- a colleague with "use" can look, with the token, and no more
SET ROLE regress_docnum_colleague;
SELECT count(*) FROM docnum.reservation;
SELECT state FROM docnum_reservation(:'own');
SELECT docnum_confirm(:'own');
SELECT docnum_cancel(:'own');
SELECT docnum_extend(:'own', '1 day');
SELECT docnum_cancel(:'overdue');
-- a stranger cannot even look
SET ROLE regress_docnum_stranger;
SELECT state FROM docnum_reservation(:'own');
SELECT docnum_confirm(:'own');
SELECT docnum_cancel(:'own');
SELECT docnum_extend(:'own', '1 day');
SELECT docnum_expire();
SELECT count(*) FROM docnum.reservation;
-- an administrator of the type finishes what is another's
SET ROLE regress_docnum_admin;
SELECT docnum_extend(:'admins', '1 day') > now(), docnum_confirm(:'admins');
-- members, which inherit the privileges of the role
SET ROLE regress_docnum_member;
SELECT count(*) FROM docnum.reservation;
SELECT docnum_extend(:'members', '1 day') > now(), docnum_cancel(:'members');
-- the role itself, under another name too
RESET ROLE;
ALTER ROLE regress_docnum_clerk RENAME TO regress_docnum_writer;
SET ROLE regress_docnum_writer;
SELECT docnum_confirm(:'own');
SELECT count(*), min(role_name) FROM docnum.reservation;
RESET ROLE;
SELECT docnum_cancel(:'superusers');
SELECT n.document_number, n.state, a.operation, a.acting_role FROM docnum.number n JOIN docnum.audit_log a USING (counter_id, value)
WHERE a.operation IN ('CONFIRM', 'CANCEL', 'EXTEND') ORDER BY a.id;

-- expire: for all reservations of the types that the role may use
SET ROLE regress_docnum_colleague;
SELECT token AS other FROM docnum_reserve('D', ttl => '1 microsecond') \gset
SET ROLE regress_docnum_writer;
SELECT docnum_expire();
SET ROLE regress_docnum_colleague;
SELECT docnum_expire();
RESET ROLE;
-- rights that are gone are gone for tokens as well
SET ROLE regress_docnum_writer;
SELECT token FROM docnum_reserve('C', ttl => '1 hour') \gset
RESET ROLE;
SELECT docnum_revoke('regress_docnum_writer', 'use', 'C');
SET ROLE regress_docnum_writer;
SELECT docnum_confirm(:'token');
RESET ROLE;
-- a new role of the old name does not inherit the reservations
SELECT docnum_grant('regress_docnum_writer', 'use', 'C');
SELECT docnum_revoke('regress_docnum_writer', 'use', 'C');
DROP ROLE regress_docnum_writer;
CREATE ROLE regress_docnum_writer;
SELECT docnum_grant('regress_docnum_writer', 'use', 'C');
SET ROLE regress_docnum_writer;
SELECT count(*) FROM docnum.reservation;
SELECT docnum_confirm(:'token');
SELECT state FROM docnum_reservation(:'token');
SET ROLE regress_docnum_admin;
SELECT docnum_cancel(:'token');
RESET ROLE;
SELECT * FROM docnum_validate();
DROP ROLE regress_docnum_writer, regress_docnum_member, regress_docnum_colleague, regress_docnum_admin, regress_docnum_stranger;
