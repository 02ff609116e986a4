-- What the history recorder needs: a document type of each allocation, and a
-- table of documents that get their numbers in the INSERT.

CREATE EXTENSION docnum;

SELECT docnum_define('CON', 'CON-{SCOPE}-{SEQ:6}', scope => 'PROJECT',
	allocation => 'CONCURRENT', max_value => 999999999);
SELECT docnum_define('STR', 'STR-{SCOPE}-{SEQ:6}', scope => 'PROJECT',
	allocation => 'STRICT', max_value => 999999999);

CREATE TABLE document (tag text PRIMARY KEY, number text NOT NULL);
