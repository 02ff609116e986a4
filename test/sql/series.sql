-- series: several document types draw from one counter, each with a format of its
-- own; values, gaps and closing are the series', texts and rights the types'.

\set VERBOSITY sqlstate
\pset format unaligned
\pset null -
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
SELECT series FROM docnum_define('INV', 'INV-{YYYY}-{SEQ:4}', 'YEARLY', 'STRICT', allow_manual_override => true, series => 'sales');
SELECT series FROM docnum_define('CN', 'CN{YY}/{SEQ:4}', 'YEARLY', 'STRICT', series => 'sales', allow_manual_override => true, max_value => 50);
SELECT series FROM docnum_define('OTHER', 'O-{YYYY}-{SEQ:4}', 'YEARLY', 'STRICT');
CREATE VIEW pg_temp.ledger AS
	SELECT n.value, n.document_type, n.document_number, n.state FROM docnum.number n ORDER BY n.counter_id, n.value;

\echo one counter for both, and for nobody else
SELECT docnum_next('INV', document_date => '2026-01-01'), docnum_next('CN', document_date => '2026-01-02'),
	docnum_next('INV', document_date => '2026-01-03'), docnum_next('OTHER', document_date => '2026-01-03');
SELECT token, document_number FROM docnum_reserve('CN', document_date => '2026-01-04') \gset
SELECT :'document_number', docnum_confirm(:'token');
SELECT docnum_override('INV', 'INV-2026-0007', 'on paper'), docnum_next('CN', document_date => '2026-02-01');
SELECT docnum_override('CN', 'CN26/0007', 'taken by the other type');
SELECT docnum_override('CN', 'CN26/0005', 'claims a value that was jumped over');
SELECT docnum_skip('CN', 9, 9, 'wet', document_date => '2026-01-01');
SELECT docnum_next('INV', document_date => '2026-02-02');
SELECT docnum_replace('CN26/0002', 'wrong', document_date => '2026-02-03');
SELECT * FROM pg_temp.ledger WHERE document_type <> 'OTHER';
SELECT document_type, scope, current_value, max_value, allocation FROM docnum_status() ORDER BY 1;
SELECT count(DISTINCT counter_id), count(*) FROM docnum.counter WHERE series = 'sales';
SELECT * FROM docnum_validate();
SELECT * FROM docnum_validate('CN');

\echo each has its own limit
SELECT docnum_set('INV', 50, 'x', document_date => '2026-01-01');
SELECT docnum_next('CN', document_date => '2026-02-01');
SELECT docnum_next('INV', document_date => '2026-02-01');
\echo closed for both
SELECT docnum_close('CN', 'year end', document_date => '2026-02-01');
SELECT docnum_next('INV', document_date => '2026-02-01');
SELECT docnum_next('INV', document_date => '2027-02-01'), docnum_next('CN', document_date => '2027-02-01');

\echo the types of a series agree on what they share
SELECT series FROM docnum_define('X', 'X{YYYY}-{SEQ:4}', 'YEARLY', series => 'sales');
SELECT series FROM docnum_define('X', 'X{SEQ:4}', allocation => 'STRICT', series => 'sales');
SELECT series FROM docnum_define('X', 'X{YYYY}-{SEQ:4}', 'YEARLY', 'STRICT', series => 'sales', start_value => 2);
SELECT series FROM docnum_define('X', 'X{FY}-{SEQ:4}', 'YEARLY', 'STRICT', series => 'sales', fiscal_year_start => 4);
SELECT series FROM docnum_define('X', 'X{YYYY}-{SEQ:4}', 'YEARLY', 'STRICT', series => 'sales', uniqueness => 'SCOPE');
SELECT allocation FROM docnum_define('CN', allocation => 'CONCURRENT');
SELECT series FROM docnum_define('X', 'X{SEQ:4}', series => ' ');
SELECT series FROM docnum_define('X', 'X{SEQ:4}', series => ' sales');
SELECT series FROM docnum_define('X', 'X{SEQ:4}', series => E'sa\tles');
SELECT series FROM docnum_define('X', 'X{SEQ:4}', series => repeat('s', 51));

\echo a type with numbers moves into a series, and out of it
SELECT series FROM docnum_define('OTHER', series => 'sales');
SELECT series FROM docnum_define('OTHER', series => 'sales', format_change => 'restart');
SELECT series FROM docnum_define('OTHER', series => 'sales', format_change => 'continue');
SELECT docnum_next('OTHER', document_date => '2027-02-01');
SELECT document_type, scope, current_value FROM docnum_status('OTHER') ORDER BY 1, 2;
UPDATE docnum.document_type SET series = NULL WHERE document_type = 'OTHER';
SELECT series FROM docnum_define('OTHER', series => '', format_change => 'continue');
SELECT series FROM docnum_define('OTHER', 'O{YYYY}/{SEQ:4}', series => '', format_change => 'continue');
SELECT docnum_next('OTHER', document_date => '2026-02-01'), docnum_next('OTHER', document_date => '2027-02-01');
SELECT docnum_drop('OTHER');
\echo a type that shares another's name, or a series that bears a type's
SELECT series FROM docnum_define('sales', 'S{YYYY}-{SEQ:4}', 'YEARLY', 'STRICT');
SELECT docnum_next('sales', document_date => '2027-02-01');
\echo dropped before its first number, the series goes on
SELECT series FROM docnum_define('X', 'X{YYYY}-{SEQ:4}', 'YEARLY', 'STRICT', series => 'sales');
SELECT docnum_drop('X');
SELECT docnum_next('CN', document_date => '2027-02-01');

\echo rights are per type
CREATE ROLE regress_series;
SELECT docnum_grant('regress_series', 'use', 'CN'), docnum_grant('regress_series', 'audit', 'CN');
SET ROLE regress_series;
SELECT docnum_next('INV', document_date => '2027-02-01');
SELECT docnum_next('CN', document_date => '2027-02-01');
SELECT document_type, scope, count(*) FROM docnum.counter GROUP BY 1, 2 ORDER BY 1, 2;
SELECT DISTINCT document_type FROM docnum.number;
SELECT * FROM docnum_validate();
RESET ROLE;
SELECT docnum_revoke('regress_series', 'use', 'CN'), docnum_revoke('regress_series', 'audit', 'CN');
DROP ROLE regress_series;
\set VERBOSITY default
SELECT series FROM docnum_define('X', 'X{YYYY}-{SEQ:4}', 'YEARLY', series => 'sales');
SELECT * FROM docnum_validate();
