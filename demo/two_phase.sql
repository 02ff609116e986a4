-- One document that is made, one that fails, and a number by default.

SET docnum.user_id = 'document-control';

\echo
\echo '2. Reserve, make the document, confirm: in one transaction'
\echo
\set ECHO queries
BEGIN;
SELECT token, document_number FROM docnum_reserve('COR') \gset
INSERT INTO correspondences (document_number, subject)
VALUES (:'document_number', 'Notice of delay: tower crane foundation');
SELECT docnum_confirm(:'token');
COMMIT;
\set ECHO none

\echo
\echo '   A document that cannot be made: its number is cancelled, with a reason'
\echo
\set ECHO queries
SELECT token, document_number FROM docnum_reserve('COR') \gset
\set ON_ERROR_STOP off
INSERT INTO correspondences (document_number, subject) VALUES (:'document_number', NULL);
\set ON_ERROR_STOP on
SELECT docnum_cancel(:'token', 'the letter has no subject');
\set ECHO none

\echo
\echo '   Or the number is the default of a column'
\echo
\set ECHO queries
INSERT INTO drawings (title) VALUES ('Ground floor: reinforcement of slab')
RETURNING document_number, title;
