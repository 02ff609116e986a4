-- history: the life of one number, oldest first, whatever other numbers it shares
-- its text with; unknown ones and ambiguous ones are told apart.

\set VERBOSITY sqlstate
\pset format unaligned
\pset null '(null)'
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('C', format => 'C{SEQ:2}');
SELECT format FROM docnum_define('U', format => 'U{YY}-{SEQ:2}', scope => 'PROJECT, YEARLY', uniqueness => 'SCOPE');
SELECT format FROM docnum_define('V', format => 'U{YY}-{SEQ:2}', scope => 'PROJECT, YEARLY', uniqueness => 'SCOPE');

-- everything that happened to it, with who and why
SET docnum.user_id = 'u42';
SELECT token FROM docnum_reserve('C', ttl => '1 hour', metadata => '{"a": 1}') \gset
SET docnum.user_id = 'u43';
SELECT docnum_extend(:'token', '2 hours') IS NOT NULL;
SET docnum.user_id = '';
SET application_name = 'office';
SELECT docnum_cancel(:'token', 'entered "twice"');
RESET application_name;
SELECT docnum_next('C');
SELECT operation, CASE WHEN operation <> 'EXTEND' THEN old_value END AS old_value, CASE WHEN operation <> 'EXTEND' THEN new_value END AS new_value,
	related_number, reason, user_id, session_role = session_user AS session_role, document_type, scope, acting_role,
	application_name = 'office' AS office, client_address IS NOT DISTINCT FROM inet_client_addr() AS address, metadata - 'token' AS metadata
FROM docnum_history('C01');
SELECT count(*), bool_and("timestamp" = a_timestamp) FROM docnum_history('C01') h JOIN (SELECT "timestamp" AS a_timestamp, operation FROM docnum.audit_log WHERE value = 1) a USING (operation);
SELECT operation, new_value, scope FROM docnum_history('C02');
SELECT row_to_json(h)::jsonb - 'timestamp' - 'session_role' - 'application_name' - 'client_address' FROM docnum_history('C02') h;

-- a text that several numbers have: type and scope tell them apart
SELECT docnum_next('U', 'P1', '2026-01-01'), docnum_next('U', 'P2', '2026-01-01'), docnum_next('U', 'P/3', '2026-01-01'), docnum_next('U', 'P1', '2126-01-01');
SELECT operation FROM docnum_history('U26-01');
SELECT operation, document_type, scope FROM docnum_history('U26-01', 'U', 'P1/2026');
SELECT operation, document_type, scope FROM docnum_history('U26-01', scope => 'P\/3/2026');
SELECT operation FROM docnum_history('U26-01', 'U');
SELECT docnum_next('V', 'P1', '2026-01-01');
SELECT operation FROM docnum_history('U26-01', scope => 'P1/2026');
SELECT operation, document_type, scope FROM docnum_history('U26-01', 'V');
SELECT operation, document_type, scope FROM docnum_history('U26-01', 'U', 'P1/2126');

-- unknown: nothing like it, of another type, scope or case; blanks are not trimmed
SELECT * FROM docnum_history('C03');
SELECT * FROM docnum_history('');
SELECT * FROM docnum_history('c01');
SELECT * FROM docnum_history('C1');
SELECT * FROM docnum_history(' C01');
SELECT * FROM docnum_history('C01', 'U');
SELECT * FROM docnum_history('C01', 'C', 'P1');
SELECT operation FROM docnum_history('C01', 'C', '');
SELECT * FROM docnum_history('U26-01', 'U', 'P3/2026');
SELECT * FROM docnum_history('C01', 'NONE');
SELECT * FROM docnum_history(repeat('x', 100000));
-- numbers that were rolled back have none; those of this transaction have
BEGIN;
SELECT docnum_next('C');
SELECT operation FROM docnum_history('C03');
ROLLBACK;
SELECT * FROM docnum_history('C03');
-- one that an open transaction took is not found until it commits
BEGIN;
SELECT docnum_next('C');
PREPARE TRANSACTION 'docnum history';
SELECT * FROM docnum_history('C03');
COMMIT PREPARED 'docnum history';
SELECT operation FROM docnum_history('C03');
BEGIN READ ONLY;
SELECT operation FROM docnum_history('C03');
ROLLBACK;
SELECT * FROM docnum_validate();
