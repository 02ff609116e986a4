# What clients see of docnum keeps its promises: random transactions of many
# clients, in both allocations, recorded and checked (test/history).  The checker
# itself is tested first: legal histories pass it, falsified ones do not.
#
# DOCNUM_HISTORY_SECONDS makes the run longer, DOCNUM_HISTORY_SEED makes it
# another one.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../history";
use History ();
use HistoryRun;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seconds = $ENV{DOCNUM_HISTORY_SECONDS} // 6;
my $seed = $ENV{DOCNUM_HISTORY_SEED} // 1;

my $node = PostgreSQL::Test::Cluster->new('history');
$node->init;
$node->append_conf('postgresql.conf', HistoryRun::server_settings());
$node->start;
my $run = HistoryRun->new($node);

# The checkers.
my $false = PostgreSQL::Test::Utils::tempdir('falsified');
chmod 0755, $false;
my ($out, $err);
my $passed = IPC::Run::run(
	[ $^X, "$FindBin::RealBin/../history/selftest", '--histories=200', "--folder=$false" ],
	'>', \$out, '2>', \$err);
ok($passed, 'legal histories pass the checker, falsified ones are refused by the right rules')
  or diag("$out$err");
foreach my $folder (glob "$false/false-*")
{
	my ($name) = $folder =~ m{([^/]+)$};
	my %found = map { /^(C\d)\|/ ? ($1 => 1) : () } split /\n/, $run->check_sql($folder);
	ok(History::agrees(join(' ', keys %found), slurp_file("$folder/expected")),
		"$name: the second checker agrees")
	  or diag($run->check_sql($folder));
}

# Real clients.
$run->start('h.', "--milliseconds=${seconds}000", "--seed=$seed");
ok($run->ended, 'the recorder came to its end');
$run->conclude;
is($run->check, 0, 'the history keeps every promise');
is($run->check_sql, '', 'the second checker agrees');
is($run->validate, '', 'docnum finds nothing wrong');

# Two clients, one of which holds its numbers for long before it commits or not,
# while the other passes all the gates: what comes back must be given again.
$run->start('g.', '--clients=2', '--hold=100', '--losses=0', '--concurrent-scopes=1',
	'--strict-scopes=0', "--seed=$seed", '--milliseconds=60000');
$run->wait_for_numbers(1000);
$run->stop;
ok($run->ended, 'two clients came to their end');
$run->conclude;
is($run->check, 0, 'what was held and rolled back is given again in time');
is($run->check_sql, '', 'the second checker agrees');

# A run that proves nothing is not green.
$run->start('v.', '--clients=1', '--concurrent-scopes=1', '--strict-scopes=1', "--seed=$seed",
	'--milliseconds=60000');
$run->wait_for_numbers(350);
$run->stop;
ok($run->ended, 'a single client came to its end');
$run->conclude;
my $output = `$^X $FindBin::RealBin/../history/check $run->{folder} 2>&1`;
is($? >> 8, 3, 'a history without overlaps is void');
like($output, qr/^void: .* 0 overlaps/m, 'and says so');
is($run->validate, '', 'docnum finds nothing wrong');

note('figures: ' . $run->figures);
$node->stop;
done_testing();
