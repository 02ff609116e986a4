# The period of a number, and all that it shows of its date, is what the
# server's own calendar says: to_char, extract, date_trunc and AT TIME ZONE.
#
# Dates: all days of many years and the edges of all others, each fiscal year
# start, whatever the session's time zone.  Instants: a server whose clock is
# put before and to each edge (libfaketime), for types in many time zones: with
# and without daylight saving time, half hours, and a day that a zone never had.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

use Client;
use DocnumTest;

# All that a number can show of its date.
my $tokens = '{YYYY}.{YY}.{MM}.{DD}.{Q}.{IYYY}.{IW}.{FY}.{FYE}.{FY:2}.{FYE:2}-{SEQ:1}';

# Near the date line on both sides, whole, half and quarter hours, daylight
# saving time north and south, some of it changing at midnight.
my @zones = qw(
  Africa/Cairo Africa/Casablanca America/Caracas America/Havana America/New_York
  America/Sao_Paulo America/Santiago America/St_Johns Asia/Beirut Asia/Kathmandu
  Asia/Kolkata Asia/Tehran Asia/Tokyo Asia/Yangon Atlantic/Azores Australia/Adelaide
  Australia/Eucla Australia/Lord_Howe Europe/Berlin Europe/Dublin Europe/London
  Pacific/Apia Pacific/Chatham Pacific/Kiritimati Pacific/Marquesas Pacific/Pago_Pago UTC
);

# What must hold, in SQL: functions of a date, in both servers.
my $expected = q{
	CREATE FUNCTION fiscal_year(d date, start int) RETURNS int IMMUTABLE LANGUAGE sql AS $$
		-- there is no year 0: the year before 1 is -1
		SELECT y + (y < 0)::int
		FROM extract(year FROM d - make_interval(months => start - 1)) y
	$$;
	CREATE FUNCTION shown(d date, start int) RETURNS text IMMUTABLE LANGUAGE sql AS $$
		SELECT concat_ws('.', to_char(d::timestamp, 'YYYY.YY.MM.DD.Q.IYYY.IW'),
			to_char(y, 'FM0000'), to_char(e % 10000, 'FM0000'),
			to_char(y % 100, 'FM00'), to_char(e % 100, 'FM00'))
		FROM fiscal_year(d, start) y, LATERAL (SELECT y + (start > 1)::int) f(e)
	$$;
	CREATE FUNCTION scope(kind text, d date, start int) RETURNS text IMMUTABLE LANGUAGE sql AS $$
		SELECT CASE kind
			WHEN 'YEARLY' THEN CASE start WHEN 1 THEN to_char(d::timestamp, 'YYYY')
				ELSE 'FY' || to_char(fiscal_year(d, start), 'FM0000') END
			WHEN 'QUARTERLY' THEN to_char(d::timestamp, 'YYYY-"Q"Q')
			WHEN 'MONTHLY' THEN to_char(d::timestamp, 'YYYY-MM')
			WHEN 'WEEKLY' THEN to_char(d::timestamp, 'IYYY-"W"IW')
			WHEN 'DAILY' THEN to_char(d::timestamp, 'YYYY-MM-DD')
		END
	$$;
	CREATE FUNCTION unit(kind text) RETURNS text IMMUTABLE LANGUAGE sql AS $$
		SELECT CASE kind WHEN 'YEARLY' THEN 'year' WHEN 'QUARTERLY' THEN 'quarter'
			WHEN 'MONTHLY' THEN 'month' WHEN 'WEEKLY' THEN 'week' WHEN 'DAILY' THEN 'day' END
	$$;
};

sub node
{
	my $name = shift;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init;
	$node->append_conf('postgresql.conf', "autovacuum = off\nlog_statement = none\n");
	return $node;
}

# ---- dates -------------------------------------------------------------------

my $node = docnum_node('dates');
my $client = Client->new($node);
$node->safe_psql('postgres', "$expected
	CREATE TABLE day AS
	SELECT DISTINCT d::date FROM (
		SELECT d FROM (VALUES ('0001-01-01', '0005-03-01'), ('1582-10-01', '1582-10-31'),
				('1899-12-20', '1904-03-05'), ('1999-12-20', '2001-01-10'),
				('2019-12-20', '2033-01-12'), ('2099-12-20', '2104-03-05'),
				('9995-12-20', '9999-12-31')) v(a, b)
			CROSS JOIN generate_series(a::timestamp, b::timestamp, '1 day') d
		UNION ALL		-- the edges of every year, its leap day, and days in between
		SELECT y + (i || ' days')::interval
			FROM generate_series('0002-01-01'::timestamp, '9999-01-01', '1 year') y,
				unnest('{-1, 0, 59}'::int[]) i
		UNION ALL
		SELECT generate_series('0001-01-01'::timestamp, '9999-12-31', '297 days')) all_days;");
cmp_ok($client->value('SELECT count(*) FROM day'), '>', 50000, 'dates to compare');

foreach my $start (1 .. 12)
{
	# Whatever the session thinks of time, a date is a date.
	my $zone = $zones[ $start * 2 ];
	$client->do("SET TimeZone = '$zone'");
	$client->do("SET DateStyle = " . (qw(ISO SQL German Postgres))[ $start % 4 ]);
	$client->do('SELECT docnum_define($1, $2, fiscal_year_start => $3::int)', "D$start", $tokens, $start);
	is_deeply([ map { join ' ', @$_ } $client->rows(
			'SELECT d, n FROM (SELECT d, docnum_preview($1, document_date => d) n FROM day'
			. ($start == 1 ? '' : " WHERE d < '0003-01-01' OR d > '9998-01-01' OR extract(day FROM d) IN (1, 28, 29, 31)"
				. " AND (d BETWEEN '1899-01-01' AND '1904-12-31' OR d BETWEEN '1999-01-01' AND '2104-12-31')") . ') p'
			. " WHERE n IS DISTINCT FROM shown(d, \$2::int) || '-1' LIMIT 5", "D$start", $start) ],
		[], "numbers show the date: fiscal years from month $start, session in $zone");
}
$client->do('RESET TimeZone');
$client->do('RESET DateStyle');

# Numbers really given: the scope's text, the counter that it stands for, and
# the values, which begin anew with the period.
my @kinds = (
	[ 'YEARLY', 1, '{YYYY}' ], [ 'QUARTERLY', 1, '{YYYY}Q{Q}' ], [ 'MONTHLY', 1, '{YYYY}{MM}' ],
	[ 'WEEKLY', 1, '{IYYY}W{IW}' ], [ 'DAILY', 1, '{YYYY}{MM}{DD}' ],
	map { [ 'YEARLY', $_, '{FY}-{FYE:2}' ] } 2 .. 12);
foreach my $kind (@kinds)
{
	my ($period, $start, $format) = @$kind;
	my $type = "$period$start";
	my $what = $start == 1 ? $period : "YEARLY from month $start";

	$client->do('SELECT docnum_define($1, $2, $3, fiscal_year_start => $4::int)', $type,
		"$type-$format-{SEQ:1}", $period, $start);
	$client->do('SELECT count(docnum_next($1, document_date => d)) FROM (SELECT d FROM day'
		. ($start == 1 ? " WHERE d BETWEEN '2023-12-20' AND '2027-01-12'" : ' WHERE false')
		. " OR extract(day FROM d) IN (1, 28, 29, 30, 31) AND (d < '0005-03-01' OR d > '9996-01-01'
			OR d BETWEEN '1899-12-20' AND '1901-01-01' OR d BETWEEN '2019-12-20' AND '2033-01-12')
			ORDER BY d) d", $type);

	is_deeply([ map { join ' ', @$_ } $client->rows(
			'SELECT n.document_number, n.document_date, c.scope FROM docnum.number n JOIN docnum.counter c USING (counter_id)'
			. ' WHERE n.document_type = $1 AND c.scope IS DISTINCT FROM scope($2, n.document_date, $3::int) LIMIT 5',
			$type, $period, $start) ],
		[], "$what: the scope's text");
	is_deeply([ map { join ' ', @$_ } $client->rows(
			"SELECT period, count(DISTINCT counter_id), min(value), max(value), count(*)
			FROM (SELECT *, date_trunc(unit(\$2), document_date::timestamp - make_interval(months => \$3::int - 1)) AS period
				FROM docnum.number WHERE document_type = \$1) n
			GROUP BY period
			HAVING count(DISTINCT counter_id) <> 1 OR min(value) <> 1 OR max(value) <> count(*) LIMIT 5",
			$type, $period, $start) ],
		[], "$what: one counter for each period, from 1 without a gap");
	is($client->value("SELECT count(DISTINCT date_trunc(unit(\$2), document_date::timestamp - make_interval(months => \$3::int - 1)))
			- count(DISTINCT counter_id) FROM docnum.number WHERE document_type = \$1", $type, $period, $start),
		0, "$what: as many counters as periods");
}
cmp_ok($client->value('SELECT count(*) FROM docnum.counter'), '>', 2000, 'periods made');

foreach my $date ('0001-12-31 BC', '4713-01-01 BC', '10000-01-01', '5874897-12-31', 'infinity', '-infinity')
{
	is($client->attempt('SELECT docnum_next($1, document_date => $2::date)', 'YEARLY1', $date),
		'22008', "no number for $date");
}

# Now, in every zone: a type's numbers follow its own zone, not the session's.
# Two of the zones never have the same date.
my $define = join ';', map { "SELECT docnum_define('$_', '{TYPE} $tokens', 'DAILY', time_zone => '$_')" } @zones;
my $compare = q{
	SELECT docnum_preview(zone), shown(d, 1), current_setting('TimeZone')
	FROM unnest($1::text[]) z(zone), LATERAL (SELECT (now() AT TIME ZONE zone)::date) t(d)
	WHERE docnum_preview(zone) <> zone || ' ' || shown(d, 1) || '-1'};
$node->safe_psql('postgres', $define);
foreach my $zone ('Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kolkata')
{
	$client->do("SET TimeZone = '$zone'");
	is_deeply([ map { join ' ', @$_ } $client->rows($compare, '{' . join(',', @zones) . '}') ],
		[], 'today in ' . @zones . " zones, session in $zone");
}
is_sound($node, 'dates');
$client->quit;
$node->stop;

# ---- instants ----------------------------------------------------------------

my ($library) = grep { -e } glob '/usr/lib/*/faketime/libfaketime.so.1';

SKIP:
{
	skip 'libfaketime is not installed', 1 unless $library;

	my $faked = node('instants');
	my $clock = $faked->data_dir . '/../clock';

	# set_clock(TIME): the server's time stands at that instant of UTC.  The
	# library reads the file at each look at the clock.
	my $set_clock = sub {
		open my $file, '>', "$clock.new" or die "$clock.new: $!";
		print $file "$_[0]\n";
		close $file;
		rename "$clock.new", $clock or die "$clock: $!";
	};

	# pg_ctl compares the server's clock with its own: the server is started
	# without it.
	$set_clock->('2026-01-01 00:00:00');
	my $server;
	{
		local %ENV = $faked->_get_env(PGAPPNAME => undef);
		local $ENV{LD_PRELOAD} = $library;
		local $ENV{FAKETIME_TIMESTAMP_FILE} = $clock;
		local $ENV{FAKETIME_NO_CACHE} = 1;
		local $ENV{FAKETIME_DONT_FAKE_MONOTONIC} = 1;
		local $ENV{TZ} = 'UTC';
		$server = IPC::Run::start([ $faked->installed_command('postgres'), '-D', $faked->data_dir ],
			'<', \undef, '>', $faked->logfile, '2>&1');
	}
	my $up = 0;
	for (my $tries = 10 * $PostgreSQL::Test::Utils::timeout_default; !$up && $tries > 0; $tries--)
	{
		$up = $faked->psql('postgres', 'SELECT 1', stderr => \my $ignored) == 0;
		usleep(100_000) unless $up;
	}
	$faked->_update_pid(1);
	ok($up, 'a server with a clock of its own') or BAIL_OUT(slurp_file($faked->logfile));

	$faked->safe_psql('postgres', "CREATE EXTENSION docnum; $expected; $define");
	my $app = Client->new($faked);
	my $at = sub {
		my ($time) = @_;
		$set_clock->($time);
		my $now = $app->value("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')");
		die "the clock says $now, not $time" if $now ne $time;
	};

	# A year begins in one zone after the other.
	my @places = ('Pacific/Kiritimati', 'Asia/Kathmandu', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Pago_Pago');
	foreach my $place (@places)
	{
		$app->do('SELECT docnum_define($1, $2, $3, time_zone => $4)', "$_->[0] $place",
			"$_->[0] $place $_->[1] {SEQ:1}", $_->[0], $place)
		  foreach [ 'YEARLY', '{YYYY}' ], [ 'MONTHLY', '{YYYY}-{MM}' ], [ 'DAILY', '{YYYY}-{MM}-{DD}' ],
			  [ 'WEEKLY', '{IYYY}-W{IW}' ];
	}
	my $next = sub { return map { $app->value('SELECT docnum_next($1)', "$_[0] $_") =~ s/.*? $_ //r } @places };
	$at->('2026-12-31 09:59:59');
	is_deeply([ $next->('YEARLY') ], [ ('2026 1') x 5 ], '09:59:59 UTC: the old year everywhere');
	is_deeply([ $next->('DAILY') ], [ ('2026-12-31 1') x 4, '2026-12-30 1' ], '... and a day behind in Pago Pago');
	$at->('2026-12-31 10:00:00');
	is_deeply([ $next->('YEARLY') ], [ '2027 1', ('2026 2') x 4 ], '10:00:00 UTC: the year begins in Kiritimati');
	$at->('2026-12-31 18:14:59');
	is_deeply([ $next->('MONTHLY') ], [ '2027-01 1', ('2026-12 1') x 4 ], '18:14:59 UTC');
	$at->('2026-12-31 18:15:00');
	is_deeply([ $next->('MONTHLY') ], [ '2027-01 2', '2027-01 1', ('2026-12 2') x 3 ], '18:15:00 UTC: the month begins in Kathmandu');
	$at->('2026-12-31 23:00:00');
	is_deeply([ $next->('DAILY') ], [ ('2027-01-01 1') x 3, '2026-12-31 2', '2026-12-31 1' ], '23:00:00 UTC: the day begins in Berlin');
	$at->('2027-01-01 03:30:00');
	is_deeply([ $next->('YEARLY') ], [ '2027 2', ('2027 1') x 3, '2026 3' ], '03:30 UTC: the year begins in Newfoundland');
	$at->('2027-01-01 11:00:00');
	is_deeply([ $next->('YEARLY') ], [ '2027 3', ('2027 2') x 3, '2027 1' ], '11:00 UTC: ... and last in Pago Pago');
	$at->('2027-01-03 23:00:00');
	is_deeply([ $next->('WEEKLY') ], [ ('2027-W01 1') x 3, ('2026-W53 1') x 2 ], 'a week begins on Monday of the zone');

	# The transaction's start counts: its clock does not move.
	$at->('2027-12-31 22:59:59');
	$app->do('BEGIN');
	is($app->value(q[SELECT docnum_next('YEARLY Europe/Berlin')]), 'YEARLY Europe/Berlin 2027 3', 'a transaction begins in the old year');
	$set_clock->('2027-12-31 23:00:01');
	is($app->value(q[SELECT docnum_next('YEARLY Europe/Berlin')]), 'YEARLY Europe/Berlin 2027 4', '... and gives its numbers to the end');
	is($app->value(q[SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')]), '2027-12-31 23:00:01', '... while the clock went on');
	is($app->value(q[SELECT number FROM docnum_reserve('YEARLY Europe/Berlin') r(token, number)]), 'YEARLY Europe/Berlin 2027 5', '... reserved ones too');
	$app->do('COMMIT');
	is($app->value(q[SELECT docnum_next('YEARLY Europe/Berlin')]), 'YEARLY Europe/Berlin 2028 1', 'the next one is in the new year');
	is($app->value(q[SELECT docnum_next('YEARLY Europe/Berlin', document_date => '2027-12-31')]), 'YEARLY Europe/Berlin 2027 6', 'a date that is given counts alone');

	# A clock that is set back gives what belongs to that time.
	$at->('2027-12-31 22:00:00');
	is($app->value(q[SELECT docnum_next('YEARLY Europe/Berlin')]), 'YEARLY Europe/Berlin 2027 7', 'a clock set back goes on with the old year');

	# Before and at the edges of each zone, all zones are compared with SQL: the
	# year's and quarter's, and the nights whose midnight the zone leaves out or
	# has twice, or skips with its day.
	my @instants = $app->column(q{
		WITH edge(zone, local) AS (
			SELECT zone, e::timestamp FROM unnest($1::text[]) zone,
				unnest(ARRAY['2027-01-01', '2028-02-29', '2026-10-01', '2027-01-04']) e
			UNION ALL VALUES
				('Pacific/Apia', '2011-12-30'::timestamp), ('Pacific/Apia', '2011-12-31'),
				('America/Sao_Paulo', '2018-11-04'), ('America/Sao_Paulo', '2018-02-18'),
				('America/Havana', '2026-03-08'), ('America/Havana', '2026-11-01'),
				('Asia/Beirut', '2026-03-29'), ('Asia/Beirut', '2026-10-25'),
				('America/Santiago', '2026-09-06'), ('America/Santiago', '2026-04-05'),
				('Africa/Cairo', '2026-04-24'), ('Africa/Cairo', '2026-10-30'),
				('Asia/Tehran', '2021-03-22'), ('Asia/Tehran', '2021-09-22'),
				('Europe/Berlin', '2026-03-29'), ('Europe/Berlin', '2026-10-25'),
				('Australia/Lord_Howe', '2026-10-04'), ('Atlantic/Azores', '2026-10-25'))
		SELECT DISTINCT to_char((local AT TIME ZONE zone + i * interval '1 second') AT TIME ZONE 'UTC',
			'YYYY-MM-DD HH24:MI:SS')
		FROM edge, unnest(ARRAY[-3601, -3600, -1, 0, 3599, 3600]) i ORDER BY 1},
		'{' . join(',', @zones) . '}');
	cmp_ok(scalar @instants, '>', 300, 'instants to compare');

	my @wrong;
	my %session = map { $instants[$_] => $zones[ $_ % @zones ] } 0 .. $#instants;
	foreach my $instant (@instants)
	{
		$at->($instant);
		$app->do("SET TimeZone = '$session{$instant}'");
		push @wrong, map { join ' ', $instant, @$_ } $app->rows($compare, '{' . join(',', @zones) . '}');
		last if @wrong > 5;
	}
	is_deeply(\@wrong, [], @instants . ' instants in ' . @zones . ' zones');

	# Numbers that were given and kept, at some of them.
	foreach my $instant (@instants[ grep { $_ % 7 == 0 } 0 .. $#instants ])
	{
		$at->($instant);
		$app->do('SELECT docnum_next(zone), docnum_next(zone) FROM unnest($1::text[]) zone', '{' . join(',', @zones) . '}');
	}
	is_deeply([ map { join ' ', @$_ } $app->rows(q{
			SELECT n.document_type, n.document_number, c.scope, n.document_date, n.issued_at
			FROM docnum.number n JOIN docnum.counter c USING (counter_id)
			WHERE n.document_type = ANY ($1::text[])
				AND (n.document_date <> (n.issued_at AT TIME ZONE n.document_type)::date
					OR c.scope <> to_char(n.issued_at AT TIME ZONE n.document_type, 'YYYY-MM-DD')
					OR n.document_number <> n.document_type || ' ' || shown(n.document_date, 1) || '-' || n.value)
			LIMIT 5}, '{' . join(',', @zones) . '}') ],
		[], 'the ledger agrees: date, scope and text are those of the zone');
	is($app->value(q{SELECT count(*) FROM docnum.number WHERE document_type = 'Pacific/Apia' AND document_date = '2011-12-30'}),
		0, 'no number of the day that Samoa skipped');
	is_sound($faked, 'instants');
	$app->quit;
	$faked->stop;
	$server->finish;
}

done_testing();
