
# Every mutating operation taken through every debug point that it passes, with
# a fault at each: an error, a cancel, a terminated backend, a crash.  After
# each fault the promises are checked; at the end every freed value comes back.
#
# The operations are those of test/pairs/operations.  Crashes are tried at one
# point of each operation; with SWEEP=full at all of them.

use strict;
use warnings;

use Cwd qw(abs_path);
use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use DocnumTest;

my $visits = abs_path(PostgreSQL::Test::Utils::tempdir) . '/visits';
$ENV{DOCNUM_DEBUG_VISITS} = $visits;

my $node = PostgreSQL::Test::Cluster->new('sweep');
$node->init;
$node->append_conf('postgresql.conf', "restart_after_crash = on\nfsync = on\n");
$node->start;

plan skip_all => 'the library was built without debug points'
  if $node->psql('postgres', "LOAD 'docnum'; SHOW docnum.debug_point") != 0;

my %operation;
foreach my $line (split /\n/, slurp_file("$FindBin::RealBin/../pairs/operations"))
{
	next if $line =~ /^\s*(#|$)/;
	my ($name, $sql) = map { s/^\s+|\s+$//gr } split /\|/, $line;
	$operation{$name} = $sql;
}

$node->safe_psql('postgres', q[
	CREATE EXTENSION docnum;
	CREATE TABLE tokens (name text, token uuid);
	CREATE FUNCTION token(text) RETURNS uuid STABLE LANGUAGE sql
		AS 'SELECT token FROM tokens WHERE name = $1';
	CREATE FUNCTION number(text) RETURNS text STABLE LANGUAGE sql
		AS 'SELECT document_number FROM docnum.number WHERE document_type = $1 AND state = ''confirmed'' ORDER BY value LIMIT 1';
	CREATE FUNCTION above(text, bigint) RETURNS bigint STABLE LANGUAGE sql
		AS 'SELECT max(value) + $2 FROM docnum.number WHERE document_type = $1';
	CREATE FUNCTION jumped(text) RETURNS bigint STABLE LANGUAGE sql
		AS 'SELECT min(r.last_value) FROM docnum.range r JOIN docnum.counter c USING (counter_id)
			WHERE c.document_type = $1 AND r.cause = ''jumped'' ';
	CREATE FUNCTION hand(text, bigint) RETURNS text STABLE LANGUAGE sql
		AS 'SELECT $1 || ''-'' || repeat(''0'', 3 - length($2::text)) || $2';
	SELECT docnum_define('PC', 'PC-{SEQ:3}', allow_manual_override => true),
		docnum_define('PS', 'PS-{SEQ:3}', allocation => 'STRICT', allow_manual_override => true),
		docnum_define('PY', 'PY-{YYYY}-{SEQ:3}', 'YEARLY', allow_manual_override => true);
	SELECT docnum_next('PC'), docnum_next('PS');
]);

# Fresh tokens, a definition to change, a year never used.
my $year = 2030;

sub prepare
{
	$year++;
	$node->safe_psql('postgres', q[
		TRUNCATE tokens;
		SELECT docnum_define('PC', allocation => 'CONCURRENT', max_value => 999999);
		INSERT INTO tokens SELECT 'a', token FROM docnum_reserve('PC');
		INSERT INTO tokens SELECT 'late', token FROM docnum_reserve('PC', ttl => '1 microsecond');
		SELECT docnum_reopen('PS', 'x');
		SELECT docnum_next('PC'), docnum_next('PS'), docnum_override('PC', hand('PC', above('PC', 3)), 'x');
	]);
	$node->safe_psql('postgres', qq[SELECT docnum_close('PY', 'x', document_date => '$year-12-31')])
	  if (shift // '') eq 'reopen';
}

sub statement
{
	my $name = shift;
	return $operation{$name} =~ s/203[01]/$year/r;
}

# Which points does a session pass that does only this, up to its commit?
sub points_of
{
	my $name = shift;
	prepare($name);
	unlink $visits;
	$node->safe_psql('postgres', statement($name));
	my %seen = map { $_ => 1 } split /\n/, slurp_file($visits);
	return sort keys %seen;
}

sub check_promises
{
	my $what = shift;
	my $problems = $node->safe_psql('postgres', 'SELECT * FROM docnum_validate()');
	is($problems, '', "$what: every promise kept") or BAIL_OUT("$what: $problems");
}

my $faults = 0;
foreach my $name (sort keys %operation)
{
	my @points = points_of($name);
	cmp_ok(scalar(@points), '>', 1, "$name passes points: @points");
	foreach my $point (@points)
	{
		my $quiet = $point eq 'after_commit' || $point eq 'subtransaction_aborted';
		my @actions = $quiet ? () : qw(error cancel terminate discard);
		push @actions, 'crash'
		  if ($ENV{SWEEP} // '') eq 'full' || $point eq $points[ length($name) % @points ];
		foreach my $action (@actions)
		{
			prepare($name);
			my ($out, $err);
			my $ret = $node->psql('postgres',
				"SET docnum.debug_point = '$point:$action'; " . statement($name),
				stdout => \$out, stderr => \$err, on_error_stop => 1);
			if ($action eq 'discard')
			{
				is($ret, 0, "$name at $point, caches discarded: succeeds") or diag($err);
			}
			else
			{
				isnt($ret, 0, "$name at $point, $action: fails");
			}
			wait_for_server($node) if $action eq 'crash';
			check_promises("$name at $point, $action");
			indexes_are_sound($node, "$name at $point, $action") if $action eq 'crash';
			$faults++;
		}
	}
}
note "$faults faults";

# Every free value comes back, and nothing else is given before.
my $free = q[
	SELECT count(*) FROM generate_series(1, (SELECT max(value) FROM docnum.number WHERE document_type = 'PC')) g
	WHERE NOT EXISTS (SELECT FROM docnum.number n WHERE n.document_type = 'PC' AND n.value = g)
		AND NOT EXISTS (SELECT FROM docnum.range r JOIN docnum.counter c USING (counter_id)
			WHERE c.document_type = 'PC' AND g BETWEEN r.first_value AND r.last_value)];
$node->safe_psql('postgres', "SELECT docnum_define('PC', allocation => 'CONCURRENT', max_value => 999999)");
note 'free values: ' . $node->safe_psql('postgres', $free);
$node->safe_psql('postgres', "SELECT docnum_next('PC') FROM generate_series(1, 400)");
is($node->safe_psql('postgres', $free), '0', 'no value is free after 400 more calls');
check_promises('at the end');

$node->stop;
done_testing();
