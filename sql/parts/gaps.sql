
-- values without a document -------------------------------------------------------------

CREATE FUNCTION docnum.counter_gaps(counter_id bigint, document_type text)
	RETURNS TABLE (first_value bigint, last_value bigint, cause text, reason text,
		since timestamptz, document_number text)
	AS 'MODULE_PATHNAME', 'docnum_counter_gaps'
	LANGUAGE C STABLE;
COMMENT ON FUNCTION docnum.counter_gaps IS
	'values of a counter without a document, as ranges; docnum_gaps asks it';

CREATE FUNCTION @extschema@.docnum_gaps(document_type text DEFAULT NULL, scope text DEFAULT NULL)
	RETURNS TABLE (document_type text, scope text, first_value bigint, last_value bigint,
		cause text, reason text, count bigint, since timestamptz, document_number text,
		generation int)
	LANGUAGE SQL STABLE
BEGIN ATOMIC
	SELECT c.document_type, c.scope, g.first_value, g.last_value, g.cause, g.reason,
		g.last_value - g.first_value + 1, g.since, g.document_number, c.generation
	FROM (
			-- a series has a row for each of its types
			SELECT DISTINCT ON (counter_id) *
			FROM docnum.counter
			WHERE docnum.may('audit', counter.document_type)
				AND (docnum_gaps.document_type IS NULL
					OR counter.document_type = docnum_gaps.document_type)
			ORDER BY counter_id, counter.document_type) c
		CROSS JOIN LATERAL docnum.counter_gaps(c.counter_id, c.document_type) g
	WHERE docnum.must('audit', docnum_gaps.document_type)
		AND (docnum_gaps.scope IS NULL OR c.scope = docnum_gaps.scope)
	ORDER BY c.document_type, c.scope NULLS FIRST, c.generation, g.first_value;
END;
COMMENT ON FUNCTION @extschema@.docnum_gaps IS
	'values without a document, as ranges, each with cause and reason; needs "audit"';
