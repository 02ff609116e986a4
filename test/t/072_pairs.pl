
# Every operation frozen at each of its debug points against every operation.
#
# The isolation specs are generated from test/pairs/operations.  Each
# permutation must end with every promise kept, and must take the course that
# test/pairs/outcome says: whether the second operation had to wait for the
# frozen one, and which error, if any, came of it.
#
# PAIRS_REWRITE=1 writes the courses seen to test/pairs/outcome instead.

use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $pairs = "$FindBin::RealBin/../pairs";
my $folder = PostgreSQL::Test::Utils::tempdir;
my $isolationtester = $ENV{PG_REGRESS} =~ s{regress/pg_regress$}{isolation/isolationtester}r;

my $node = PostgreSQL::Test::Cluster->new('pairs');
$node->init;
$node->start;

plan skip_all => 'the library was built without debug points'
  if $node->psql('postgres', "LOAD 'docnum'; SHOW docnum.debug_point") != 0;

# Run every spec, two at a time, each in a database of its own.
my @specs = split ' ', `$^X $pairs/generate $folder`;
my @queue = @specs;
my %running;
while (@queue || %running)
{
	while (@queue && keys %running < 2)
	{
		my $spec = shift @queue;
		(my $database = $spec) =~ s/-/_/g;
		$node->safe_psql('postgres', "CREATE DATABASE $database");
		my $pid = fork;
		die "fork: $!" unless defined $pid;
		if ($pid == 0)
		{
			open STDIN, '<', "$folder/$spec.spec" or die;
			open STDOUT, '>', "$folder/$spec.out" or die;
			open STDERR, '>&', \*STDOUT or die;
			exec $isolationtester, $node->connstr($database);
			die "exec: $!";
		}
		$running{$pid} = $spec;
	}
	my $done = wait;
	my $spec = delete $running{$done} or next;
	is($?, 0, "$spec: ran to its end");
}

# One line for each frozen operation, point and ending: what each second
# operation met.
my %course;
my $permutations = 0;
foreach my $spec (@specs)
{
	my $operation = $spec =~ s/^pairs-//r;
	my $broken = 0;
	my @blocks = split /^starting permutation: /m, slurp_file("$folder/$spec.out");
	shift @blocks;
	foreach my $block (@blocks)
	{
		my ($point, $second, $ending) =
		  $block =~ /^s3_hold_(\S+) \S+ s1_run s2_(\S+) s3_free (?:s2_commit )?s1_(\S+)(?: s2_commit)? s3_check$/m;
		my $waits = $block =~ /^step s2_\Q$second\E: .*<waiting \.\.\.>$/m;
		my @errors = $block =~ /^(?:ERROR|FATAL|PANIC): +(.*)$/mg;
		my ($problems) = $block =~ /^problems\n-+\n +(\d+)$/m;

		$permutations++;
		$broken++ unless defined $problems && $problems == 0;
		$course{"$operation at $point, $ending"}{$second} =
		  join ', ', ($waits ? 'waits' : 'goes on'), map { s/number \S+ //r } @errors;
	}
	is($broken, 0, "$spec: every promise kept in " . scalar(@blocks) . " permutations");
}
cmp_ok($permutations, '>=', 400, "permutations: $permutations");

my $seen = '';
foreach my $frozen (sort keys %course)
{
	$seen .= "$frozen\n";
	my %by_course;
	push @{ $by_course{ $course{$frozen}{$_} } }, $_ foreach sort keys %{ $course{$frozen} };
	$seen .= "\t$_: @{ $by_course{$_} }\n" foreach sort keys %by_course;
}
if ($ENV{PAIRS_REWRITE})
{
	open my $out, '>', "$pairs/outcome" or die "$pairs/outcome: $!";
	print $out $seen;
	close $out;
}
is($seen, slurp_file("$pairs/outcome"), 'each pair takes the course that test/pairs/outcome says');

$node->stop;
done_testing();
