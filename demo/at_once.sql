-- What came of the numbers asked for at once.  Fails unless they are 1 to :asked,
-- each once, and the connections were at it at the same time.

\echo
\echo '4. ':asked' reservations asked for at once over ':connections' connections,'
\echo '   one transaction each'
\echo

-- How many were at work at one instant: each adds one when it begins and takes
-- one away when it ends.
CREATE FUNCTION most_at_once(began timestamptz[], ended timestamptz[]) RETURNS bigint
	LANGUAGE sql IMMUTABLE
	RETURN (
		SELECT max(at_work) FROM (
			SELECT sum(change) OVER (ORDER BY instant, change) AS at_work
			FROM (
				SELECT unnest(began) AS instant, 1 AS change
				UNION ALL
				SELECT unnest(ended), -1
			) AS changes
		) AS counts
	);

CREATE TABLE result AS
WITH per_type AS (
	SELECT document_type, count(*) AS asked,
		count(DISTINCT document_number) AS different,
		min(substring(document_number FROM '\d+$')::int) AS lowest,
		max(substring(document_number FROM '\d+$')::int) AS highest,
		min(document_number) AS first, max(document_number) AS last,
		most_at_once(array_agg(began), array_agg(ended)) AS transactions,
		extract(epoch FROM max(ended) - min(began)) AS seconds
	FROM asked
	GROUP BY document_type
),
per_session AS (
	SELECT document_type, most_at_once(array_agg(began), array_agg(ended)) AS sessions
	FROM (
		SELECT document_type, session, min(began) AS began, max(ended) AS ended
		FROM asked
		GROUP BY document_type, session
	) AS span
	GROUP BY document_type
)
SELECT allocation, per_type.*, sessions
FROM per_type
JOIN per_session USING (document_type)
JOIN docnum.document_type USING (document_type);

SELECT allocation, different AS numbers, first, last,
	sessions AS connections, transactions AS "open at once",
	round(asked / seconds) AS "per second"
FROM result
ORDER BY allocation;

SELECT count(*) = 2 AND bool_and(asked = :asked AND different = :asked AND lowest = 1
		AND highest = :asked AND sessions >= 32) AS as_promised
FROM result \gset
\if :as_promised
	\echo
	\echo '   Exactly 1 to ':asked' in both: no duplicate, no gap.'
\else
	DO $$ BEGIN RAISE EXCEPTION 'the numbers are not what was promised'; END $$;
\endif
