-- validate: a text that is unique in the whole ledger (uniqueness_id 0) and stands
-- there a second time in a scope of its own is a duplicate_number; a trigger of the
-- guard's name that calls another function is a guard_missing.
\pset format unaligned
\pset tuples_only on
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT format FROM docnum_define('G', format => 'X{SEQ:1}');
SELECT format FROM docnum_define('S', format => 'X{SEQ:1}', scope => 'PROJECT', uniqueness => 'SCOPE');
SELECT docnum_next('S', 'P1');
BEGIN;
ALTER TABLE docnum.number DISABLE TRIGGER ALL;
INSERT INTO docnum.number SELECT NULL, NULL, 0, now(), NULL, NULL, 'external', 'G', 'X1';
ALTER TABLE docnum.number ENABLE ALWAYS TRIGGER docnum_audit, ENABLE ALWAYS TRIGGER docnum_truncate;
SELECT problem, document_number FROM docnum_validate();	-- duplicate_number|X1, and no log
ROLLBACK;
BEGIN;
CREATE FUNCTION noop() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
DROP TRIGGER docnum_audit ON docnum.number;
CREATE TRIGGER docnum_audit BEFORE INSERT ON docnum.number FOR EACH ROW EXECUTE FUNCTION noop();
ALTER TABLE docnum.number ENABLE ALWAYS TRIGGER docnum_audit;
SELECT problem FROM docnum_validate();	-- guard_missing
ROLLBACK;
