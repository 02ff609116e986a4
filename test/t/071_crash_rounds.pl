# Nothing that was acknowledged is lost in a crash, nothing is given twice after
# it, STRICT scopes keep a prefix: rounds of load, crash, recovery, check.
#
# Kinds of crash: kill -9 of every process of the server, kill -9 of one backend,
# immediate stop, and a backend that kills itself at a point of the engine.
# fsync is on, the WAL writer sleeps, and writes of WAL are delayed by a
# preloaded shim, so that what was not flushed is lost with the processes.  In
# every second turn through the kinds the clients ask for synchronous_commit =
# off: then only docnum itself makes a commit durable.
#
# A round is void, not good, where the history proves nothing (see
# test/history/README.md), where no transaction was under way at the crash or
# where the server did not fall: it is repeated with other random numbers.  More
# void rounds than good ones are a failure.  If no round lost a commit that was
# under way, more rounds follow, four times as many in all at most.  The first
# round that breaks a promise is the last.
#
# DOCNUM_CRASH_ROUNDS says how many rounds, DOCNUM_HISTORY_SEED makes them others.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../history", "$FindBin::RealBin/../perl";
use HistoryRun;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(CLOCK_MONOTONIC clock_gettime usleep);

use DocnumTest;

my $rounds = $ENV{DOCNUM_CRASH_ROUNDS} // 10;
my $seed = $ENV{DOCNUM_HISTORY_SEED} // 1;
my @points = qw(last_value_read before_ledger_row after_ledger_row before_audit_row
  after_audit_row before_reservation_row subtransaction_aborted before_commit after_commit);

srand $seed;
my $node = PostgreSQL::Test::Cluster->new('crash');
$node->init;
$node->append_conf('postgresql.conf', HistoryRun::server_settings() . <<'CONF');
fsync = on
restart_after_crash = on
wal_writer_delay = 10s
CONF
$node->start;
my $run = HistoryRun->new($node);

# The shim is for the server alone.
sub start_server
{
	local $ENV{LD_PRELOAD} = $run->shim;
	local $ENV{DOCNUM_WAL_DELAY} = (4000, 20000)[ rand 2 ];
	$node->start;
	return;
}

$node->stop;
start_server();
my $can_point = $node->safe_psql('postgres',
	q{LOAD 'docnum'; SELECT count(*) FROM pg_settings WHERE name = 'docnum.debug_point'});

# state_of reads a process's state and parent; nothing if there is none.
sub state_of
{
	my ($pid) = @_;

	open(my $file, '<', "/proc/$pid/stat") or return;
	return (<$file> // '') =~ /^\d+ \(.*\) (\S) (\d+) /;
}

# kill_all ends every process of the server at once, and waits until they are
# gone: a server does not start while one of an old one is left.  The postmaster
# is stopped first, so that it starts no other meanwhile.
sub kill_all
{
	my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;

	kill 'STOP', $postmaster;
	usleep(1000) while ((state_of($postmaster))[0] // 'T') ne 'T';
	my @children = grep { ((state_of($_))[1] // 0) == $postmaster } map { m{(\d+)} } glob '/proc/[0-9]*';
	kill 'KILL', @children;
	$node->kill9;
	foreach my $pid (@children)
	{
		usleep(10_000) while ((state_of($pid))[0] // 'Z') ne 'Z';
	}
	usleep(10_000) while kill 0, $postmaster;
	return;
}

my %crash = (
	'kill -9 of all' => \&kill_all,
	'kill -9 of one backend' => sub {
		my $pid = $node->safe_psql('postgres',
			"SELECT pid FROM pg_stat_activity WHERE application_name = 'history client'
			ORDER BY random() LIMIT 1");
		kill 'KILL', $pid if $pid;
		return;
	},
	'immediate stop' => sub { $node->stop('immediate') },
	'a debug point' => sub { });

my @kinds = ('kill -9 of all', 'kill -9 of one backend', 'immediate stop');
push @kinds, 'a debug point' if $can_point;

# run_round takes the server through one crash; returns why it was void, or ''.
sub run_round
{
	my ($round, $try, $kind) = @_;
	my $name = "round $round, $kind";
	my $recovers = $kind =~ /one backend|point/;
	my $numbers = 150 + int rand 400;
	my @options = ("--seed=" . (($seed * 1000 + $round) * 100 + $try), '--milliseconds=120000');

	push @options, '--asynchronous' if int(($round - 1) / @kinds) % 2 == 0;
	push @options, '--patience=60' if $recovers;
	push @options, '--debug-point=' . $points[ rand @points ] . ':crash' if $kind =~ /point/;
	my $logged = -s $node->logfile;
	$run->start("r$round-$try.", @options);
	$run->wait_for_numbers($numbers);
	my $time = clock_gettime(CLOCK_MONOTONIC) * 1_000_000;
	$crash{$kind}->();
	if ($recovers)
	{
		$run->wait_for_numbers(2 * $numbers);
		$run->stop;
	}
	ok($run->ended, "$name: the recorder came to its end");
	start_server() unless $recovers;
	wait_for_server($node);
	$run->conclude;
	my $verdict = $run->check;
	ok($verdict == 0 || $verdict == 3, "$name: every promise is kept (@options)");
	is($run->check_sql, '', "$name: the second checker agrees");
	is($run->validate, '', "$name: docnum finds nothing wrong");
	indexes_are_sound($node, $name);

	return 'the history proves nothing' if $verdict == 3;
	return 'nothing was under way' if $kind !~ /point/ && $run->in_flight($time) == 0;
	my $log = slurp_file($node->logfile, $logged);
	return 'the server did not fall' unless $log =~ /automatic recovery in progress/;
	return '';
}

my ($void, $good, $try) = (0, 0, 0);
while ($good < $rounds
	? $good + $void <= 2 * $rounds
	: $run->figure('lost') == 0 && $good + $void <= 4 * $rounds)
{
	my $why = run_round($good + 1, $try, $kinds[ $good % @kinds ]);

	last unless Test::More->builder->is_passing;
	if ($why eq '')
	{
		$good++;
		$try = 0;
	}
	else
	{
		$void++;
		$try++;
		note('round ' . ($good + 1) . " is void: $why");
	}
}
cmp_ok($good, '>=', $rounds, "$good good rounds, and $void void ones");
cmp_ok($run->figure('lost'), '>', 0, 'what was not flushed was lost');

note("figures: $good rounds, $void void, ", $run->figures, '; commits under way at the crash: ',
	$run->figure('happened') . ' happened, ' . $run->figure('lost') . ' lost');
$node->stop;
done_testing();
