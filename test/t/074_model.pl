# docnum does what its documents say: random operations of several sessions,
# compared with a reference model after each (test/model).  A difference is shown
# as a short script that leads to it.
#
# DOCNUM_MODEL_OPERATIONS makes the runs longer, DOCNUM_MODEL_SEEDS makes them
# others ("3 17 99").

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl", "$FindBin::RealBin/../model";
use DocnumTest;
use ModelReport;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $operations = $ENV{DOCNUM_MODEL_OPERATIONS} // 2000;
my @seeds = split ' ', $ENV{DOCNUM_MODEL_SEEDS} // '1 2';

# Enough to see what it is about; a longer search for a shorter script is not a test's.
$ENV{DOCNUM_MODEL_SHORTEN} //= 10;

my $node = PostgreSQL::Test::Cluster->new('model');
$node->init;
$node->append_conf('postgresql.conf', join "\n", 'log_statement = none', 'autovacuum = off',
	'restart_after_crash = on', 'max_prepared_transactions = 20', '');
$node->start;
foreach my $seed (@seeds)
{
	my $report = ModelReport::random($node, $seed, $operations);

	ok($report->{agrees}, "seed $seed: the server and the model agree");
	if (!$report->{agrees})
	{
		diag($report->{text});
		last;
	}
	note $report->{text};

	# A run that proves little is not green.
	my $figures = $report->{figures};
	cmp_ok(ModelReport::rolled_back($figures), '>=', 20, "seed $seed: enough was rolled back");
	is(join(' ', ModelReport::never_done($figures)), '', "seed $seed: every operation was done");
}
$node->stop;
done_testing();
