
# Definitions and grants in the caches of many sessions.
#
# What one session changes counts in its own transaction at once, for every
# other session at its first statement after the commit, whatever it has cached
# and whatever its isolation level; what is rolled back was never there.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use Test::More;

use DocnumTest;

my $node = docnum_node('cache');
my $admin = Client->new($node);
$admin->do($_) foreach
  'CREATE ROLE clerk LOGIN', 'CREATE ROLE office',
  q[SELECT docnum_define('C', 'C-{SEQ:2}')],
  q[SELECT docnum_define('O', 'O-{SEQ:2}')],
  q[SELECT docnum_grant('clerk', 'use', 'C')],
  q[SELECT docnum_grant('clerk', 'use', 'O')];
my @all = map { Client->new($node, user => 'clerk') } 1 .. 12;

# What each of the sessions gets next: the format, or the error.
sub met_by_all
{
	my ($expected, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my @met = map {
		my $answer = $_->query(q[SELECT regexp_replace(docnum_next('C'), '\d+$', '#')]);
		$answer->{error} ? $answer->{error}{code} : $answer->{rows}[0][0];
	} @all;
	is_deeply(\@met, [ ($expected) x @all ], "$what: every session meets $expected");
	return;
}

met_by_all('C-#', 'at the beginning');

# Definitions: by function, by the owner's UPDATE, in transactions.
my $format = 'F';
my %change = (
	'docnum_define' => q[SELECT docnum_define('C', '%s-{SEQ:2}', format_change => 'continue')],
	'docnum_define, restart' => q[SELECT docnum_define('C', '%s-{SEQ:2}', format_change => 'restart')],
	'DO' => q[DO $$ BEGIN PERFORM docnum_define('C', '%s-{SEQ:2}', format_change => 'continue'); END $$]);
foreach my $how (sort keys %change)
{
	my $before = $format eq 'F' ? 'C-#' : chr(ord($format) - 1) . '-#';
	my $statement = sprintf $change{$how}, $format;

	foreach my $undo ('ROLLBACK', 'ROLLBACK TO a')
	{
		$admin->do($_) foreach 'BEGIN', 'SAVEPOINT a', $statement;
		like($admin->value(q[SELECT docnum_next('C')]), qr/^$format-/, "$how: counts in its own transaction");
		$admin->do($undo);
		like($admin->value(q[SELECT docnum_next('C')]) =~ s/\d+$/#/r, qr/^$before$/, "$how, $undo: not any more");
		$admin->do('COMMIT') if $undo ne 'ROLLBACK';
		met_by_all($before, "$how, $undo");
	}
	$admin->do($_) foreach 'BEGIN', $statement, 'COMMIT';
	met_by_all("$format-#", $how);
	$format++;
}
# Others see the old definition while the new one is open: where it does not
# wait for them, nor they for it.
$admin->do($_) foreach 'BEGIN', q[UPDATE docnum.document_type SET max_value = 5 WHERE document_type = 'O'];
is($admin->value(q[SELECT max_value FROM docnum.document_type WHERE document_type = 'O']), '5', 'changed by UPDATE');
is_deeply([ map { $_->attempt(q[SELECT docnum_preview('O')]) } @all ], [ ('') x @all ], 'open: the others go on');
$admin->do('COMMIT');
is($all[ $_ % 12 ]->attempt(q[SELECT docnum_next('O')]), $_ <= 5 ? '' : 'NB002', "committed: call $_ knows it") foreach 1 .. 7;

# A snapshot does not hold a definition back.
foreach my $client (@all[ 0 .. 2 ])
{
	$client->do($_) foreach 'BEGIN ISOLATION LEVEL SERIALIZABLE', 'SELECT count(*) FROM docnum.document_type';
}
$admin->do(q[SELECT docnum_define('C', 'snapshot-{SEQ:2}', format_change => 'continue')]);
met_by_all('snapshot-#', 'snapshots older than the change');
$_->do('COMMIT') foreach @all[ 0 .. 2 ];

# Grants: revoked, granted again, in transactions.
$admin->do($_) foreach 'BEGIN', q[SELECT docnum_revoke('clerk', 'use', 'C')], 'ROLLBACK';
met_by_all('snapshot-#', 'revoke rolled back');
$admin->do($_) foreach 'BEGIN', q[SELECT docnum_revoke('clerk', 'use', 'C')];
met_by_all('snapshot-#', 'revoke open');
$admin->do('COMMIT');
met_by_all('42501', 'revoked');
$admin->do($_) foreach 'BEGIN', q[SELECT docnum_grant('clerk', 'use')], 'ROLLBACK';
met_by_all('42501', 'grant rolled back');
$admin->do(q[SELECT docnum_grant('clerk', 'use')]);
met_by_all('snapshot-#', 'granted on all types');
$admin->do(q[SELECT docnum_revoke('clerk', 'use')]);
met_by_all('42501', 'revoked on all types');

# Memberships and attributes of roles, which docnum does not keep itself.
$admin->do(q[SELECT docnum_grant('office', 'use', 'C')]);
met_by_all('42501', 'granted to another role');
$admin->do('GRANT office TO clerk');
met_by_all('snapshot-#', 'a member of it');
$admin->do('ALTER ROLE office RENAME TO bureau');
met_by_all('snapshot-#', 'renamed');
$admin->do('CREATE ROLE office');
$admin->do('REVOKE bureau FROM clerk');
$admin->do('GRANT office TO clerk');
met_by_all('42501', 'a member of a new role of the old name');
$admin->do('GRANT bureau TO clerk');
met_by_all('snapshot-#', 'a member again');
$admin->do('DROP ROLE bureau');
met_by_all('42501', 'the role is dropped');
$admin->do('ALTER ROLE clerk SUPERUSER');
met_by_all('snapshot-#', 'superuser');
$admin->do('ALTER ROLE clerk NOSUPERUSER');
met_by_all('42501', 'not superuser');
is($admin->value(q[SELECT docnum_revoke('office', 'use', 'C')]), 't',
	'the grant of a role that is gone is revoked by its name');

# A type that is dropped and made anew, with another first number.
$admin->do(q[SELECT docnum_grant('clerk', 'use')]);
$admin->do(q[SELECT docnum_define('D', 'D-{SEQ:2}')]);
$_->do(q[SELECT docnum_preview('D')]) foreach @all;
$admin->do(q[SELECT docnum_drop('D')]);
is_deeply([ map { $_->attempt(q[SELECT docnum_next('D')]) } @all ], [ ('NB001') x @all ], 'dropped: every session knows');
$admin->do(q[SELECT docnum_define('D', 'D-{SEQ:2}', start_value => 40)]);
is_deeply([ map { $_->value(q[SELECT docnum_next('D')]) } @all ], [ map { "D-$_" } 40 .. 51 ],
	'made anew: with its own first number');

is_sound($node, 'at the end');
$node->stop;
done_testing();
