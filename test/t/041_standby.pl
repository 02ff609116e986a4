
# A standby tells and does not give; promoted, it goes on where the primary was.
#
# What looks works on a standby, what writes is refused with 25006.  A primary
# that is lost takes its open transactions with it: the promoted standby gives
# their numbers again, and no number twice; a prepared transaction it keeps.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use DocnumTest;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', "log_statement = none\nmax_connections = 30\nmax_prepared_transactions = 5\n");
$primary->start;
my $app = Client->new($primary);
$app->do($_) foreach 'CREATE EXTENSION docnum', 'CREATE ROLE office LOGIN',
  q[SELECT docnum_define('C', 'C-{SEQ:3}')],
  q[SELECT docnum_define('S', 'S-{SEQ:3}', allocation => 'STRICT')],
  q[SELECT docnum_define('T', 'T-{SEQ:3}', allocation => 'STRICT')],
  q[SELECT docnum_grant('office', 'use')],
  q[SELECT docnum_next('C'), docnum_next('S'), docnum_next('T') FROM generate_series(1, 10)];
my ($kept, $cancelled) = map { $app->value(q[SELECT token FROM docnum_reserve('C')]) } 1 .. 2;
$app->do('SELECT docnum_cancel($1)', $cancelled);

$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);

# ---- a standby ------------------------------------------------------------------

my $reader = Client->new($standby);
foreach my $query (
	q[SELECT docnum_preview('C'), docnum_preview('S')],
	'SELECT * FROM docnum_status()',
	q[SELECT * FROM docnum_history('C-005')],
	'SELECT * FROM docnum_validate()',
	'SELECT * FROM docnum_privileges()',
	"SELECT document_number, state, expires_at FROM docnum_reservation('$kept')",
	'SELECT * FROM docnum.sequence',
	'SELECT * FROM docnum.number ORDER BY document_number')
{
	is_deeply([ $reader->rows($query) ], [ $app->rows($query) ], "the same on both: $query");
}
foreach my $call (
	q[docnum_next('C')], q[docnum_next('S')], q[docnum_reserve('C')], "docnum_confirm('$kept')",
	"docnum_cancel('$kept')", "docnum_extend('$kept')", 'docnum_expire()',
	q[docnum_define('N', 'N-{SEQ:2}')], q[docnum_define('C', max_value => 5000)], q[docnum_drop('C')],
	q[docnum_grant('office', 'audit')], q[docnum_revoke('office', 'use')])
{
	is($reader->attempt("SELECT $call"), '25006', "refused on a standby: $call");
}
my $office = Client->new($standby, user => 'office');
is($office->value(q[SELECT docnum_preview('C')]), 'C-013', 'grants hold on a standby');
is($office->attempt(q[SELECT docnum_next('C')]), '25006', 'and change nothing there');

# Definitions and grants that change on the primary are known at once, in
# sessions that had them cached.
$app->do(q[SELECT docnum_define('C', 'C-{SEQ:4}', format_change => 'continue')]);
$app->do(q[SELECT docnum_revoke('office', 'use')]);
$primary->wait_for_catchup($standby);
is($reader->value(q[SELECT docnum_preview('C')]), 'C-0013', 'a new definition is known');
is($office->attempt(q[SELECT docnum_preview('C')]), '42501', 'and so is a revoke');

# ---- promoted -------------------------------------------------------------------

# Open when the primary is lost: two numbers in each allocation, below
# committed ones in CONCURRENT; a confirm; and a prepared transaction.
my @open = map { Client->new($primary) } 1 .. 3;
$open[0]->do($_) foreach 'BEGIN', q[SELECT docnum_next('C'), docnum_next('S') FROM generate_series(1, 2)];
$open[1]->do($_) foreach 'BEGIN', "SELECT docnum_confirm('$kept')";
$open[2]->do($_) foreach 'BEGIN', q[SELECT docnum_next('T')], q[SELECT docnum_next('C')], q[PREPARE TRANSACTION 'kept'];
is($app->value(q[SELECT docnum_next('C')]), 'C-0016', 'a number above the open ones');
$primary->wait_for_catchup($standby);
is($reader->value(q[SELECT docnum_preview('C')]), 'C-0017', 'a standby sees what open transactions took');
my %told = map { $_ => 1 } $app->column('SELECT document_number FROM docnum.number');

$primary->stop('immediate');
$standby->promote;

# The sessions of the standby go on, and new ones come.
is($reader->value(q[SELECT docnum_next('S')]), 'S-011', 'STRICT gives again what was open');
is($reader->attempt(q[SET docnum.lock_timeout = 50]), '', 'a short wait');
is($reader->attempt(q[SELECT docnum_next('T')]), 'NB003', 'a prepared transaction holds its scope');
like($reader->error->{detail}, qr/prepared transaction "kept"/, 'and is named');
my $writer = Client->new($standby);
my @next = map { $_->value(q[SELECT docnum_next('C')]) } $writer, $reader, $writer;
is_deeply([ sort @next ], [ 'C-0013', 'C-0014', 'C-0017' ], 'CONCURRENT gives again what was open, then goes on');
is_deeply([ grep { $told{$_} } @next ], [], 'and nothing twice');
is($writer->value('SELECT docnum_confirm($1)', $kept), 'C-011', 'a reservation outlives the confirm that was lost');
$writer->do(q[COMMIT PREPARED 'kept']);
is($writer->value(q[SELECT docnum_next('T')]), 'T-012', 'the scope goes on after the prepared transaction');
is_gapless($standby, $_, 'promoted') foreach 'C', 'S', 'T';
is_sound($standby, 'promoted');
indexes_are_sound($standby, 'promoted');

$standby->stop;
done_testing();
