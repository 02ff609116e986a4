
# What open transactions took is free again after a crash, and only that.
#
# The server is stopped at once, and one backend is killed, while transactions
# with numbers, reservations and first uses of scopes are open.  Afterwards a
# STRICT scope has no gap, and the next calls of a CONCURRENT one give the freed
# values before any new one.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use DocnumTest;

my $node = docnum_node('crash',
	'fsync = on', 'restart_after_crash = on', 'wal_writer_delay = 10s');
my $app = Client->new($node);
$app->do(q[SELECT docnum_define('C', 'C-{SEQ:3}')]);
$app->do(q[SELECT docnum_define('S', 'S-{SEQ:3}', allocation => 'STRICT')]);
$app->do(q[SELECT docnum_define('P', '{PROJECT}-{SEQ:3}', 'PROJECT')]);

my %crash = (
	'immediate stop' => sub {
		$node->stop('immediate');
		$node->start;
	},
	'killed backend' => sub {
		my $pid = shift->pid;
		is(PostgreSQL::Test::Utils::system_log('pg_ctl', 'kill', 'KILL', $pid), 0, 'a backend is killed');
		# Every connection ends; new ones come in after recovery.
		$app->query('SELECT pg_sleep(600)');
		wait_for_server($node);
	});

my $scope = 'A';
foreach my $how (sort keys %crash)
{
	my ($before) = $app->value(q[SELECT count(*) FROM docnum.number WHERE document_type = 'C']);
	my $last = $before + 20;
	$app->do(q[SELECT docnum_next('C'), docnum_next('S') FROM generate_series(1, 20)]);
	my $kept = $app->value(q[SELECT token FROM docnum_reserve('C')]);
	my $given = $app->value(q[SELECT count(*) FROM docnum.number WHERE document_type = 'C']);

	# Open when it happens: a number, two numbers below a committed one, a
	# number in a released savepoint, a confirm, a first use of a scope.
	my @open = map { Client->new($node) } 1 .. 5;
	$_->do('BEGIN') foreach @open;
	$open[0]->do(q[SELECT docnum_next('S'), docnum_next('S')]);
	$open[1]->do(q[SELECT docnum_next('C'), docnum_next('C')]);
	$open[2]->do('SAVEPOINT inner_one');
	$open[2]->do(q[SELECT docnum_next('C')]);
	$open[2]->do('RELEASE inner_one');
	$open[3]->do('SELECT docnum_confirm($1)', $kept);
	$open[4]->do(q[SELECT docnum_next('P', $1)], $scope);
	is($app->value(q[SELECT docnum_next('C')]), sprintf('C-%03d', $given + 4), 'a number above the open ones');
	is($app->value(q[SELECT docnum_next('P', $1)], $scope), "$scope-002", 'a number of a scope first used by an open transaction');

	$crash{$how}->($open[1]);
	$app = Client->new($node);

	my ($count, $max) = @{ ($app->rows(q[SELECT count(*), max(value) FROM docnum.number WHERE document_type = 'S']))[0] };
	is($count, $max, "$how: no gap in STRICT");
	is_sound($node, $how);
	indexes_are_sound($node, $how);
	is($app->value(q[SELECT docnum_next('S')]), sprintf('S-%03d', $max + 1), "$how: STRICT goes on");
	my @next = (
		$app->value(q[SELECT docnum_next('C')]),
		Client->new($node)->value(q[SELECT document_number FROM docnum_reserve('C')]),
		$app->value(q[SELECT docnum_next('C')]));
	is_deeply([ sort @next ], [ map { sprintf('C-%03d', $given + $_) } 1 .. 3 ],
		"$how: the next calls give what was freed");
	is($app->value(q[SELECT docnum_next('C')]), sprintf('C-%03d', $given + 5), "$how: then CONCURRENT goes on");
	is($app->value(q[SELECT docnum_next('P', $1)], $scope), "$scope-001", "$how: the first number of a scope comes back");
	like($app->value('SELECT docnum_confirm($1)', $kept), qr/^C-\d+$/, "$how: a reservation outlives the confirm that was lost");
	is_sound($node, "$how, gone on");
	is_gapless($node, $_, $how) foreach 'C', 'S', 'P';
	$scope++;
}

$node->stop;
done_testing();
