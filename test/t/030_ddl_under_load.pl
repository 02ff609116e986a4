
# DDL on docnum's tables while others take numbers.
#
# Rewriting, reindexing and altering docnum's tables in a loop, and definitions
# that change, cost the load not one error.  An index that REINDEX CONCURRENTLY
# is only preparing is left alone, one that it is filling gets every row.  Where
# the extension is dropped and created again, sessions that knew the old one
# work with the new.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use DocnumTest;

my $node = docnum_node('ddl');
my $app = Client->new($node);
$app->do($_) foreach
  q[SELECT docnum_define('C', '{PROJECT}-{SEQ:5}', 'PROJECT')],
  q[SELECT docnum_define('S', 'S-{SEQ:5}', allocation => 'STRICT')],
  q[SELECT docnum_define('O', 'O-{SEQ:5}')],
  'CREATE TABLE document (number text PRIMARY KEY)';

# ---- under load -------------------------------------------------------------

# Long waits are not errors here: rewriting a table locks everybody out.
my $load = start_load($node, '-c 4 -j 2 -T 8', {
		'one_step@4' => q[BEGIN; INSERT INTO document VALUES (docnum_next('C', 'P' || :client_id % 2)); COMMIT;],
		'two_phase@3' => q[SELECT token FROM docnum_reserve('C', 'P1') \gset
			BEGIN; INSERT INTO document VALUES (docnum_confirm(:token)); COMMIT;],
		'cancel@1' => q[SELECT token FROM docnum_reserve('C', 'P2') \gset
			SELECT docnum_cancel(:token);],
		'strict@2' => q[BEGIN; INSERT INTO document VALUES (docnum_next('S')); COMMIT;],
		'rollback@2' => q[BEGIN; SELECT docnum_next('C', 'P0'), docnum_next('S'); ROLLBACK;] },
	'-c docnum.lock_timeout=0');

my @ddl = (
	'REINDEX INDEX CONCURRENTLY docnum.number_value_key',
	'REINDEX TABLE CONCURRENTLY docnum.number',
	'VACUUM FULL docnum.number',
	'CLUSTER docnum.number USING number_value_key',
	'REINDEX TABLE CONCURRENTLY docnum.audit_log',
	'VACUUM (FULL, ANALYZE) docnum.audit_log',
	'ANALYZE docnum.number, docnum.counter',
	'ALTER TABLE docnum.number SET (fillfactor = 80)',
	'REINDEX TABLE CONCURRENTLY docnum.reservation',
	'VACUUM FULL docnum.reservation',
	'REINDEX TABLE docnum.counter',
	'VACUUM FULL docnum.counter',
	'VACUUM FULL docnum.document_type',
	'VACUUM FULL docnum.installation',
	'ALTER TABLE docnum.number RESET (fillfactor)',
	'CREATE INDEX extra ON docnum.number (issued_at)',
	'ALTER EXTENSION docnum UPDATE',
	q[SELECT docnum_define('O', format => 'O-{SEQ:' || 1 + floor(random() * 8)::int || '}')],
	q[SELECT docnum_define('S', max_value => 100000 + floor(random() * 1000)::int)],
	q[UPDATE docnum.document_type SET metadata = '{"changed": true}' WHERE document_type = 'C'],
	'DROP INDEX docnum.extra');
my ($rounds, @refused) = (0);
while (load_is_running($load))
{
	foreach my $statement (@ddl)
	{
		my $code = $app->attempt($statement);
		push @refused, "$statement: $code" if $code;
	}
	$rounds++;
}
my ($status, $done, $failed, $complaints) = finish_load($load);
is_deeply(\@refused, [], "the DDL succeeds, $rounds rounds of it");
is($status, 0, 'no client of the load gives up') or diag($complaints);
cmp_ok($done, '>', 200, "$done transactions");
is($app->attempt('ALTER EXTENSION docnum SET SCHEMA pg_catalog'), '0A000', 'SET SCHEMA is refused');
is_sound($node, 'under load');
is_gapless($node, 'S', 'under load');
indexes_are_sound($node, 'under load');

# ---- an index that is not there yet -----------------------------------------

# REINDEX CONCURRENTLY waits for open transactions before it fills the new
# index, and again before it checks it: meanwhile others go on.
sub others_go_on
{
	my ($what, $ready) = @_;

	is($app->value(q[SELECT string_agg(indisready::text, ' ') FROM pg_index
		WHERE indrelid = 'docnum.number'::regclass AND NOT indisvalid]), "$ready $ready",
		"$what: two indexes are on their way");
	is($app->attempt(q[SELECT docnum_next('C', 'P0'), docnum_next('S') FROM generate_series(1, 20)]), '',
		"$what: numbers are given");
	my $token = $app->value(q[SELECT token FROM docnum_reserve('C', 'P1')]);
	is($app->attempt('SELECT docnum_confirm($1)', $token), '', "$what: and confirmed");
	return;
}

my ($first, $second, $reindex) = map { Client->new($node) } 1 .. 3;
$first->do($_) foreach 'BEGIN', q[SELECT docnum_next('O')];
$reindex->send('REINDEX TABLE CONCURRENTLY docnum.number');
wait_for_lock($node, $reindex);
others_go_on('before it is filled', 'false');
$second->do($_) foreach 'BEGIN', q[SELECT docnum_next('O')];
$first->do('COMMIT');
$node->poll_query_until('postgres', q[SELECT count(*) = 2 FROM pg_index
	WHERE indrelid = 'docnum.number'::regclass AND NOT indisvalid AND indisready]) or die 'the indexes do not get ready';
others_go_on('before it is used', 'true');
$second->do('COMMIT');
is($reindex->answer->{error}, undef, 'REINDEX CONCURRENTLY succeeds');
is_sound($node, 'index on its way');
indexes_are_sound($node, 'index on its way');

# ---- dropped and created again ----------------------------------------------

$app->do('CREATE ROLE office LOGIN');
$app->do(q[SELECT docnum_grant('office', 'use')]);
my @warm = map { Client->new($node, user => 'office') } 1 .. 3;
foreach my $client (@warm)
{
	$client->do(q[SELECT docnum_next('C', 'P0'), docnum_next('S')]);
	is($client->attempt('SELECT docnum_confirm(token) FROM docnum_reserve($1, $2)', 'C', 'P1'), '',
		'a session knows the extension');
}
$app->do('DROP EXTENSION docnum');
is($warm[0]->attempt(q[SELECT docnum_next('S')]), '42883', 'dropped: no function');
$app->do('CREATE EXTENSION docnum');
my $forged = q[INSERT INTO docnum.range VALUES (1, 1, 1, 'skipped', 'forged', now())];
is($app->attempt($forged), '', 'a new one is virgin');
$app->do('DROP EXTENSION docnum');
$app->do('CREATE EXTENSION docnum');
is($warm[0]->attempt(q[SELECT docnum_next('S')]), 'NB001', 'created again: without types');
$app->do(q[SELECT docnum_define('S', 'NEW-{SEQ:2}', allocation => 'STRICT')]);
$app->do(q[SELECT docnum_define('C', 'NEW-{PROJECT}-{SEQ:2}', 'PROJECT')]);
is($warm[0]->attempt(q[SELECT docnum_next('S')]), '42501', 'and without grants');
$app->do(q[SELECT docnum_grant('office', 'use')]);
is($warm[0]->value(q[SELECT docnum_next('S')]), 'NEW-01', 'the first number of the new one');
is($warm[1]->value(q[SELECT docnum_next('S')]), 'NEW-02', 'the second, in another session');
is($warm[2]->value(q[SELECT docnum_next('C', 'P0')]), 'NEW-P0-01', 'scopes begin anew');
is($warm[2]->value(q[SELECT docnum_confirm(token) FROM docnum_reserve('C', 'P1')]), 'NEW-P1-01',
	'reservations too');
is($app->attempt($forged), 'NB014', 'and it is not virgin any more');
is($warm[1]->value(q[SELECT docnum_preview('C', 'P0')]), 'NEW-P0-02', 'preview knows it');
is_sound($node, 'created again');

$node->stop;
done_testing();
