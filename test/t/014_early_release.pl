
# Early release: the scope is free when the commit is visible, before it is
# flushed; the client hears of it after the flush, as ever.
#
# A session is frozen between the two, over the extended protocol, where a lock
# that belongs to a portal would be kept.  Meanwhile the next number can be had,
# a reader sees the first one unflushed, and docnum_durable() flushes it.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use Test::More;

use DocnumTest;

# Nothing but our own commits may flush.
my $node = docnum_node('early', 'fsync = on', 'checkpoint_timeout = 1h', 'wal_level = replica', 'max_wal_senders = 2');
my $wal_writer = $node->safe_psql('postgres',
	q[SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter']);
kill 'STOP', $wal_writer or die "cannot stop the WAL writer: $!";
END { kill 'CONT', $wal_writer if $wal_writer }

my $first = Client->new($node);
my $next = Client->new($node);
my $reader = Client->new($node);
my $gate = Client->new($node);
$first->do($_) foreach
  q[SELECT docnum_define('E', 'E{SEQ:3}', allocation => 'STRICT', early_release => true)],
  q[SELECT docnum_define('F', '{P}-{SEQ:3}', 'P', 'STRICT', early_release => true)],
  q[SELECT docnum_define('S', 'S{SEQ:3}', allocation => 'STRICT')],
  'CREATE TABLE plain (x int)',
  'CREATE TABLE child (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)',
  q[CREATE PROCEDURE take() LANGUAGE plpgsql AS $$ BEGIN PERFORM docnum_next('E'); COMMIT; END $$],
  q[SET docnum.debug_point = 'scopes_released:wait'];
$next->do(q[SET docnum.lock_timeout = '1ms']);

my $POINT = q[hashtext('docnum scopes_released')];
sub flushed_to { return $reader->value('SELECT pg_current_wal_flush_lsn() >= $1::pg_lsn', $_[0]) }

# ---- visible, not flushed -----------------------------------------------------

$gate->do("SELECT pg_advisory_lock($POINT)");
$first->send(q[SELECT docnum_next('E')]);
wait_for_lock($node, $first);
my $written = $reader->value('SELECT pg_current_wal_insert_lsn()');
is($reader->value('SELECT max(document_number) FROM docnum.number'), 'E001', 'a reader sees the number');
is(flushed_to($written), 'f', 'before it is flushed');
$reader->do('SELECT docnum_durable()');
is(flushed_to($written), 't', 'docnum_durable() flushes it');
is($next->value(q[SELECT docnum_next('E')]), 'E002', 'the next number is given meanwhile');
$gate->do("SELECT pg_advisory_unlock($POINT)");
is($first->answer->{rows}[0][0], 'E001', 'the first client gets its number');

# The answer comes after the flush, whatever synchronous_commit says.
foreach my $level (qw(off local remote_write on remote_apply))
{
	$first->do("SET synchronous_commit = $level");
	my $before = $reader->value('SELECT pg_current_wal_insert_lsn()');
	$first->do(q[SELECT docnum_next('E')]);
	is($reader->value('SELECT pg_current_wal_flush_lsn() > $1::pg_lsn', $before), 't',
		"synchronous_commit = $level: the answer comes after the flush");
	is($first->value('SHOW synchronous_commit'), $level, "synchronous_commit = $level: is as before");
}
$first->do('SET synchronous_commit = off');
my $before = $reader->value('SELECT pg_current_wal_insert_lsn()');
$first->do('INSERT INTO plain VALUES (1)');
is($reader->value('SELECT pg_current_wal_flush_lsn() > $1::pg_lsn', $before), 'f',
	'a commit without a number is as asynchronous as it was');
$first->do('RESET synchronous_commit');

# ---- every way of committing ----------------------------------------------------

# Is the scope of E free while the last of these statements has not answered?
sub releases
{
	my @statements = @_;
	my $commit = pop @statements;

	$first->do($_) foreach @statements;
	$gate->do("SELECT pg_advisory_lock($POINT)");
	$first->send($commit);
	wait_for_lock($node, $first);
	my $free = $next->attempt(q[SELECT docnum_next('E')]);
	$gate->do("SELECT pg_advisory_unlock($POINT)");
	$first->answer;
	return $free;
}
my @ways = (
	[ 'alone', q[SELECT docnum_next('E')] ],
	[ 'a transaction', 'BEGIN', q[SELECT docnum_next('E')], 'COMMIT' ],
	[ 'a reservation', q[SELECT docnum_reserve('E')] ],
	[ 'a released savepoint', 'BEGIN', 'SAVEPOINT a', q[SELECT docnum_next('E')], 'RELEASE a', 'COMMIT' ],
	[ 'several scopes', 'BEGIN', q[SELECT docnum_next('F', 'a')], q[SELECT docnum_next('E')],
		q[SELECT docnum_next('F', 'b')], q[SELECT docnum_next('S')], 'COMMIT' ],
	[ 'a savepoint rolled back', 'BEGIN', q[SELECT docnum_next('E')], 'SAVEPOINT a',
		q[SELECT docnum_next('E')], 'ROLLBACK TO a', 'COMMIT' ],
	[ 'a cursor that is held', 'BEGIN', q[DECLARE h CURSOR WITH HOLD FOR SELECT docnum_next('E')], 'COMMIT' ],
	[ 'CALL with COMMIT', 'CALL take()' ],
	[ 'with other work', 'BEGIN', q[SELECT docnum_next('E')], 'INSERT INTO plain VALUES (2)', 'COMMIT' ]);
foreach my $way (@ways)
{
	my ($what, @statements) = @$way;
	is(releases(@statements), '', "$what: the scope is free before the answer");
}
$first->do('CLOSE ALL');

# ---- what is not released early ----------------------------------------------------

$gate->do("SELECT pg_advisory_lock($POINT)");
$first->do($_) foreach 'BEGIN', q[SELECT docnum_next('E')], q[PREPARE TRANSACTION 'p'];
is($next->attempt(q[SELECT docnum_next('E')]), 'NB003', 'a prepared transaction keeps its scope');
$first->do(q[COMMIT PREPARED 'p']);
is($next->attempt(q[SELECT docnum_next('E')]), '', 'until it is committed');
$first->do($_) foreach 'BEGIN', q[SELECT docnum_next('E')], 'SAVEPOINT a', q[SELECT docnum_next('F', 'c')],
  'ROLLBACK TO a';
is($next->attempt(q[SELECT docnum_next('F', 'c')]), '', 'a savepoint rolled back frees its scope at once');
is($next->attempt(q[SELECT docnum_next('E')]), 'NB003', 'and no other');
$first->do('ROLLBACK');

# Does the statement come to its end although the point stops whoever passes it?
sub passes
{
	my @statements = @_;
	my $last = pop @statements;

	$first->do($_) foreach @statements;
	$first->send($last);
	$node->poll_query_until('postgres',
		"SELECT wait_event_type = 'Lock' OR state = 'idle' FROM pg_stat_activity WHERE pid = " . $first->pid)
	  or die 'neither waits nor ends';
	my $state = $reader->value('SELECT state FROM pg_stat_activity WHERE pid = $1::int', $first->pid);
	$gate->do("SELECT pg_advisory_unlock($POINT)") if $state ne 'idle';
	$first->answer;
	$gate->do("SELECT pg_advisory_lock($POINT)") if $state ne 'idle';
	return $state;
}
is(passes('BEGIN', q[SELECT docnum_next('E')], 'LOCK plain', 'COMMIT'), 'idle',
	'a transaction with an access exclusive lock commits as ever');
is(passes('BEGIN', q[SELECT docnum_next('S')], 'COMMIT'), 'idle', 'so does a type without early release');
$gate->do("SELECT pg_advisory_unlock($POINT)");

# ---- commits that fail --------------------------------------------------------------

$first->do($_) foreach 'SET synchronous_commit = local', 'BEGIN', q[SELECT docnum_next('E')],
  'INSERT INTO child VALUES (1), (1)';
is($first->attempt('COMMIT'), '23505', 'a deferred constraint fails at commit');
is($first->value('SHOW synchronous_commit'), 'local', 'synchronous_commit is as before');
is($next->attempt(q[SELECT docnum_next('E')]), '', 'the scope is free');

# ---- a synchronous standby that is away ------------------------------------------------

$node->append_conf('postgresql.conf', q[synchronous_standby_names = 'nobody']);
$node->reload;
$next->do('SET synchronous_commit = local');
$first->do('SET docnum.debug_point = off');
$first->do('SET synchronous_commit = on');
$first->do('SELECT pg_sleep(0)') until $first->value('SHOW synchronous_standby_names') eq 'nobody';
$node->poll_query_until('postgres', q[SELECT setting = 'nobody' FROM pg_settings WHERE name = 'synchronous_standby_names']);
foreach my $statement (q[SELECT docnum_next('E')], 'SELECT docnum_durable()')
{
	$first->send($statement);
	$node->poll_query_until('postgres',
		q[SELECT wait_event = 'SyncRep' FROM pg_stat_activity WHERE pid = ] . $first->pid)
	  or die 'does not wait for the standby';
	is($next->attempt(q[SELECT docnum_next('E')]), '', "$statement waits for the standby, the scope does not");
	$reader->do('SELECT pg_cancel_backend($1::int)', $first->pid);
	my $answer = $first->answer;
	is($answer->{notices}[0]{code}, '01000', "$statement: cancelled, it warns");
}

$node->append_conf('postgresql.conf', q[synchronous_standby_names = '']);
$node->reload;
is_sound($node, 'at the end');
is_gapless($node, $_, 'at the end') foreach 'E', 'F', 'S';
kill 'CONT', $wal_writer;
undef $wal_writer;
$node->stop;
done_testing();
