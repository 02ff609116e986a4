# Runs the history recorder against a server of a TAP test, and what follows:
# prepared transactions are committed, holes filled, tables dumped, and the
# history is checked.

package HistoryRun;

use strict;
use warnings;

use FindBin;
use IPC::Run ();
use PostgreSQL::Test::Utils;
use Test::More;

use lib "$FindBin::RealBin/../history";
use History;
use Time::HiRes qw(usleep);

my $source = "$FindBin::RealBin/../history";

# server_settings is what a server needs for it.
sub server_settings
{
	return <<'CONF';
max_connections = 60
max_prepared_transactions = 60
deadlock_timeout = 50ms
wal_keep_size = 512MB
autovacuum_naptime = 1s
log_statement = none
CONF
}

# new builds the recorder and prepares the database; the server runs.
sub new
{
	my ($class, $node) = @_;
	my $build = "$PostgreSQL::Test::Utils::tmp_check/history-build";
	my @make = ('make', '-s', '-C', $source, "BUILD=$build");

	push @make, "PG_CONFIG=$ENV{PG_CONFIG}" if $ENV{PG_CONFIG};
	system_or_bail(@make);
	$node->psql('postgres', '', extra_params => [ '-v', 'ON_ERROR_STOP=1', '-f', "$source/setup.sql" ],
		on_error_die => 1);
	return bless { node => $node, build => $build, figures => {} }, $class;
}

sub shim { return $_[0]->{build} . '/wal_shim.so' }

# start starts the recorder; a run's prefix is part of the names of its scopes.
sub start
{
	my ($self, $prefix, @options) = @_;
	my $folder = PostgreSQL::Test::Utils::tempdir("history_$prefix");

	chmod 0755, $folder;
	$self->{wal_start} = $self->{node}->safe_psql('postgres', 'SELECT pg_current_wal_lsn()');
	@$self{qw(folder prefix output)} = ($folder, $prefix, '');
	$self->{recorder} = IPC::Run::start(
		[
			"$self->{build}/record", '--connection=' . $self->{node}->connstr('postgres'),
			"--folder=$folder", "--prefix=$prefix", @options
		],
		'<', \undef, '>&', \$self->{output});
	return;
}

# wait_for_numbers waits, through any crash, until so many numbers of the run are
# committed, or the recorder has ended: then the checker tells whether they are
# enough.
sub wait_for_numbers
{
	my ($self, $count) = @_;
	my $query = "SELECT count(*) >= $count FROM docnum.number n
			JOIN (SELECT DISTINCT counter_id FROM docnum.counter
				WHERE starts_with(scope, '$self->{prefix}')) c USING (counter_id)";

	foreach (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		# Not by standard input, which a psql that cannot connect does not read.
		my ($answer) = run_command(
			[ 'psql', '-X', '-A', '-t', '-q', '-d', $self->{node}->connstr('postgres'), '-c', $query ]);
		return if $answer eq 't';
		$self->{recorder}->pump_nb if $self->{recorder}->pumpable;
		return unless $self->{recorder}->pumpable;
		usleep(100_000);
	}
	die "fewer than $count numbers";
}

# stop tells the recorder to end after the transactions in hand.
sub stop
{
	my ($self) = @_;

	$self->{recorder}->signal('TERM') if $self->{recorder}->pumpable;
	return;
}

# ended waits for the recorder's end.
sub ended
{
	my ($self) = @_;
	my $good = $self->{recorder}->finish;

	diag($self->{output}) unless $good;
	return $good;
}

# conclude brings the run to its end, on a server that runs: nothing stays
# prepared, no hole stays, and all is written to the run's folder.
sub conclude
{
	my ($self) = @_;
	my ($node, $folder, $prefix) = @$self{qw(node folder prefix)};

	foreach my $gid (split /\n/, $node->safe_psql('postgres', 'SELECT gid FROM pg_prepared_xacts'))
	{
		$node->safe_psql('postgres', "COMMIT PREPARED '$gid'");
	}
	system_or_bail("$self->{build}/record", '--drain', '--connection=' . $node->connstr('postgres'),
		"--folder=$folder", "--prefix=$prefix");
	$node->psql('postgres', '', on_error_die => 1,
		extra_params => [ '-v', "dir=$folder", '-v', "prefix=$prefix", '-f', "$source/dump.sql" ]);
	$self->dump_wal;
	return;
}

# segment_of names the file of WAL that holds a position, or ends at it.
sub segment_of
{
	my ($position, $end) = @_;
	my ($high, $low) = map { hex } split m{/}, $position;
	my $segment = ($high * 2**32 + $low - $end) >> 24;

	return sprintf '%08X%08X%08X', 1, $segment >> 8, $segment & 0xff;
}

# dump_wal writes the order of the commit records.
sub dump_wal
{
	my ($self) = @_;
	my $node = $self->{node};
	my $bindir = $node->config_data('--bindir');
	my $until = $node->safe_psql('postgres', 'SELECT pg_current_wal_flush_lsn()');

	# Named, a segment tells the size of all; else any file would be asked, one
	# that was not written yet included.
	my ($out, $err) = run_command(
		[
			"$bindir/pg_waldump", '-p', $node->data_dir . '/pg_wal', '-r', 'Transaction',
			'-s', $self->{wal_start}, '-e', $until,
			segment_of($self->{wal_start}, 0), segment_of($until, 1)
		]);
	my $position = 0;

	open(my $file, '>', "$self->{folder}/wal") or die "$self->{folder}/wal: $!";
	foreach my $line (split /\n/, $out)
	{
		my ($own, $prepared) =
		  $line =~ /tx: +(\d+), .* desc: (?:COMMIT |COMMIT_PREPARED (\d+):)/ or next;
		print $file $prepared // $own, "\t", ++$position, "\n";
	}
	close $file;
	diag("pg_waldump: $err") if $position == 0;
	return;
}

# in_flight returns how many clients had a transaction under way at that time of
# the history's clock.  Of those whose answer never came, the figures tell how
# many have happened, and how many were lost.
sub in_flight
{
	my ($self, $time) = @_;
	my $history = History::load($self->{folder});
	my %there = map { ($_->[L_TAG] // '') => 1 } @{ $history->{ledger} };
	my (%last, %tags);
	my $open = 0;

	foreach my $op (@{ $history->{operations} })
	{
		push @{ $tags{"$op->[O_CLIENT] $op->[O_TRANSACTION]"} }, $op->[O_TAG]
		  if $op->[O_KIND] =~ /^(?:next|insert|reserve)$/ && !defined $op->[O_UNDO];
	}
	foreach my $row (@{ $history->{transactions} })
	{
		next if $row->[T_BEGIN] > $time;
		my $last = $last{ $row->[T_CLIENT] };
		$last{ $row->[T_CLIENT] } = $row if !$last || $last->[T_NUMBER] < $row->[T_NUMBER];
	}
	foreach my $row (values %last)
	{
		next if defined $row->[T_ENDED] && $row->[T_ENDED] < $time;
		$open++;
		my $tags = $tags{"$row->[T_CLIENT] $row->[T_NUMBER]"};
		next unless $tags && $row->[T_OUTCOME] eq 'unknown';
		$self->{figures}{ (grep { $there{$_} } @$tags) ? 'happened' : 'lost' }++;
	}
	return $open;
}

# check checks the run: its status, with what the checker says shown if it is
# not 0.  A void run's figures count for nothing.
sub check
{
	my ($self) = @_;
	my $output = `$^X $source/check $self->{folder} 2>&1`;
	my $status = $? >> 8;

	if ($status != 3 && $output =~ /^(\d+) transactions .* (\d+) operations, (\d+) numbers in .* (\d+) readings/m)
	{
		my $n = 0;
		$self->{figures}{$_} += ($1, $2, $3, $4)[ $n++ ]
		  foreach qw(transactions operations numbers readings);
	}
	if ($status == 0 || $status == 3) { note($output) }
	else { diag("$self->{folder}:\n$output") }
	return $status;
}

# check_sql checks a history with the second checker; returns its complaints.
sub check_sql
{
	my ($self, $folder) = @_;
	my ($out, $err);

	$self->{node}->psql('postgres', '', stdout => \$out, stderr => \$err, on_error_die => 1,
		extra_params => [ '-v', 'dir=' . ($folder // $self->{folder}), '-f', "$source/check.sql" ]);
	return $out;
}

# validate returns what docnum itself finds wrong.
sub validate
{
	my ($self) = @_;

	return $self->{node}->safe_psql('postgres', 'SELECT * FROM docnum_validate()');
}

# figures says how much was checked in all good runs.
sub figures
{
	my ($self) = @_;

	return join(', ', map { $self->figure($_) . " $_" } qw(transactions operations numbers readings));
}

sub figure { return $_[0]->{figures}{ $_[1] } // 0 }

1;
