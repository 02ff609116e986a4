# What the TAP tests of docnum share: a server with the extension, load in the
# background, and the checks that end each test.

package DocnumTest;

use strict;
use warnings;

use Exporter 'import';
use IPC::Run ();
use POSIX qw(WNOHANG);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

use Client;

our @EXPORT = qw(
  docnum_node
  wait_for_server
  wait_for_lock
  wait_for_end
  start_load
  load_is_running
  finish_load
  free_values
  is_sound
  is_gapless
  indexes_are_sound
);

# docnum_node(NAME, LINE...): a running server that has the extension in its
# database postgres, with these lines in its configuration.  fsync is off, as
# in any node of PostgreSQL::Test::Cluster, unless a line says otherwise.
sub docnum_node
{
	my ($name, @lines) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init;
	$node->append_conf('postgresql.conf', join("\n",
			'log_statement = none', 'max_prepared_transactions = 10', 'autovacuum = off',
			@lines, ''));
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION docnum');
	return $node;
}

# wait_for_server(NODE): until it lets us in again, after a crash.  The query is
# no standard input, as that of poll_query_until: a psql that cannot connect ends
# without reading it, and who still writes is ended by the broken pipe.
sub wait_for_server
{
	my ($node) = @_;

	foreach (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		my ($out) = run_command(
			[ 'psql', '-X', '-A', '-t', '-d', $node->connstr('postgres'), '-c', 'SELECT 1' ]);
		return if $out eq '1';
		usleep(100_000);
	}
	die 'the server does not come back';
}

# wait_for_lock(NODE, CLIENT): until the client's query waits for a lock.
sub wait_for_lock
{
	my ($node, $client) = @_;

	$node->poll_query_until('postgres',
		"SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = " . $client->pid)
	  or die 'the query does not wait';
	return;
}

# wait_for_end(NODE, PID): until the backend is gone.
sub wait_for_end
{
	my ($node, $pid) = @_;

	$node->poll_query_until('postgres',
		"SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $pid")
	  or die "process $pid does not end";
	return;
}

# start_load(NODE, OPTIONS, SCRIPTS, [SETTINGS], [DATABASE]): pgbench over the
# extended protocol in the background.  SCRIPTS: name => text, or name@weight;
# SETTINGS: the sessions' options, such as '-c lock_timeout=1s'.
sub start_load
{
	my ($node, $options, $scripts, $settings, $database) = @_;
	my $folder = PostgreSQL::Test::Utils::tempdir;
	my $load = {};
	my @command = ('pgbench', '-n', '-M', 'prepared', '--random-seed=1', split(' ', $options));

	foreach my $script (sort keys %$scripts)
	{
		my ($name, $weight) = split /@/, $script;
		my $file = "$folder/$name.pgbench";
		open my $out, '>', $file or die "$file: $!";
		print $out $scripts->{$script};
		close $out;
		push @command, '-f', $file . ($weight ? "\@$weight" : '');
	}
	$load->{out} = "$folder/load.out";
	$load->{err} = "$folder/load.err";
	$load->{pid} = fork // die "fork: $!";
	return $load if $load->{pid};

	$ENV{PGOPTIONS} = $settings // '';
	open STDIN, '<', '/dev/null';
	open STDOUT, '>', $load->{out};
	open STDERR, '>', $load->{err};
	exec @command, $node->connstr($database // 'postgres') or POSIX::_exit(1);
}

sub load_is_running
{
	my $load = shift;

	return 0 if defined $load->{status};
	return 1 if waitpid($load->{pid}, WNOHANG) == 0;
	$load->{status} = $? >> 8;
	return 0;
}

# finish_load(LOAD): waits for its end; returns status, the numbers of
# transactions that succeeded and failed, and what it complained of.
sub finish_load
{
	my $load = shift;

	if (!defined $load->{status})
	{
		waitpid $load->{pid}, 0;
		$load->{status} = $? >> 8;
	}
	my $out = slurp_file($load->{out});
	my ($done) = $out =~ /transactions actually processed: (\d+)/;
	my ($failed) = $out =~ /failed transactions: (\d+)/;
	return ($load->{status}, $done // 0, $failed // 0, slurp_file($load->{err}));
}

# free_values(NODE, TYPE): values below the last of each of the type's scopes
# that neither the ledger nor a range has, as scope and value.
sub free_values
{
	my ($node, $type) = @_;

	return split /\n/, $node->safe_psql('postgres', qq[
		SELECT coalesce(c.scope, '') || ' ' || g
		FROM (SELECT DISTINCT counter_id, scope, first_value FROM docnum.counter
				WHERE document_type = '$type') c
			CROSS JOIN LATERAL generate_series(c.first_value,
				(SELECT max(value) FROM docnum.number n WHERE n.counter_id = c.counter_id)) g
		WHERE NOT EXISTS (SELECT FROM docnum.number n
				WHERE n.counter_id = c.counter_id AND n.value = g)
			AND NOT EXISTS (SELECT FROM docnum.range r
				WHERE r.counter_id = c.counter_id AND g BETWEEN r.first_value AND r.last_value)
		ORDER BY c.scope, g]);
}

# is_sound(NODE, WHAT): docnum_validate finds nothing, and neither do we: each
# value once in the ledger, one row of the log for each step of each number.
sub is_sound
{
	my ($node, $what, $database) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	is($node->safe_psql($database // 'postgres', q[
		SELECT * FROM docnum_validate();
		SELECT 'value twice', counter_id, value FROM docnum.number
			WHERE counter_id IS NOT NULL GROUP BY counter_id, value HAVING count(*) > 1;
		SELECT 'text twice', document_number FROM docnum.number
			GROUP BY document_number, uniqueness_id HAVING count(*) > 1;
		SELECT 'log', n.document_number, n.state, count(a.*)
			FROM docnum.number n LEFT JOIN docnum.audit_log a
				ON a.operation <> 'EXTEND' AND a.document_number = n.document_number
					AND (a.value IS NULL OR a.counter_id = n.counter_id AND a.value = n.value)
			GROUP BY n.document_number, n.uniqueness_id, n.state, n.changed_at
			HAVING count(a.*) <> CASE WHEN n.changed_at IS NULL THEN 1 ELSE 2 END
				AND NOT (n.state = 'voided' AND count(a.*) = 3);
	]), '', "$what: every promise kept");
	return;
}

# is_gapless(NODE, TYPE, WHAT): each scope of the type has every value from its
# first to its last.
sub is_gapless
{
	my ($node, $type, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	is_deeply([ free_values($node, $type) ], [], "$what: no gap in $type");
	return;
}

# indexes_are_sound(NODE, WHAT): pg_amcheck finds nothing wrong with docnum's
# tables and indexes: each index has an entry for each row, and its pages hang
# together.  It waits for transactions that have written, prepared ones too.
# Where the server came without amcheck, nothing is known.
sub indexes_are_sound
{
	my ($node, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $program = $node->config_data('--bindir') . '/pg_amcheck';

	if (!-x $program || $node->safe_psql('postgres',
			"SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'") eq '0')
	{
		note "$what: indexes not checked, the server has no amcheck";
		return;
	}
	$node->safe_psql('postgres',
		'SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS amcheck');
	my ($out, $err) = ('', '');
	my $good = IPC::Run::run(
		[
			$program, '-h', $node->host, '-p', $node->port, '-d', 'postgres', '-s', 'docnum',
			'--heapallindexed', '--rootdescend'
		],
		'>', \$out, '2>', \$err);
	ok($good && $out eq '', "$what: tables and indexes are sound")
	  or diag("$out$err");
	return;
}

1;
