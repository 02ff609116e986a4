-- audit: what a row of the log says of each operation: what changed, who did it
-- by the server and by the application's claim, when, in which transaction; and
-- that the log rolls back with the change.

\set VERBOSITY sqlstate
\pset format unaligned
\pset null '(null)'
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('C', format => 'C{SEQ:3}');

-- one row for each operation
SELECT docnum_next('C', metadata => '{"subject": "x"}');
SELECT token FROM docnum_reserve('C', ttl => '1 hour', metadata => '{"a": 1}') \gset
SELECT docnum_extend(:'token', '2 hours') IS NOT NULL;
SELECT docnum_confirm(:'token', '{"b": 2}');
SELECT token FROM docnum_reserve('C', ttl => '1 hour') \gset
SELECT docnum_cancel(:'token', 'not needed');
SELECT count(*) FROM docnum_reserve('C', ttl => '1 microsecond');
SELECT docnum_expire();
SELECT max_value FROM docnum_define('C', max_value => 9);
SELECT docnum_grant('pg_monitor', 'use', 'C'), docnum_revoke('pg_monitor', 'use', 'C');
SELECT format FROM docnum_define('T', format => 'T{SEQ:3}');
SELECT docnum_drop('T');
SELECT operation, document_type, document_number, CASE WHEN operation = 'EXTEND' THEN 'a time' ELSE left(old_value, 20) END AS old_value,
	CASE WHEN operation = 'EXTEND' THEN 'a time' ELSE left(new_value, 20) END AS new_value, metadata - 'token' AS metadata, metadata ? 'token' AS token, value
FROM docnum.audit_log ORDER BY id;
-- numbers that changed are named by counter and value; ids ascend
SELECT count(*) FROM docnum.audit_log a WHERE (a.value IS NULL) <> (coalesce(a.counter_id, 0) = 0)
	OR a.value IS NOT NULL AND NOT EXISTS (SELECT FROM docnum.number n WHERE n.counter_id = a.counter_id AND n.value = a.value);
SELECT min(id), max(id), count(*) FROM docnum.audit_log;
-- the definition is there whole, before and after
SELECT (new_value::jsonb - 'created_at' - 'updated_at') = (SELECT to_jsonb(t) - 'created_at' - 'updated_at' FROM docnum.document_type t WHERE document_type = 'C') AS complete
FROM docnum.audit_log WHERE operation = 'DEFINE' AND old_value IS NOT NULL;

-- what the server knows: role, application, transaction, wall clock
SET application_name = 'docnum test';
BEGIN;
SELECT pg_current_xact_id() AS xid, now() AS started \gset
SELECT docnum_next('C');
SAVEPOINT s;
SELECT docnum_next('C');
COMMIT;
SELECT document_number, session_role = session_user AS session_role, acting_role, application_name, client_address IS NOT DISTINCT FROM inet_client_addr() AS address,
	xid = :'xid' AS xid, "timestamp" > :'started' AS clock FROM docnum.audit_log WHERE document_number IN ('C005', 'C006') ORDER BY id;
SET application_name = '';
SELECT docnum_next('C');
SELECT application_name FROM docnum.audit_log ORDER BY id DESC LIMIT 1;
RESET application_name;

-- what the application claims: cut at 50, 45 and 500 characters, not bytes
CREATE FUNCTION pg_temp.claims(OUT user_id text, OUT ip_address text, OUT user_agent text, OUT lengths int[], OUT bytes int[]) LANGUAGE plpgsql AS $$
BEGIN
	-- a change of anything is logged
	PERFORM docnum_define('C', metadata => jsonb_build_object('n', random()));
	SELECT left(a.user_id, 10), left(a.ip_address, 10), left(a.user_agent, 10), ARRAY[char_length(a.user_id), char_length(a.ip_address), char_length(a.user_agent)],
		ARRAY[octet_length(a.user_id), octet_length(a.ip_address), octet_length(a.user_agent)]
	INTO user_id, ip_address, user_agent, lengths, bytes FROM docnum.audit_log a ORDER BY id DESC LIMIT 1;
END $$;
SELECT * FROM pg_temp.claims();
SET docnum.user_id = 'u42';
SET docnum.ip_address = '2001:db8::1';
SET docnum.user_agent = 'Mozilla/5.0';
SELECT * FROM pg_temp.claims();
SELECT length(set_config('docnum.user_id', repeat('x', 50), false)), length(set_config('docnum.ip_address', repeat('y', 45), false)), length(set_config('docnum.user_agent', repeat('z', 500), false));
SELECT * FROM pg_temp.claims();
SELECT length(set_config('docnum.user_id', repeat('x', 51), false)), length(set_config('docnum.ip_address', repeat('y', 46), false)), length(set_config('docnum.user_agent', repeat('z', 501), false));
SELECT * FROM pg_temp.claims();
SELECT length(set_config('docnum.user_id', repeat(U&'\00FC', 60), false)), length(set_config('docnum.ip_address', repeat(U&'\20AC', 60), false)), length(set_config('docnum.user_agent', repeat(U&'\+01F600', 600), false));
SELECT lengths, bytes FROM pg_temp.claims();
SET docnum.user_id = '';
SET docnum.ip_address = '';
SET docnum.user_agent = '';
SELECT * FROM pg_temp.claims();
BEGIN;
SET LOCAL docnum.user_id = 'local';
SELECT user_id FROM pg_temp.claims();
COMMIT;
SELECT user_id FROM pg_temp.claims();

-- the log rolls back with what it tells of
SELECT count(*) AS rows FROM docnum.audit_log \gset
BEGIN;
SELECT docnum_next('C');
SELECT docnum_grant('pg_monitor', 'use');
SELECT max_value FROM docnum_define('C', max_value => 10);
ROLLBACK;
SELECT count(*) = :rows AS as_before FROM docnum.audit_log;
-- a number given again after a rollback says so where that is known
BEGIN;
SELECT docnum_next('C');
PREPARE TRANSACTION 'docnum audit';
SELECT docnum_next('C');
ROLLBACK PREPARED 'docnum audit';
SELECT count(*) FROM docnum_define('C', max_value => 9);
SELECT docnum_next('C');
SELECT operation, document_number, metadata FROM docnum.audit_log WHERE value >= 8 ORDER BY id;
SELECT * FROM docnum_validate();
