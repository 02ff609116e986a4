-- import_messy: a register as people keep it, and what docnum_import makes of
-- each row: white space of all kinds, padding, capitals, duplicates, holes, and
-- dates as spreadsheets mangle them.

\pset format unaligned
\pset null -
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;
RESET client_min_messages;
\set VERBOSITY terse
SET DateStyle = 'ISO';
SELECT scope FROM docnum_define('RFA', 'RFA-{PROJECT}-{YYYY}-{SEQ:4}', 'PROJECT, YEARLY', 'STRICT', max_value => 9999);
CREATE TEMP TABLE register (
	row_number int GENERATED ALWAYS AS IDENTITY,
	document_number text,
	document_date text,
	project text,
	created_at text,
	metadata text);
COPY register (document_number, document_date, project, created_at, metadata) FROM STDIN;
\xEF\xBB\xBFRFA-P1-2019-0001	2019-01-07	P1	7.1.2019 9:15	{"subject": "Crane \\"A\\""}
RFA-P1-2019-0002\r	2019-01-08\r	P1\r	\N	\N
  RFA-P1-2019-0003  	 2019-01-09 	 P1 	 	\x20
\xC2\xA0RFA-P1-2019-0004\xC2\xA0\xE3\x80\x80	\xC2\xA0	\xC2\xA0	\xC2\xA0	\xC2\xA0
\tRFA-P1-2019-0005\n	\N	\N	\N	\N
RFA-P1-2019-6	2019-01-12	P1	\N	\N
RFA-P1-2019-000007	2019-01-13T08:30:00	P1	\N	\N
RFA-P1-2019-8	\N	\N	\N	\N
RFA-P1-2019-0008	\N	\N	\N	\N
RFA-P1-2019-0006	\N	\N	\N	\N
rfa-p1-2019-0009	\N	\N	\N	\N
RFA-P1-2019-00 10	\N	\N	\N	\N
RFA\xE2\x80\x93P1\xE2\x80\x932019\xE2\x80\x930011	\N	\N	\N	\N
RFA-P1-2019-\xE2\x80\x8B0012	\N	\N	\N	\N
RFA-P1-2019-0013a	\N	\N	\N	\N
RFA-P1-19-0014	\N	\N	\N	\N
RFA-P1-2019-0015	43480	\N	\N	\N
RFA-P1-2019-0016	43481.5	\N	\N	\N
RFA-P1-2019-0017	17.01.2019	\N	\N	\N
RFA-P1-2019-0018	1/18/2019	\N	\N	\N
RFA-P1-2019-0019	19-Jan-19	\N	\N	\N
RFA-P1-2019-0020	Jan 20	\N	\N	\N
RFA-P1-2019-0021	2019-02-30	\N	\N	\N
RFA-P1-2019-0022	2018-12-31	\N	\N	\N
RFA-P1-2019-0023	2019-01-23	P2	\N	\N
RFA-P1-2019-0024	20190124	\N	\N	\N
RFA-P1-2019-0025	2019-1-25	\N	\N	\N
RFA-P1-2019-0026	2019-01-26 soon	\N	\N	\N
RFA-P1-2019-0027	#REF!	\N	\N	\N
RFA-P1-2019-0028	\N	\N	\N	not json
1.2345E+11	\N	\N	\N	\N
	\N	\N	\N	\N
\N	\N	\N	\N	\N
see above	\N	\N	\N	\N
RFA-P1-2019-0000	\N	\N	\N	\N
RFA-P1-2019-12345	\N	\N	\N	\N
RFA-P1-2019-99999999999999999999	\N	\N	\N	\N
RFA-\xC3\x84-2019-0002	\N	\xC3\x84	\N	\N
RFA-A-B-2019-1	\N	A-B	\N	\N
RFA-P1-2019-0040	2019-12-30	\N	\N	\N
\.
\echo what each becomes, and nothing is written
CREATE TEMP TABLE foretold AS
	SELECT * FROM docnum_import('RFA', 'register', 'the 2019 register', dry_run => true, report => 'all');
TABLE foretold;
SELECT count(*) FROM docnum.number;
\echo it is done just as foretold
CREATE TEMP TABLE done AS
	SELECT * FROM docnum_import('RFA', 'register', 'the 2019 register', report => 'all');
SELECT count(*) FROM done;
(TABLE done EXCEPT TABLE foretold) UNION (TABLE foretold EXCEPT TABLE done);
\echo as printed, each with its value
SELECT c.scope, n.value, n.document_number, n.document_date, n.metadata
FROM docnum.number n JOIN docnum.counter c USING (counter_id) ORDER BY 1, 2;
\echo what is missing is explained, and can still be claimed
SELECT c.scope, r.first_value, r.last_value, r.cause, r.reason
FROM docnum.range r JOIN docnum.counter c USING (counter_id) ORDER BY 1, 2;
SELECT operation, new_value, metadata FROM docnum_history('RFA-P1-2019-0001');
\echo corrected by hand, and imported again: what is in already is a duplicate
UPDATE register SET document_number = upper(document_number) WHERE document_number = 'rfa-p1-2019-0009';
UPDATE register SET document_date = '2019-01-17' WHERE document_date = '17.01.2019';
SELECT * FROM docnum_import('RFA', 'register', 'the 2019 register, corrected', report => 'summary');
SELECT r.first_value, r.last_value FROM docnum.range r JOIN docnum.counter c USING (counter_id)
WHERE c.scope = 'P1/2019' ORDER BY 1;
\echo kept without a value where it cannot be read
SELECT row_number, document_number, verdict FROM docnum_import('RFA', 'register', 'the 2019 register, the rest',
	accept_external => true, report => 'all') WHERE verdict = 'external';
\echo the counter goes on above it all
SELECT docnum_next('RFA', '{"PROJECT": "P1"}'::jsonb, '2019-12-31');
SELECT * FROM docnum_validate();
