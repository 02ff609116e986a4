
# Rolled-back rows do not weigh on the calls that follow.
#
# After 10,000 rollbacks in one scope the next calls touch at most 3 times the
# buffers that the calls in a fresh scope touch: where the last value was rolled
# back time and again, and where it was a free value below the last, for which
# the log is asked too.  Buffers are counted by EXPLAIN (ANALYZE, BUFFERS) of the
# call itself; autovacuum is off, and an old snapshot is held all the time.

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
  q[SELECT docnum_define('S', 'S-{PROJECT}-{SEQ:6}', 'PROJECT', 'STRICT')];
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

# A scope whose last value is 5, and one that has a free value below it.
sub make_scopes
{
	my ($type, $name) = @_;
	$app->do(q[SELECT docnum_next($1, $2) FROM generate_series(1, 5)], $type, $name);
	return if $type eq 'S';
	my $holder = Client->new($node);
	$holder->do($_) foreach 'BEGIN', "SELECT docnum_next('$type', 'hole $name')";
	$app->do(q[SELECT docnum_next($1, $2) FROM generate_series(1, 4)], $type, "hole $name");
	$holder->do('ROLLBACK');
	return;
}

# compare(TYPE, PREFIX): the scope "used" against the scope "fresh".
sub compare
{
	my ($type, $prefix) = @_;
	my ($status, $done) = finish_load(start_load($node, "-c 1 -t $rollbacks",
			{ rollback => "BEGIN; SELECT docnum_next('$type', '${prefix}used'); ROLLBACK;" }));
	is($done, $rollbacks, "$type ${prefix}used: $rollbacks rollbacks");

	my %touched = map { my $scope = $_; $scope => [ map { buffers($type, "$prefix$scope") } 1 .. 3 ] } 'fresh', 'used';
	foreach my $call (0 .. 2)
	{
		my ($fresh, $used) = map { $touched{$_}[$call] } 'fresh', 'used';
		cmp_ok($used, '<=', 3 * $fresh, sprintf "%s %sused, call %d: %d buffers, in a fresh scope %d",
			$type, $prefix, $call + 1, $used, $fresh);
	}
	return;
}

foreach my $type ('C', 'S')
{
	make_scopes($type, $_) foreach 'warm', 'fresh', 'used';
	buffers($type, 'warm') for 1 .. 3;	# this session knows the way
	compare($type, '');
	compare($type, 'hole ') if $type eq 'C';
	is($app->value(q[SELECT max(value) || ' ' || count(*) FROM docnum.number WHERE document_type = $1
		AND document_number LIKE '%used-%'], $type), $type eq 'C' ? '8 15' : '8 8', "$type: no rollback counts");
}

is_sound($node, 'at the end');
$node->stop;
done_testing();
