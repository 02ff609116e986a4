
# A crash in the middle of load.
#
# Clients take numbers in several scopes of both allocations, roll back, reserve
# and confirm, and write down each number that they were told, after the commit
# was answered; pgbench loads the same scopes.  The server is stopped at once.
# Afterwards every number told is in the ledger and was told once, STRICT has no
# gap, and the free values of CONCURRENT are given within their bound.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use List::Util qw(max);
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

use DocnumTest;

my $folder = PostgreSQL::Test::Utils::tempdir;
my $node = docnum_node('crash_under_load', 'fsync = on', 'wal_writer_delay = 10s');
my $app = Client->new($node);
$app->do($_) foreach
  q[SELECT docnum_define('C', '{PROJECT}-{SEQ:4}', 'PROJECT')],
  q[SELECT docnum_define('S', 'S-{PROJECT}-{SEQ:4}', 'PROJECT', 'STRICT')],
  'CREATE TABLE document (number text)';

# One transaction of a client: what it was told, once the commit was answered.
# Each line: what was done, the number, perhaps a token.
my @transactions = (
	sub {
		my ($client, $scope) = @_;
		return 'confirmed ' . $client->value(q[SELECT docnum_next('C', $1)], $scope);
	},
	sub {
		my ($client, $scope) = @_;
		return 'confirmed ' . $client->value(q[SELECT docnum_next('S', $1)], $scope);
	},
	sub {
		my ($client, $scope) = @_;
		my @told;
		$client->do('BEGIN');
		push @told, 'confirmed ' . $client->value(q[SELECT docnum_next('C', $1)], $scope);
		$client->do('SAVEPOINT a');
		$client->value(q[SELECT docnum_next('S', $1)], $scope);
		$client->do('ROLLBACK TO a');
		push @told, 'confirmed ' . $client->value(q[SELECT docnum_next('S', $1)], $scope);
		$client->do('COMMIT');
		return @told;
	},
	sub {
		my ($client, $scope) = @_;
		$client->do('BEGIN');
		$client->value(q[SELECT docnum_next('C', $1)], $scope);
		$client->value(q[SELECT docnum_next('S', $1)], $scope);
		$client->do('ROLLBACK');
		return;
	},
	sub {
		my ($client, $scope) = @_;
		my ($token, $number) = @{ ($client->rows(q[SELECT token, document_number FROM docnum_reserve('C', $1)], $scope))[0] };
		return "reserved $number $token";
	});

# A client in a process of its own, until it loses its connection.
sub start_client
{
	my ($number, $log, $settings) = @_;
	my $pid = fork;
	die "fork: $!" unless defined $pid;
	return $pid if $pid;

	open my $out, '>', $log or POSIX::_exit(1);
	$out->autoflush(1);
	srand $number;
	my $client = Client->new($node);
	my @open;
	eval {
		$client->do($settings);
		for (;;)
		{
			my $scope = ('A', 'B')[ rand 2 ];
			my @told = $transactions[ rand @transactions ]->($client, $scope);
			if (@open > 3)
			{
				my $token = shift @open;
				push @told, 'confirmed ' . $client->value('SELECT docnum_confirm($1)', $token);
			}
			push @open, map { /^reserved \S+ (\S+)/ ? $1 : () } @told;
			print $out join('', map { "$_\n" } @told);
		}
	};
	print $out "error $@\n" if $client->error && $client->error->{code} !~ /^(08|57)/;
	close $out;
	POSIX::_exit(0);
}

my %told;
foreach my $round (1 .. 3)
{
	# Nobody asks for a flush, but in the last round everybody.
	my $commit = 'synchronous_commit=' . ($round < 3 ? 'off' : 'on');
	my @logs = map { "$folder/client_$round$_" } 1 .. 6;
	my @clients = map { start_client($round * 10 + $_, $logs[$_], 'SET ' . $commit) } 0 .. $#logs;
	my $load = start_load($node, '-c 6 -j 2 -T 60', {
			'commit@4' => q[BEGIN; SELECT docnum_next('C', 'A') AS number \gset
				INSERT INTO document VALUES (:number); COMMIT;],
			'rollback@1' => q[BEGIN; SELECT docnum_next('C', 'B'); ROLLBACK;],
			'reserve@2' => q[SELECT token FROM docnum_reserve('C', 'B') \gset
				SELECT docnum_confirm(:token);],
			'strict@1' => q[BEGIN; SELECT docnum_next('S', 'B'); COMMIT;] },
		"-c $commit");
	for (1 .. 600)
	{
		last unless grep { !-e $_ || -s $_ < 1500 } @logs;
		usleep(50_000);
	}
	$node->stop('immediate');
	waitpid $_, 0 foreach @clients;
	finish_load($load);
	$node->start;

	my (@twice, @errors);
	my $lines = 0;
	foreach my $line (map { split /\n/, slurp_file($_) } @logs)
	{
		my ($what, $number) = split / /, $line;
		push @errors, $line if $what eq 'error';
		next if $what eq 'error';
		$lines++;
		push @twice, $number if $told{$number} && !($told{$number} eq 'reserved' && $what eq 'confirmed');
		$told{$number} = $what;
	}
	cmp_ok($lines, '>', 300, "round $round: $lines lines of the clients' logs");
	is_deeply(\@errors, [], "round $round: no client met an error but the crash");
	is_deeply(\@twice, [], "round $round: no number was told twice");

	$app = Client->new($node);
	my %ledger = map { @$_ } $app->rows('SELECT document_number, state FROM docnum.number');
	my @lost = grep { !$ledger{$_} || ($told{$_} eq 'confirmed' && $ledger{$_} ne 'confirmed') } sort keys %told;
	is_deeply(\@lost, [], "round $round: every number told is there");
	is_gapless($node, 'S', "round $round");
	is_sound($node, "round $round");
	indexes_are_sound($node, "round $round");

	# What the crash freed comes back.
	my @callers = map { Client->new($node) } 1 .. 3;
	foreach my $scope ('A', 'B')
	{
		my $last = $app->value(q[SELECT max(value) FROM docnum.number n JOIN docnum.counter c USING (counter_id)
			WHERE c.document_type = 'C' AND c.scope = $1], $scope);
		my @free = map { /^$scope (\d+)/ ? $1 : () } free_values($node, 'C');
		my $bound = max(64, map { 5.3 * ($last - $_) } @free);
		note 'free values: ' . @free . ", bound $bound";
		$callers[ $_ % 3 ]->do(q[SELECT docnum_next('C', $1)], $scope) foreach 1 .. $bound;
	}
	is_gapless($node, 'C', "round $round, after the bound");
	is_sound($node, "round $round, gone on");
}

$node->stop;
done_testing();
