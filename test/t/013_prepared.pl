
# Prepared transactions that took numbers, across a restart and a crash.
#
# A STRICT scope stays locked until the prepared transaction ends, and NB003
# names it; CONCURRENT callers pass by.  What is committed keeps its numbers,
# what is rolled back gives them to the next callers.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use DocnumTest;

my $node = docnum_node('prepared', 'fsync = on');
my $app = Client->new($node);
$app->do($_) foreach
  q[SELECT docnum_define('C', 'C-{SEQ:3}')],
  q[SELECT docnum_define('S', 'S-{SEQ:3}', allocation => 'STRICT')],
  q[SELECT docnum_define('P', '{PROJECT}-{SEQ:3}', 'PROJECT')],
  q[SELECT docnum_define('T', 'T-{PROJECT}-{SEQ:3}', 'PROJECT', 'STRICT')],
  # Two types that render one text.
  q[SELECT docnum_define('X', 'X-{SEQ:3}', allocation => 'STRICT')],
  q[SELECT docnum_define('Y', 'X-{SEQ:3}', allocation => 'STRICT')];

# A session that prepares, and goes on with other work in its place.
my $innocent = Client->new($node);

sub prepare
{
	my ($gid, @statements) = @_;
	$innocent->do($_) foreach 'BEGIN', @statements, "PREPARE TRANSACTION '$gid'";
	$innocent->do('BEGIN');
	$innocent->do('SELECT txid_current()');
	return;
}

sub is_blocked
{
	my ($what, $gid, @query) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	$app->do('SET docnum.lock_timeout = 50');
	is($app->attempt(@query), 'NB003', "$what: waits for the prepared transaction");
	like($app->error->{detail}, qr/^In the way: prepared transaction "$gid"\./, "$what: DETAIL names it");
	return;
}

my @tokens = $app->column(q[SELECT token FROM docnum_reserve('C') UNION ALL SELECT token FROM docnum_reserve('C')]);
prepare('strict', q[SELECT docnum_next('S')], q[SELECT docnum_next('S')]);
$innocent->do('COMMIT');
prepare('both', 'SAVEPOINT a', q[SELECT docnum_next('C')], q[SELECT docnum_next('T', 'A')], 'ROLLBACK TO a',
	q[SELECT docnum_next('C')], q[SELECT docnum_next('T', 'B')], 'SAVEPOINT b', q[SELECT docnum_next('C')],
	q[SELECT docnum_next('T', 'C')], 'RELEASE b');
$innocent->do('COMMIT');
prepare('confirm', "SELECT docnum_confirm('$tokens[0]')");
$innocent->do('COMMIT');
prepare('reserve', q[SELECT docnum_reserve('C')]);
$innocent->do('COMMIT');
prepare('first', q[SELECT docnum_next('P', 'A')], q[SELECT docnum_next('P', 'B')]);
$innocent->do('COMMIT');
prepare('text', q[SELECT docnum_next('X')]);

is($app->value(q[SELECT docnum_next('C')]), 'C-006', 'CONCURRENT passes by');
is($app->value(q[SELECT docnum_next('P', 'A')]), 'A-002', 'also in a scope that is used first');
is($app->value(q[SELECT docnum_next('T', 'A')]), 'T-A-001', 'a scope whose savepoint was rolled back is free');

my $round = 0;
foreach my $event ('none', 'restart', 'crash')
{
	if ($event ne 'none')
	{
		$node->stop($event eq 'crash' ? 'immediate' : 'fast');
		$node->start;
		$app = Client->new($node);
	}
	is_blocked("$event, STRICT", 'strict', q[SELECT docnum_next('S')]);
	is_blocked("$event, scope taken before a savepoint", 'both', q[SELECT docnum_next('T', 'B')]);
	is_blocked("$event, scope taken in a savepoint", 'both', q[SELECT docnum_next('T', 'C')]);
	is_blocked("$event, text", 'text', q[SELECT docnum_next('Y')]);
	is($app->attempt("SELECT docnum_confirm('$tokens[0]')"), 'NB003', "$event: a reservation being confirmed is waited for");
	is($app->value(q[SELECT docnum_expire()]), '0', "$event: docnum_expire waits for nothing");
	is($app->value(q[SELECT docnum_next('C')]), sprintf('C-%03d', 7 + $round++), "$event: CONCURRENT goes on");
	is_sound($node, $event);
}

# Rolled back: the numbers are the next.
$app->do("ROLLBACK PREPARED '$_'") foreach 'strict', 'both', 'first', 'confirm', 'reserve', 'text';
is($app->value(q[SELECT docnum_next('S')]), 'S-001', 'STRICT: given to the next caller');
is($app->value(q[SELECT docnum_next('Y')]), 'X-001', 'a text that is free again too');
is($app->value(q[SELECT docnum_next('T', 'B')]), 'T-B-001', 'and the first number of a scope');
is($app->value("SELECT docnum_confirm('$tokens[0]')"), 'C-001', 'a reservation outlives the confirm that was rolled back');
is($app->value(q[SELECT docnum_next('P', 'B')]), 'B-001', 'a scope that nobody used');
my @next = $app->column(q[SELECT docnum_next('C') FROM generate_series(1, 64)]);
is_deeply([ sort grep { /^C-00[345]$/ } @next ], [ 'C-003', 'C-004', 'C-005' ], 'CONCURRENT: given again within 64 calls');
@next = $app->column(q[SELECT docnum_next('P', 'A') FROM generate_series(1, 64)]);
is((scalar grep { $_ eq 'A-001' } @next), 1, 'also in a scope that a prepared transaction used first');
is_gapless($node, $_, 'rolled back') foreach 'C', 'S', 'P', 'T';
is_sound($node, 'rolled back');
indexes_are_sound($node, 'rolled back');

# Committed, after a crash: they stay.
$innocent = Client->new($node);
prepare('strict', q[SELECT docnum_next('S')], q[SELECT docnum_confirm('] . $tokens[1] . q[')], q[SELECT docnum_next('C')]);
$node->stop('immediate');
$node->start;
$app = Client->new($node);
$app->do(q[COMMIT PREPARED 'strict']);
is($app->value(q[SELECT docnum_next('S')]), 'S-003', 'committed: STRICT goes on after it');
is($app->attempt("SELECT docnum_confirm('$tokens[1]')"), 'NB004', 'committed: the reservation is confirmed');
is_gapless($node, $_, 'committed') foreach 'C', 'S';
is_sound($node, 'committed');
indexes_are_sound($node, 'committed');

$node->stop;
done_testing();
