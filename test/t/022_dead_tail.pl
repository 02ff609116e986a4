
# Rolled-back rows do not weigh on the calls that follow.
#
# After 10,000 rollbacks in one scope the next calls touch at most 3 times the
# buffers that the first calls of a fresh scope touch.  Buffers are counted by
# EXPLAIN (ANALYZE, BUFFERS) of the call itself; autovacuum is off, and an old
# snapshot is held all the time.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use Test::More;

use DocnumTest;

my $rollbacks = 10_000;
my $node = docnum_node('dead_tail');
my $app = Client->new($node);
$app->do($_) foreach
  q[SELECT docnum_define('C', '{PROJECT}-{SEQ:6}', 'PROJECT')],
  q[SELECT docnum_define('S', 'S-{PROJECT}-{SEQ:6}', 'PROJECT', 'STRICT')],
  q[SELECT docnum_next(t, p) FROM unnest('{C,S}'::text[]) t, unnest('{used,warm}'::text[]) p, generate_series(1, 5)];
my $reader = Client->new($node);
$reader->do($_) foreach 'BEGIN ISOLATION LEVEL REPEATABLE READ', 'SELECT count(*) FROM docnum.number';

# The buffers that one call touches.
sub buffers
{
	my ($type, $scope) = @_;
	my $plan = join "\n", $app->column(
		"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT docnum_next('$type', '$scope')");
	# The first node is the top one, whose sums are those of the whole call.
	my ($hit, $read) = map { $plan =~ /"Shared $_ Blocks": (\d+)/ } 'Hit', 'Read';
	return $hit + $read;
}

foreach my $type ('C', 'S')
{
	my ($status, $done) = finish_load(start_load($node, "-c 1 -t $rollbacks",
			{ rollback => "BEGIN; SELECT docnum_next('$type', 'used'); ROLLBACK;" }));
	is($done, $rollbacks, "$type: $rollbacks rollbacks");

	buffers($type, 'warm') for 1 .. 3;	# this session knows the way
	my @fresh = map { buffers($type, 'fresh') } 1 .. 3;
	my @used = map { buffers($type, 'used') } 1 .. 3;
	foreach my $call (0 .. 2)
	{
		cmp_ok($used[$call], '<=', 3 * $fresh[$call],
			sprintf '%s, call %d: %d buffers, in a fresh scope %d', $type, $call + 1, $used[$call], $fresh[$call]);
	}
	is($app->value(q[SELECT max(value) FROM docnum.number WHERE document_type = $1 AND document_number LIKE '%used-%'], $type),
		8, "$type: none of them counts");
}

is_sound($node, 'at the end');
$node->stop;
done_testing();
