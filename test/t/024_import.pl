
# A legacy register of 100,000 messy rows is moved over by the commands of
# docs/howto/import.md alone, and no number is lost or invented: what must come
# of each row is computed here, in another way, from what was written into the
# file; then it is dumped and restored.  The process stays small.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Client;
use DocnumTest;

my $rows = $ENV{DOCNUM_IMPORT_ROWS} // 100_000;
my $memory_limit = 64 * 1024 * 1024;

my $top = "$FindBin::RealBin/../..";
my $node = docnum_node('import');
my $folder = PostgreSQL::Test::Utils::tempdir;

# ---- the register -----------------------------------------------------------

# A generator of our own: the same file everywhere.
my $seed = 20260131;
sub random { $seed = ($seed * 1103515245 + 12345) % 2**31; return ($seed >> 8) % $_[0] }

my (%expected, %problems, %holes);		# text => value; row => verdict; scope => last value
my (%first, %value_of);
my $row = 0;

open my $csv, '>:raw', "$folder/register.csv" or die $!;
print $csv "\xEF\xBB\xBFDocument_Number;Title;Document_Date;Project\r\n";

# put(TEXT, DATE, PROJECT, VERDICT, CANONICAL): a row, and what must come of it.
sub put
{
	my ($text, $date, $project, $verdict, $number, $scope, $value) = @_;

	print $csv join(';', $text, qq["caf\xE9; ""$row"""], $date, $project), "\r\n";
	$row++;
	if ($verdict eq 'imported' && $value_of{$scope}{$value}++)
	{
		$verdict = 'duplicate';
	}
	if ($verdict eq 'imported')
	{
		$expected{$number} = [ $scope, $value ];
		$holes{$scope} = $value if $value > ($holes{$scope} // 0);
	}
	else
	{
		$problems{$row} = $verdict;
	}
	return;
}

my @outer = ('', ' ', "\t", "\xA0", "\xA0 ", '  ');	# no-break spaces of LATIN1
my %count;
while ($row < $rows)
{
	my $project = 'P' . (1 + random(4));
	my $year = 2010 + random(10);
	my $scope = "$project/$year";
	my $value = ++$count{$scope};
	my $text = sprintf 'COR-%s-%d-%05d', $project, $year, $value;
	my $date = sprintf '%d-%02d-%02d', $year, 1 + random(12), 1 + random(28);
	my $kind = random(100);

	if    ($kind < 60) { put($text, $date, $project, 'imported', $text, $scope, $value) }
	elsif ($kind < 70)
	{
		put($outer[random(6)] . $text . $outer[random(6)], $date, " $project ", 'imported', $text, $scope, $value);
	}
	elsif ($kind < 78)
	{
		my $padded = sprintf 'COR-%s-%d-%0*d', $project, $year, 1 + random(9), $value;
		put($padded, '', '', 'imported', $padded, $scope, $value);
	}
	elsif ($kind < 84) { next }			# a hole
	elsif ($kind < 87)					# twice, the second time padded otherwise
	{
		put($text, $date, $project, 'imported', $text, $scope, $value);
		put("COR-$project-$year-$value", $date, $project, 'imported', '', $scope, $value);
	}
	elsif ($kind < 90) { put(lc $text, $date, $project, 'mismatch') }
	elsif ($kind < 92) { put($text, 40000 + random(5000), $project, 'bad_date') }
	elsif ($kind < 94) { put($text, sprintf('%d.%d.%d', 1 + random(28), 1 + random(12), $year), $project, 'bad_date') }
	elsif ($kind < 95) { put($text, $year + 1 . '-01-01', $project, 'bad_date') }
	elsif ($kind < 96) { put($text, $date, 'P9', 'bad_scope') }
	elsif ($kind < 97) { put(sprintf('COR-%s-%d-%07d', $project, $year, 1_000_000 + $value), '', '', 'out_of_range') }
	elsif ($kind < 98) { put('', $date, $project, 'mismatch') }
	else               { put("RFA $value", $date, $project, 'mismatch') }
}
close $csv;
note "$row rows, " . keys(%expected) . ' numbers';

# ---- the commands of the page -----------------------------------------------

my $page = slurp_file("$top/docs/howto/import.md");
my @commands = $page =~ /^```sh\n(psql .*?)^```$/msg;
is(scalar @commands, 3, 'the page has three commands');
my ($define) = $page =~ /^```sql\n(SELECT docnum_define\(.*?)^```$/ms;
$node->safe_psql('postgres', $define);

# run(COMMAND): as the page writes it, in the folder of the file.
sub run
{
	my $command = shift;
	my ($out, $err);

	$command =~ s/docnum_import\.psql/$top\/psql\/docnum_import.psql/;
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	local $ENV{PGDATABASE} = 'postgres';
	local $ENV{PGOPTIONS} = '-c client_min_messages=notice';
	$command =~ s/^psql/psql -X -A -t/;
	my $ok = IPC::Run::run([ 'sh', '-c', "cd $folder && $command" ], '>', \$out, '2>', \$err);
	return ($ok, $out, $err);
}

my ($ok, $out, $err) = run($commands[0]);
ok(!$ok, 'the dry run says that rows have problems');
my %told = map { (split /\|/)[ 0, 2 ] } grep { /^\d+\|/ } split /\n/, $out;
is_deeply(\%told, \%problems, 'every row with a problem is named, and no other') or diag($err);
is($node->safe_psql('postgres', 'SELECT count(*) FROM docnum.number'), '0', '... and nothing is written');

($ok, $out, $err) = run($commands[1]);
ok(!$ok && $err =~ /nothing was imported/, 'the import stops at problems');
is($node->safe_psql('postgres', 'SELECT count(*) FROM docnum.number'), '0', '... and nothing is written');

($ok, $out, $err) = run($commands[2]);
ok($ok, 'the others are imported') or diag($err);
like($out, qr/^imported\|${\ scalar keys %expected}$/m, '... as many as there must be');

# ---- what must be there -----------------------------------------------------

# check(NODE, WHAT): each number that must be there is, as printed, in its scope
# and with its value; no other; and each value below is explained.
sub check
{
	my ($server, $what) = @_;
	my %found = map { my ($text, $scope, $value) = split /\|/; $text => [ $scope, $value ] } split /\n/,
	  $server->safe_psql('postgres', q[SELECT n.document_number, c.scope, n.value
		FROM docnum.number n JOIN docnum.counter c USING (counter_id) WHERE n.state = 'imported']);

	is_deeply(\%found, \%expected, "$what: no number is lost, none invented");
	is_deeply([ free_values($server, 'COR') ], [], "$what: no value is unexplained");
	is($server->safe_psql('postgres', q[SELECT sum(last_value - first_value + 1) FROM docnum.range]),
		(eval { my $n = -keys %expected; $n += $_ foreach values %holes; $n }),
		"$what: as many values jumped over as the register lacks");
	is($server->safe_psql('postgres', q[
		SELECT * FROM docnum_validate();
		SELECT counter_id, value, count(*) FROM docnum.audit_log WHERE value IS NOT NULL
			GROUP BY 1, 2 HAVING count(*) <> 1]), '', "$what: every promise kept, one row of the log for each");
	return;
}

check($node, 'imported');
is($node->safe_psql('postgres', q[SELECT metadata ->> 'imported' FROM docnum.audit_log WHERE operation = 'IMPORT']),
	scalar keys %expected, 'the log tells the count');
indexes_are_sound($node, 'imported');

# ---- dump and restore -------------------------------------------------------

my $other = PostgreSQL::Test::Cluster->new('restored');
$other->init;
$other->start;
$node->command_ok([ 'pg_dump', '-f', "$folder/dump.sql", $node->connstr('postgres') ], 'pg_dump');
$other->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$folder/dump.sql", $other->connstr('postgres') ],
	'restored');
check($other, 'restored');
foreach my $scope (sort keys %holes)
{
	my ($project, $year) = split /\//, $scope;
	my $next = sprintf 'COR-%s-%d-%05d', $project, $year, $holes{$scope} + 1;
	my $call = "SELECT docnum_next('COR', '$project', document_date => '$year-12-31')";

	is($node->safe_psql('postgres', $call), $next, "the next number of $scope") if $year == 2010;
	is($other->safe_psql('postgres', $call), $next, "the next number of $scope, restored") if $year == 2011;
}

# ---- memory -----------------------------------------------------------------

my $client = Client->new($node);
$client->do(q[SELECT docnum_define('BIG', 'BIG-{SEQ:7}', max_value => 99999999)]);
$client->do(qq[CREATE TABLE big AS SELECT 'BIG-' || lpad(i::text, 7, '0') AS document_number, i AS row_number
	FROM generate_series(1, $rows * 2, 2) i]);
my $peak = sub {
	my $status = '/proc/' . $client->pid . '/status';
	return 0 unless -r $status;
	my ($kilobytes) = slurp_file($status) =~ /^VmPeak:\s+(\d+) kB/m;
	return 1024 * ($kilobytes // 0);
};
$client->do(q[SELECT * FROM docnum_import('BIG', 'big', 'warm', dry_run => true) LIMIT 0]);
my $before = $peak->();
$client->do(q[SELECT * FROM docnum_import('BIG', 'big', 'the big register')]);
cmp_ok($peak->() - $before, '<', $memory_limit / 4, 'the process did not grow with the register');
is($node->safe_psql('postgres', q[SELECT count(*) FROM docnum.number WHERE document_type = 'BIG']), $rows, '... that it imported');
$client->quit;

$other->stop;
$node->stop;
done_testing();
