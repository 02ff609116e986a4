
-- idempotency keys ------------------------------------------------------------------

CREATE FUNCTION @extschema@.docnum_forget_keys(older_than interval)
	RETURNS bigint
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_forget_keys IS
	'forgets the idempotency keys of reservations that were finished longer ago than that, of the types that the role administers, and returns how many; needs "admin"';
