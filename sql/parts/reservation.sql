
-- reservations --------------------------------------------------------------------

CREATE TABLE docnum.reservation (
	token uuid PRIMARY KEY,
	counter_id bigint NOT NULL,
	value bigint NOT NULL,
	document_type text COLLATE "C" NOT NULL,
	role_name text COLLATE "C" NOT NULL,
	role_oid oid NOT NULL,
	reserved_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	finished_at timestamptz,
	idempotency_key text COLLATE "C" CHECK (char_length(idempotency_key) <= 255),
	document_date date
);
CREATE INDEX reservation_open_idx ON docnum.reservation (expires_at)
	WHERE finished_at IS NULL;
CREATE INDEX reservation_key_idx ON docnum.reservation (idempotency_key, document_type, role_oid)
	WHERE idempotency_key IS NOT NULL;
COMMENT ON TABLE docnum.reservation IS 'one row per reservation; finished ones stay, so that a token still says what became of it';
COMMENT ON COLUMN docnum.reservation.finished_at IS 'when it was confirmed, cancelled or expired; NULL while it is open';
COMMENT ON COLUMN docnum.reservation.idempotency_key IS 'with type and role: a call with the same key gives this reservation again';
COMMENT ON COLUMN docnum.reservation.document_date IS 'date that docnum_reserve was given; NULL if none was, whatever date the number took';

ALTER TABLE docnum.reservation ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON docnum.reservation TO PUBLIC;
SELECT pg_extension_config_dump('docnum.reservation', '');

CREATE FUNCTION @extschema@.docnum_reserve(
	document_type text,
	scope_value text DEFAULT NULL,
	metadata jsonb DEFAULT NULL,
	ttl interval DEFAULT NULL,
	document_date date DEFAULT NULL,
	idempotency_key text DEFAULT NULL)
	RETURNS TABLE (token uuid, document_number text, document_type text, scope_value text,
		expires_at timestamptz, metadata jsonb, replayed boolean, state text, scope text)
	AS 'MODULE_PATHNAME'
	LANGUAGE C ROWS 1;
COMMENT ON FUNCTION @extschema@.docnum_reserve(text, text, jsonb, interval, date, text) IS
	'reserves the next number for a while; confirm it with the token; needs "use"';

CREATE FUNCTION @extschema@.docnum_reserve(
	document_type text,
	scope_value anyelement,
	metadata jsonb DEFAULT NULL,
	ttl interval DEFAULT NULL,
	document_date date DEFAULT NULL,
	idempotency_key text DEFAULT NULL)
	RETURNS TABLE (token uuid, document_number text, document_type text, scope_value text,
		expires_at timestamptz, metadata jsonb, replayed boolean, state text, scope text)
	AS 'MODULE_PATHNAME'
	LANGUAGE C ROWS 1;
COMMENT ON FUNCTION @extschema@.docnum_reserve(text, anyelement, jsonb, interval, date, text) IS
	'reserves the next number for a while, for a scope value of any type; needs "use"';

CREATE FUNCTION @extschema@.docnum_confirm(token uuid, metadata jsonb DEFAULT NULL)
	RETURNS text
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_confirm IS
	'confirms a reservation, in the document''s transaction, and returns its number; needs "use"';

CREATE FUNCTION @extschema@.docnum_cancel(token uuid, reason text DEFAULT NULL)
	RETURNS boolean
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_cancel IS
	'cancels a reservation, whose number is then never given again; false if it was not open; needs "use"';

CREATE FUNCTION @extschema@.docnum_extend(token uuid, ttl interval DEFAULT NULL)
	RETURNS timestamptz
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_extend IS
	'gives a reservation more time, counted from now, and returns when it expires; needs "use"';

CREATE FUNCTION @extschema@.docnum_reservation(token uuid)
	RETURNS TABLE (document_number text, document_type text, scope text, state text,
		expires_at timestamptz, remaining interval)
	AS 'MODULE_PATHNAME'
	LANGUAGE C STABLE ROWS 1;
COMMENT ON FUNCTION @extschema@.docnum_reservation IS
	'what became of a reservation, and how much time it has left; needs "use"';

CREATE FUNCTION @extschema@.docnum_expire()
	RETURNS bigint
	AS 'MODULE_PATHNAME'
	LANGUAGE C;
COMMENT ON FUNCTION @extschema@.docnum_expire IS
	'expires overdue reservations of the types that the role may use, and returns how many';

CREATE FUNCTION docnum.open_reservations()
	RETURNS TABLE (counter_id bigint, value bigint, document_type text,
		reserved_at timestamptz, expires_at timestamptz)
	AS 'MODULE_PATHNAME', 'docnum_open_reservations'
	LANGUAGE C STABLE;
COMMENT ON FUNCTION docnum.open_reservations IS
	'open reservations of all roles, without token and role, of the types that the role may use or audit';
