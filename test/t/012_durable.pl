
# A number that was told is flushed, whatever synchronous_commit says.
#
# On a quiet server whose WAL writer is stopped, a commit with
# synchronous_commit = off leaves its WAL unflushed: plain INSERTs show it here.
# One that took a number is flushed by the time that the client hears of it,
# however the number was taken; the session's setting is as before, after
# failures too.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use Test::More;

use DocnumTest;

# Nothing but our own commits may flush.
my $node = docnum_node('durable', 'fsync = on', 'checkpoint_timeout = 1h');
my $wal_writer = $node->safe_psql('postgres',
	q[SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter']);
kill 'STOP', $wal_writer or die "cannot stop the WAL writer: $!";
END { kill 'CONT', $wal_writer if $wal_writer }

my $app = Client->new($node);
$app->do($_) foreach
  q[SELECT docnum_define('C', 'C-{SEQ:3}')],
  q[SELECT docnum_define('S', 'S-{SEQ:3}', allocation => 'STRICT')],
  'CREATE TABLE plain (x int)',
  q[CREATE TABLE document (number text DEFAULT docnum_next('C'), x int)],
  'CREATE TABLE parent (id int PRIMARY KEY)',
  'CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED)',
  'CREATE TABLE pair (id int PRIMARY KEY, x int)',
  'INSERT INTO pair VALUES (1, 0), (2, 0)',
  q[CREATE PROCEDURE take() LANGUAGE plpgsql AS $$ BEGIN PERFORM docnum_next('C'); COMMIT; END $$],
  'SET synchronous_commit = off';

# Runs statements, the last of which commits; is the WAL that they wrote before
# that flushed when they are done?
sub flushes
{
	my @statements = @_;
	my $commit = pop @statements;

	$app->do($_) foreach @statements;
	my $before = $app->value('SELECT pg_current_wal_insert_lsn()');
	$app->do($commit);
	return $app->value('SELECT pg_current_wal_flush_lsn() > $1::pg_lsn', $before) eq 't';
}

sub token
{
	return $app->value(q[SELECT token FROM docnum_reserve('C')]);
}

sub setting_is_kept
{
	my $what = shift;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($app->value('SHOW synchronous_commit'), 'off', "$what: synchronous_commit is as before");
	ok(!flushes('INSERT INTO plain VALUES (1)'), "$what: a commit without a number is not flushed");
}

ok(!flushes('INSERT INTO plain VALUES (1)'), 'a plain INSERT is not flushed');
ok(!flushes('BEGIN', 'INSERT INTO plain VALUES (1)', 'COMMIT'), 'a plain transaction is not flushed');

my @flushed = (
	[ 'docnum_next, alone', q[SELECT docnum_next('C')] ],
	[ 'docnum_next, STRICT', q[SELECT docnum_next('S')] ],
	[ 'docnum_next in a transaction', 'BEGIN', q[SELECT docnum_next('C')], 'COMMIT' ],
	[ 'a DEFAULT', 'INSERT INTO document (x) VALUES (1)' ],
	[ 'docnum_reserve', q[SELECT docnum_reserve('C')] ],
	[ 'docnum_confirm', sprintf(q[SELECT docnum_confirm('%s')], token()) ],
	[ 'docnum_confirm in a transaction', 'BEGIN', sprintf(q[SELECT docnum_confirm('%s')], token()), 'COMMIT' ],
	[ 'a released savepoint', 'BEGIN', 'SAVEPOINT a', q[SELECT docnum_next('C')], 'RELEASE a', 'COMMIT' ],
	[ 'a savepoint rolled back', 'BEGIN', q[SELECT docnum_next('C')],
		'SAVEPOINT a', 'INSERT INTO plain VALUES (1)', 'ROLLBACK TO a', 'COMMIT' ],
	[ 'DO with COMMIT',
		q[DO $$ BEGIN PERFORM docnum_next('C'); COMMIT; INSERT INTO plain VALUES (1); ROLLBACK; END $$] ],
	[ 'CALL with COMMIT', 'CALL take()' ],
	[ 'a cursor', 'BEGIN', q[DECLARE c CURSOR FOR SELECT docnum_next('C')], 'FETCH c', 'COMMIT' ],
	[ 'a cursor that is held, run by the commit',
		'BEGIN', q[DECLARE h CURSOR WITH HOLD FOR SELECT docnum_next('C')], 'COMMIT' ],
	[ 'SET LOCAL', 'BEGIN', 'SET LOCAL synchronous_commit = off', q[SELECT docnum_next('C')], 'COMMIT' ],
	[ 'a prepared transaction', 'BEGIN', q[SELECT docnum_next('C')], q[PREPARE TRANSACTION 'p'] ],
	[ 'its commit', q[COMMIT PREPARED 'p'] ]);
foreach my $case (@flushed)
{
	my ($what, @statements) = @$case;
	ok(flushes(@statements), "$what: flushed");
}
$app->do('CLOSE ALL');
setting_is_kept('after all of them');

# A superuser can do without, and nobody else can.
$app->do('SET docnum.durable = off');
ok(!flushes(q[SELECT docnum_next('C')]), 'docnum.durable = off: not flushed');
$app->do('SET docnum.durable = on');
ok(flushes(q[SELECT docnum_next('C')]), 'docnum.durable = on: flushed');
$app->do('CREATE ROLE office LOGIN');
$app->do(q[SELECT docnum_grant('office', 'use')]);
my $office = Client->new($node, user => 'office');
# The server knows the setting once the library is loaded, which the first call does.
is($office->attempt('SET docnum.durable = off'), '', 'before that, any name can be set');
my $answer = $office->query(q[SELECT docnum_next('C')]);
is($answer->{notices}[0]{code}, '42501', 'the first call warns that docnum.durable is for superusers');
is($office->value('SHOW docnum.durable'), 'on', 'and has it on');
is($office->attempt('SET docnum.durable = off'), '42501', 'then it cannot be set');

# Commits that fail, before and after docnum's part in them.
$app->do('BEGIN');
$app->do(q[SELECT docnum_next('C')]);
$app->do('INSERT INTO child VALUES (42)');
is($app->attempt('COMMIT'), '23503', 'a deferred foreign key fails at commit');
setting_is_kept('deferred foreign key');

my $other = Client->new($node);
foreach my $client ($app, $other)
{
	$client->do('BEGIN ISOLATION LEVEL SERIALIZABLE');
	$client->do('SELECT sum(x) FROM pair');
}
$app->do(q[SELECT docnum_next('C')]);
$app->do('UPDATE pair SET x = 1 WHERE id = 1');
$other->do('UPDATE pair SET x = 1 WHERE id = 2');
$other->do('COMMIT');
is($app->attempt('COMMIT'), '40001', 'a serialization failure at commit');
setting_is_kept('serialization failure');

$app->do('BEGIN');
$app->do(q[SELECT docnum_next('C')]);
is($app->attempt('SELECT 1/0'), '22012', 'an error');
$app->do('ROLLBACK');
setting_is_kept('rollback');

$app->do('SET synchronous_commit = local');
$app->do('BEGIN');
$app->do('SET LOCAL synchronous_commit = off');
$app->do(q[SELECT docnum_next('C')]);
$app->do('COMMIT');
is($app->value('SHOW synchronous_commit'), 'local', 'SET LOCAL ends with its transaction');

is_sound($node, 'at the end');
is_gapless($node, $_, 'at the end') foreach 'S';
kill 'CONT', $wal_writer;
undef $wal_writer;
$node->stop;
done_testing();
