
-- the audit log --------------------------------------------------------------------

CREATE SEQUENCE docnum.audit_log_id_seq;

CREATE TABLE docnum.audit_log (
	id bigint NOT NULL DEFAULT nextval('docnum.audit_log_id_seq'),
	operation text NOT NULL CHECK (char_length(operation) <= 50),
	document_type text COLLATE "C",
	document_number text COLLATE "C",
	old_value text,
	new_value text,
	user_id text CHECK (char_length(user_id) <= 50),
	ip_address text CHECK (char_length(ip_address) <= 45),
	user_agent text CHECK (char_length(user_agent) <= 500),
	"timestamp" timestamptz NOT NULL,
	metadata jsonb,
	session_role text COLLATE "C" NOT NULL,
	acting_role text COLLATE "C",
	application_name text,
	client_address inet,
	xid xid8 NOT NULL,
	counter_id bigint,
	value bigint
);
ALTER SEQUENCE docnum.audit_log_id_seq OWNED BY docnum.audit_log.id;
CREATE INDEX audit_log_counter_id_idx ON docnum.audit_log (counter_id, value);
COMMENT ON TABLE docnum.audit_log IS 'append-only log of every change, written by the audit trigger in the same transaction';
COMMENT ON COLUMN docnum.audit_log.user_id IS 'what the application says (setting docnum.user_id); so are ip_address and user_agent';
COMMENT ON COLUMN docnum.audit_log.session_role IS 'role that logged in, as the server knows it';
COMMENT ON COLUMN docnum.audit_log.acting_role IS 'current role, where it was another than session_role';
COMMENT ON COLUMN docnum.audit_log."timestamp" IS 'wall clock at the change';
COMMENT ON COLUMN docnum.audit_log.xid IS 'transaction that made the change';
COMMENT ON COLUMN docnum.audit_log.counter_id IS 'with value: the number that changed; of an external number, the scope that it is unique in, if any; 0 of a definition';

ALTER TABLE docnum.audit_log ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON docnum.audit_log TO PUBLIC;
CREATE POLICY read ON docnum.audit_log FOR SELECT
	USING (docnum.may('audit', document_type));
SELECT pg_extension_config_dump('docnum.audit_log', '');
SELECT pg_extension_config_dump('docnum.audit_log_id_seq', '');

-- The one way into the log, and the guard of every table: refuses what is not
-- docnum's own, checks definitions, writes the log.  ALWAYS: it fires under
-- session_replication_role = replica too.
CREATE FUNCTION docnum.audit() RETURNS trigger
	AS 'MODULE_PATHNAME', 'docnum_audit'
	LANGUAGE C;
REVOKE EXECUTE ON FUNCTION docnum.audit() FROM PUBLIC;
COMMENT ON FUNCTION docnum.audit() IS 'guards docnum''s tables and writes the audit log';

CREATE TRIGGER docnum_audit BEFORE INSERT OR UPDATE OR DELETE ON docnum.number
	FOR EACH ROW EXECUTE FUNCTION docnum.audit();
CREATE TRIGGER docnum_audit BEFORE INSERT OR UPDATE OR DELETE ON docnum.document_type
	FOR EACH ROW EXECUTE FUNCTION docnum.audit();
CREATE TRIGGER docnum_audit BEFORE INSERT OR UPDATE OR DELETE ON docnum.counter
	FOR EACH ROW EXECUTE FUNCTION docnum.audit();
CREATE TRIGGER docnum_audit BEFORE INSERT OR UPDATE OR DELETE ON docnum.range
	FOR EACH ROW EXECUTE FUNCTION docnum.audit();
CREATE TRIGGER docnum_audit BEFORE INSERT OR UPDATE OR DELETE ON docnum.reservation
	FOR EACH ROW EXECUTE FUNCTION docnum.audit();
CREATE TRIGGER docnum_audit BEFORE INSERT OR UPDATE OR DELETE ON docnum.privilege
	FOR EACH ROW EXECUTE FUNCTION docnum.audit();
CREATE TRIGGER docnum_audit BEFORE INSERT OR UPDATE OR DELETE ON docnum.audit_log
	FOR EACH ROW EXECUTE FUNCTION docnum.audit();
CREATE TRIGGER docnum_audit BEFORE INSERT OR UPDATE OR DELETE ON docnum.installation
	FOR EACH ROW EXECUTE FUNCTION docnum.audit();

CREATE TRIGGER docnum_truncate BEFORE TRUNCATE ON docnum.number
	FOR EACH STATEMENT EXECUTE FUNCTION docnum.audit();
CREATE TRIGGER docnum_truncate BEFORE TRUNCATE ON docnum.document_type
	FOR EACH STATEMENT EXECUTE FUNCTION docnum.audit();
CREATE TRIGGER docnum_truncate BEFORE TRUNCATE ON docnum.counter
	FOR EACH STATEMENT EXECUTE FUNCTION docnum.audit();
CREATE TRIGGER docnum_truncate BEFORE TRUNCATE ON docnum.range
	FOR EACH STATEMENT EXECUTE FUNCTION docnum.audit();
CREATE TRIGGER docnum_truncate BEFORE TRUNCATE ON docnum.reservation
	FOR EACH STATEMENT EXECUTE FUNCTION docnum.audit();
CREATE TRIGGER docnum_truncate BEFORE TRUNCATE ON docnum.privilege
	FOR EACH STATEMENT EXECUTE FUNCTION docnum.audit();
CREATE TRIGGER docnum_truncate BEFORE TRUNCATE ON docnum.audit_log
	FOR EACH STATEMENT EXECUTE FUNCTION docnum.audit();
CREATE TRIGGER docnum_truncate BEFORE TRUNCATE ON docnum.installation
	FOR EACH STATEMENT EXECUTE FUNCTION docnum.audit();

ALTER TABLE docnum.number ENABLE ALWAYS TRIGGER docnum_audit, ENABLE ALWAYS TRIGGER docnum_truncate;
ALTER TABLE docnum.document_type ENABLE ALWAYS TRIGGER docnum_audit, ENABLE ALWAYS TRIGGER docnum_truncate;
ALTER TABLE docnum.counter ENABLE ALWAYS TRIGGER docnum_audit, ENABLE ALWAYS TRIGGER docnum_truncate;
ALTER TABLE docnum.range ENABLE ALWAYS TRIGGER docnum_audit, ENABLE ALWAYS TRIGGER docnum_truncate;
ALTER TABLE docnum.reservation ENABLE ALWAYS TRIGGER docnum_audit, ENABLE ALWAYS TRIGGER docnum_truncate;
ALTER TABLE docnum.privilege ENABLE ALWAYS TRIGGER docnum_audit, ENABLE ALWAYS TRIGGER docnum_truncate;
ALTER TABLE docnum.audit_log ENABLE ALWAYS TRIGGER docnum_audit, ENABLE ALWAYS TRIGGER docnum_truncate;
ALTER TABLE docnum.installation ENABLE ALWAYS TRIGGER docnum_audit, ENABLE ALWAYS TRIGGER docnum_truncate;
