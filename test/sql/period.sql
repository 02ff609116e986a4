-- period: which counter a date belongs to, at the boundaries of years, fiscal
-- years, quarters, months, ISO weeks and days; the date of a number without one
-- comes from the transaction's start in the type's own time zone.

\set VERBOSITY sqlstate
\pset format unaligned
\pset tuples_only on
SET datestyle = ISO;
SET client_min_messages = warning;
DROP EXTENSION docnum;
CREATE EXTENSION docnum;

SELECT scope FROM docnum_define('Y', format => 'Y{YYYY}-{SEQ:1}', scope => 'YEARLY');
SELECT scope FROM docnum_define('Q', format => 'Q{YY}.{Q}-{SEQ:1}', scope => 'QUARTERLY');
SELECT scope FROM docnum_define('M', format => 'M{YYYY}.{MM}-{SEQ:1}', scope => 'MONTHLY');
SELECT scope FROM docnum_define('W', format => 'W{IYYY}.{IW}-{SEQ:1}', scope => 'WEEKLY');
SELECT scope FROM docnum_define('D', format => 'D{YYYY}{MM}{DD}-{SEQ:1}', scope => 'DAILY');
SELECT scope FROM docnum_define('F4', format => 'F{FY}-{FYE:2}-{SEQ:1}', scope => 'YEARLY', fiscal_year_start => 4);
SELECT scope FROM docnum_define('F12', format => 'G{FY:2}-{FYE}-{SEQ:1}', scope => 'YEARLY', fiscal_year_start => 12);

-- one number of each type for each date, days in their order
CREATE FUNCTION pg_temp.numbers(dates date[]) RETURNS TABLE (day date, y text, q text, m text, w text, d text, f4 text, f12 text)
LANGUAGE sql AS $$
	SELECT day, docnum_next('Y', document_date => day), docnum_next('Q', document_date => day), docnum_next('M', document_date => day),
		docnum_next('W', document_date => day), docnum_next('D', document_date => day), docnum_next('F4', document_date => day), docnum_next('F12', document_date => day)
	FROM unnest(dates) day
$$;
\echo years, weeks 53 and 1
SELECT * FROM pg_temp.numbers('{2020-12-31,2021-01-01,2021-01-03,2021-01-04,2018-12-30,2018-12-31,2019-01-01}');
\echo quarters, fiscal years
SELECT * FROM pg_temp.numbers('{2026-03-31,2026-04-01,2026-06-30,2026-07-01,2026-09-30,2026-10-01,2026-11-30,2026-12-01}');
\echo leap days
SELECT * FROM pg_temp.numbers('{2024-02-28,2024-02-29,2024-03-01,2000-02-29,2100-02-28}');
\echo the day after a change of daylight saving time
SELECT * FROM pg_temp.numbers('{2026-03-28,2026-03-29,2026-03-30,2026-10-25,2026-10-26}');
\echo the first and the last date
SELECT * FROM pg_temp.numbers('{0001-01-01,9999-12-31}');

-- canonical text, one counter for each period
SELECT document_type, string_agg(scope, ' ' ORDER BY scope) FROM docnum.counter GROUP BY 1 ORDER BY 1;
SELECT count(*) = count(DISTINCT (document_type, scope)) FROM docnum.counter;

-- dates that no number can show
SELECT docnum_next('Y', document_date => '0001-12-31 BC');
SELECT docnum_next('Y', document_date => '10000-01-01');
SELECT docnum_next('Y', document_date => 'infinity');
SELECT docnum_next('Y', document_date => '-infinity');
SELECT docnum_preview('Y', document_date => '4713-01-01 BC');
SELECT document_number FROM docnum_reserve('Y', document_date => '5874897-12-31');
SELECT scope FROM docnum_define('GLOBAL', format => 'G-{SEQ:1}');
SELECT docnum_next('GLOBAL', document_date => '0001-12-31 BC');
SELECT docnum_next('GLOBAL', document_date => '10000-01-01');
SELECT docnum_next('GLOBAL', document_date => 'infinity');
SELECT docnum_next('GLOBAL', document_date => '9999-12-31');

-- without a date: the day of the transaction's start in the type's zone, which
-- is another one in these two, whatever the time and the session's own zone
SELECT scope FROM docnum_define('EAST', format => 'EAST {YYYY}-{MM}-{DD} {SEQ:1}', scope => 'DAILY', time_zone => 'Pacific/Kiritimati');
SELECT scope FROM docnum_define('WEST', format => 'WEST {YYYY}-{MM}-{DD} {SEQ:1}', scope => 'DAILY', time_zone => 'Etc/GMT+12');
BEGIN;
SET LOCAL TimeZone = 'Asia/Tokyo';
SELECT docnum_next('EAST') = 'EAST ' || (now() AT TIME ZONE 'Pacific/Kiritimati')::date || ' 1',
	docnum_next('WEST') = 'WEST ' || (now() AT TIME ZONE 'Etc/GMT+12')::date || ' 1';
SELECT max(document_date) - min(document_date) BETWEEN 1 AND 2 FROM docnum.number WHERE document_type IN ('EAST', 'WEST');
SET LOCAL TimeZone = 'America/Adak';
SELECT docnum_next('EAST') = 'EAST ' || (now() AT TIME ZONE 'Pacific/Kiritimati')::date || ' 2',
	docnum_preview('WEST') = 'WEST ' || (now() AT TIME ZONE 'Etc/GMT+12')::date || ' 2';
-- another zone concerns the numbers to come
SELECT time_zone FROM docnum_define('WEST', time_zone => 'Pacific/Kiritimati');
SELECT docnum_next('WEST') = 'WEST ' || (now() AT TIME ZONE 'Pacific/Kiritimati')::date || ' 1';
COMMIT;

-- zones all around the world, with and without daylight saving time just now:
-- those whose date was another than the server says
SELECT scope FROM docnum_define('ZONE', format => '{YYYY}-{MM}-{DD} {SEQ:1}', scope => 'DAILY');
CREATE FUNCTION pg_temp.preview_in(zone text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM docnum_define('ZONE', time_zone => zone);
	RETURN docnum_preview('ZONE');
END $$;
SELECT zone
FROM unnest('{Pacific/Auckland,Pacific/Chatham,Australia/Lord_Howe,Australia/Adelaide,Asia/Tokyo,Asia/Kathmandu,Asia/Kolkata,
	Asia/Tehran,Europe/Moscow,Africa/Cairo,Europe/Berlin,Europe/London,Atlantic/Azores,America/St_Johns,America/Santiago,
	America/New_York,America/Chicago,America/Denver,America/Los_Angeles,America/Anchorage,Pacific/Honolulu,Pacific/Marquesas}'::text[]) zone
WHERE pg_temp.preview_in(zone) <> (now() AT TIME ZONE zone)::date || ' 1';
SELECT * FROM docnum_validate();
