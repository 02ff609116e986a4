-- Types, tables, and the role of the application.

CREATE EXTENSION docnum;

CREATE ROLE site LOGIN;
GRANT CREATE ON SCHEMA public TO site;
\o /dev/null
SELECT docnum_grant('site', privilege) FROM unnest(ARRAY['use', 'audit']) AS privilege;

\echo
\echo '1. Types of documents, each with a format and a scope'
\echo
\set ECHO queries
SELECT docnum_define('COR', 'COR-{YYYY}-{SEQ:5}', 'YEARLY');
SELECT docnum_define('RFA', '{PROJECT}-RFA-{SEQ:4}', 'PROJECT', 'STRICT');
SELECT docnum_define('DRW', 'DRW-{SEQ:4}');
\set ECHO none
SELECT docnum_define('TRN', 'TRN-{SEQ:6}');
SELECT docnum_define('NCR', 'NCR-{SEQ:6}', allocation => 'STRICT');

SET ROLE site;
CREATE TABLE correspondences (
	document_number text PRIMARY KEY,
	document_date date NOT NULL DEFAULT current_date,
	subject text NOT NULL
);
CREATE TABLE rfas (
	document_number text PRIMARY KEY,
	project text NOT NULL,
	subject text NOT NULL
);
CREATE TABLE drawings (
	document_number text PRIMARY KEY DEFAULT docnum_next('DRW'),
	title text NOT NULL
);

-- Who asked for what, and from when to when its transaction was open.
CREATE TABLE asked (
	document_type text,
	document_number text,
	session int,
	began timestamptz,
	ended timestamptz
);
