
# The examples of README and docs do what they say.
#
# Each page's blocks marked sql run in a database of their own, as one psql
# session.  A comment "-- gives X" after a statement promises that X is a line
# of its output, before anything that follows; several promise their lines in
# that order.

use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $top = "$FindBin::RealBin/../..";
my $node = PostgreSQL::Test::Cluster->new('docs');
$node->init;
$node->start;

foreach my $page ("$top/README.md", glob("$top/docs/*.md"), glob("$top/docs/howto/*.md"))
{
	my $text = slurp_file($page);
	my ($name) = $page =~ m{((?:howto/)?[^/]+)\.md$};
	my $script = join("\n", $text =~ /^```sql\n(.*?)^```$/msg);
	next if $script eq '';

	# README creates the extension itself; the other pages take it as given.
	$script = "CREATE EXTENSION docnum;\n$script" unless $script =~ /CREATE EXTENSION/;
	$script =~ s/^-- gives (.*)$/\\echo gives $1/mg;

	my $database = lc("page_$name") =~ s/\W/_/gr;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	my ($out, $err);
	my $ret = $node->psql($database, $script, stdout => \$out, stderr => \$err,
		extra_params => ['-v', 'ON_ERROR_STOP=1']);
	is($ret, 0, "$name: the examples run") or diag($err);

	my $promises = 0;
	my @seen;
	foreach my $line (split /\n/, $out)
	{
		if ($line =~ /^gives (.*)$/)
		{
			my $promised = $1;
			$promises++;
			my @got = @seen;
			shift @seen while @seen && $seen[0] ne $promised;
			ok(defined shift @seen, "$name: gives $promised")
			  or diag("got: @got");
		}
		else
		{
			push @seen, $line;
		}
	}
	cmp_ok($promises, '>', 0, "$name: promises something");
	like($err, qr/checked \d+ numbers/, "$name: validates") if $script =~ /docnum_validate/;
}

$node->stop;
done_testing();
