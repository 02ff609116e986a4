-- What there is to see afterwards.

SET docnum.user_id = 'document-control';

\echo
\echo '5. Where every counter stands'
\echo
SELECT document_type, scope, current_value, utilization, reserved, format
FROM docnum_status();

SELECT document_number AS without FROM docnum.number
WHERE state = 'cancelled' AND document_number LIKE 'COR-%' \gset

\echo
\echo '6. The trail of the number without a document:' :without
\echo
SELECT to_char("timestamp", 'HH24:MI:SS.MS') AS "time", operation, user_id, session_role, reason
FROM docnum_history(:'without');

\echo
\echo '7. Is every number accounted for?'
\echo
SELECT count(*) AS problems, count(*) = 0 AS sound FROM docnum_validate() \gset
\echo '   Problems:' :problems
\if :sound
\else
	SELECT * FROM docnum_validate();
	DO $$ BEGIN RAISE EXCEPTION 'the ledger is not sound'; END $$;
\endif
