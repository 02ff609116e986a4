
# No serialization failure at any isolation level.
#
# 16 clients take numbers, and reserve and confirm, at REPEATABLE READ and at
# SERIALIZABLE, in both allocations, in scopes that all use and in scopes that
# somebody uses first: not one transaction fails.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use Test::More;

use DocnumTest;

my $clients = 16;
my $each = 150;
my $node = docnum_node('isolation_levels');
$node->safe_psql('postgres', q[
	SELECT docnum_define('C', 'C-{SEQ:5}'), docnum_define('S', 'S-{SEQ:5}', allocation => 'STRICT'),
		docnum_define('CP', 'C-{PROJECT}-{SEQ:3}', 'PROJECT'),
		docnum_define('SP', 'S-{PROJECT}-{SEQ:3}', 'PROJECT', 'STRICT');
	CREATE TABLE document (number text PRIMARY KEY, client int,
		level text DEFAULT current_setting('transaction_isolation'));
	CREATE SEQUENCE project;
]);

my %scripts = (
	'concurrent@4' => q[
		BEGIN;
		INSERT INTO document VALUES (docnum_next('C'), :client_id);
		END;],
	'strict@2' => q[
		BEGIN;
		INSERT INTO document VALUES (docnum_next('S'), :client_id);
		END;],
	# The reservation is newer than the snapshot that confirms it.
	'two_phase@3' => q[
		SELECT token FROM docnum_reserve('C') \gset
		BEGIN;
		INSERT INTO document VALUES (docnum_confirm(:token), :client_id);
		END;],
	'two_phase_strict@1' => q[
		BEGIN;
		SELECT token FROM docnum_reserve('S') \gset
		INSERT INTO document VALUES (docnum_confirm(:token), :client_id);
		END;],
	'cancel@1' => q[
		SELECT token FROM docnum_reserve('C') \gset
		SELECT docnum_cancel(:token, 'not needed');],
	'rollback@2' => q[
		BEGIN;
		INSERT INTO document VALUES (docnum_next('C'), :client_id);
		ROLLBACK;],
	# A scope that several clients use first, at about the same time.
	'first_use@3' => q[
		BEGIN;
		SELECT 'P' || nextval('project') / 8 AS project \gset
		SELECT docnum_next('CP', :project);
		SELECT docnum_next('SP', :project);
		END;]);

foreach my $level ('repeatable read', 'serializable')
{
	my $load = start_load($node, "-c $clients -j 2 -t $each", \%scripts,
		'-c default_transaction_isolation=' . ($level =~ s/ /\\ /r) . ' -c docnum.lock_timeout=60s');
	my ($status, $done, $failed, $complaints) = finish_load($load);
	is($status, 0, "$level: no client gives up") or diag($complaints);
	is($done, $clients * $each, "$level: every transaction is done");
	is($failed, 0, "$level: none failed");
	is($node->safe_psql('postgres', 'SELECT DISTINCT level FROM document'), $level, "$level it was");
	$node->safe_psql('postgres', 'TRUNCATE document');
	is_sound($node, $level);
	is_gapless($node, $_, $level) foreach 'S', 'SP';
}
cmp_ok($node->safe_psql('postgres', q[SELECT count(*) FROM docnum.counter WHERE document_type = 'CP']), '>', 20,
	'scopes were used first');

$node->stop;
done_testing();
