-- A few hundred documents, their subjects put together from lists of words.

SET docnum.user_id = 'import-of-the-archive';
SELECT setseed(0.25) \g /dev/null

-- One word of a list; n keeps the planner from drawing only once.
CREATE FUNCTION pick(words text[], n bigint) RETURNS text
	LANGUAGE sql VOLATILE
	RETURN words[1 + floor(random() * cardinality(words))::int];

CREATE FUNCTION place(n bigint) RETURNS text
	LANGUAGE sql VOLATILE
	RETURN pick(ARRAY['tower crane foundation', 'basement wall', 'ramp B', 'level 3 slab',
		'plant room', 'lift shaft 2', 'east facade', 'roof terrace', 'stair core', 'car park'], n);

INSERT INTO correspondences (document_number, document_date, subject)
SELECT docnum_next('COR', document_date => day), day,
	pick(ARRAY['Notice of delay', 'Request for instruction', 'Minutes of inspection',
		'Change of sequence', 'Reply to comments', 'Method statement'], n) || ': ' || place(n)
FROM (
	SELECT n, date_trunc('year', now())::date - 251 + n::int AS day
	FROM generate_series(1, 250) AS n
	ORDER BY n
) AS letters;

INSERT INTO rfas (document_number, project, subject)
SELECT docnum_next('RFA', project), project,
	pick(ARRAY['Concrete mix', 'Waterproofing membrane', 'Rebar couplers', 'Curtain wall sample',
		'Fire doors', 'Cable trays', 'Paint system'], n) || ' for ' || place(n)
FROM (
	SELECT n, pick(ARRAY['P1-STR', 'P1-MEP', 'P2-STR'], n) AS project
	FROM generate_series(1, 120) AS n
	ORDER BY n
) AS submittals;

INSERT INTO drawings (title)
SELECT pick(ARRAY['Plan', 'Section', 'Detail', 'Reinforcement', 'Formwork'], n) || ' of ' || place(n)
FROM generate_series(1, 80) AS n;

\echo
\echo '3. A year of documents'
\echo
(SELECT document_number, subject FROM correspondences ORDER BY document_date LIMIT 2)
UNION ALL
(SELECT document_number, subject FROM correspondences ORDER BY document_date DESC LIMIT 1)
UNION ALL
(SELECT document_number, subject FROM rfas ORDER BY document_number LIMIT 2)
UNION ALL
(SELECT document_number, title FROM drawings ORDER BY document_number LIMIT 2);
