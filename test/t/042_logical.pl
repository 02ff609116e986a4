
# Logical replication of docnum's tables, and a cutover to the subscriber.
#
# The publication has all tables of the schema but docnum.installation.  Rows and
# states arrive as they are and are not logged anew, roles are found by name,
# and the guards of the tables let the apply worker pass and nobody else.  A row
# that did not stay, because its text was taken, is never sent.  After
# the cutover, which moves the log's sequence as it moves any other, the
# subscriber gives the next numbers.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

use DocnumTest;

sub node
{
	my $node = PostgreSQL::Test::Cluster->new(shift);
	$node->init(allows_streaming => 'logical');
	$node->append_conf('postgresql.conf', "log_statement = none\nmax_connections = 30\n");
	$node->start;
	return $node;
}
my $publisher = node('publisher');
my $subscriber = node('subscriber');
my $here = Client->new($publisher);
my $there = Client->new($subscriber);

$here->do($_) foreach
  'CREATE ROLE clerk LOGIN', 'CREATE ROLE office LOGIN', 'CREATE EXTENSION docnum',
  q[SELECT docnum_define('C', 'C-{SEQ:3}')],
  q[SELECT docnum_define('S', 'S-{PROJECT}-{SEQ:3}', 'PROJECT', 'STRICT')],
  q[SELECT docnum_grant('office', 'use')],
  q[SELECT docnum_next('C') FROM generate_series(1, 10)],
  # Texts that are taken leave ranges.
  q[SELECT docnum_define('D', 'C-{SEQ:3}', start_value => 10)],
  q[SELECT docnum_next('D')], q[SELECT docnum_define('D', 'D-{SEQ:3}', format_change => 'continue')];
# Roles of the same names have other oids there.
$there->do($_) foreach
  'CREATE ROLE other', 'CREATE ROLE office LOGIN', 'CREATE ROLE clerk LOGIN', 'CREATE EXTENSION docnum';
my $office = Client->new($publisher, user => 'office');
my @token = map { $office->value(q[SELECT token FROM docnum_reserve('C')]) } 1 .. 5;

my @tables = qw(document_type counter number range reservation privilege audit_log);
$here->do('CREATE PUBLICATION docnum FOR TABLE ' . join(', ', map { "docnum.$_" } @tables));
$there->do(q[CREATE SUBSCRIPTION docnum CONNECTION '] . $publisher->connstr . q[ dbname=postgres' PUBLICATION docnum]);
$subscriber->wait_for_subscription_sync($publisher, 'docnum');

# Row for row, with roles by name.
sub same_on_both
{
	my $what = shift;
	foreach my $table (@tables)
	{
		my ($sent, $arrived) = map {
			[ $_->column(qq[
				SELECT (to_jsonb(t) - 'role_oid') || CASE WHEN to_jsonb(t) ? 'role_oid' THEN jsonb_build_object('role',
					(SELECT rolname FROM pg_roles WHERE oid = (to_jsonb(t) ->> 'role_oid')::oid)) ELSE '{}' END
				FROM docnum.$table t ORDER BY (to_jsonb(t) - 'role_oid')::text]) ]
		} $here, $there;
		is_deeply($arrived, $sent, "$what: $table");
	}
	my ($sent, $arrived) =
	  map { Client->new($_)->value(q[SELECT docnum_preview('C') || ' ' || docnum_preview('S', 'A')]) } $publisher, $subscriber;
	is($arrived, $sent, "$what: the next numbers");
	return;
}

# Until all that was committed has arrived; an apply worker that failed would
# fail for ever.
sub wait_until_arrived
{
	my $lsn = $publisher->lsn('write');
	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		return if ($here->value('SELECT replay_lsn >= $1::pg_lsn FROM pg_stat_replication', $lsn) // '') eq 't';
		die 'the apply worker fails'
		  if $there->value('SELECT apply_error_count FROM pg_stat_subscription_stats') > 0;
		usleep(100_000);
	}
	die 'replication does not catch up';
}
same_on_both('copied');
is($there->value('SELECT count(*) FROM docnum.range'), '2', 'copied: with ranges');

# Every step in a number's life, and every table; sessions there have their
# caches warm.
my $office_there = Client->new($subscriber, user => 'office');
my $clerk_there = Client->new($subscriber, user => 'clerk');
is($office_there->value(q[SELECT docnum_preview('C')]), 'C-017', 'the role of that name may');
is($clerk_there->attempt(q[SELECT docnum_preview('C')]), '42501', 'another may not');
$office->do('SELECT docnum_confirm($1)', $token[0]);
$office->do('SELECT docnum_cancel($1, $2)', $token[1], 'a mistake');
$office->do('SELECT docnum_extend($1, $2)', $token[2], '1 hour');
$office->do(q[SELECT docnum_reserve('C', ttl => '1 microsecond')]);
$office->do('SELECT docnum_expire()');
$office->do('SELECT docnum_confirm(token) FROM docnum_reserve($1, $2)', 'S', 'A');
$here->do($_) foreach
  q[SELECT docnum_next('S', p) FROM unnest('{A,B}'::text[]) p, generate_series(1, 5)],
  'BEGIN', q[SELECT docnum_next('C'), docnum_next('S', 'A')], 'ROLLBACK',
  q[SELECT docnum_define('C', 'C-{SEQ:4}', format_change => 'continue')],
  q[SELECT docnum_next('C')],
  q[SELECT docnum_define('E', 'E-{SEQ:2}')], q[SELECT docnum_drop('E')],
  q[UPDATE docnum.document_type SET metadata = '{"x": 1}' WHERE document_type = 'S'],
  q[SELECT docnum_grant('clerk', 'use', 'C')], q[SELECT docnum_revoke('office', 'use')],
  q[SELECT docnum_grant('office', 'use')];
my $open = Client->new($publisher);
$open->do($_) foreach 'BEGIN', q[SELECT docnum_next('C'), docnum_next('S', 'B')];
$here->do(q[SELECT docnum_next('C')]);
wait_until_arrived();
is($clerk_there->value(q[SELECT docnum_preview('C')]), 'C-0019', 'definition and grant are known at once');

# An open transaction's numbers are nowhere but on the publisher.
$open->do('ROLLBACK');
same_on_both('streamed');

# Texts that are taken: for good, by an open transaction, in this transaction,
# and by a type of the other uniqueness; a number of more than a page.
my $long = '{"x": "' . join('', map { chr(33 + ($_ * 7919) % 89) =~ s/[\\"]/_/r } 1 .. 20_000) . '"}';
$here->do($_) foreach
  q[SELECT docnum_define('F', 'S-A-{SEQ:3}')], q[SELECT docnum_next('F')],
  q[SELECT docnum_define('O', 'C-{SEQ:4}')], q[SELECT docnum_define('P', 'C-{SEQ:4}')];
is($here->value(q[SELECT docnum_next('F')]), 'S-A-008', 'texts were taken');
$open->do($_) foreach 'BEGIN', q[SELECT docnum_next('O')];
is($here->value(q[SELECT docnum_next('P', metadata => $1)], $long), 'C-0002', 'a text was another transaction\'s');
$open->do($_) foreach q[SELECT docnum_next('P')], q[SELECT docnum_next('O')], 'COMMIT';
is($here->value('SELECT count(*) FROM docnum.range'), '5', 'what was taken is recorded');
$here->do($_) foreach
  q[SELECT docnum_define('U', 'C-{SEQ:4}', uniqueness => 'SCOPE')], q[SELECT docnum_next('U') FROM generate_series(1, 3)];

# Two write the row of one counter; later one copy is removed.
my @both = map { Client->new($publisher) } 1, 2;
$here->do(q[SELECT docnum_define('B', 'B-{SEQ:3}')]);
$_->do('BEGIN') foreach @both;
$_->do(q[SELECT docnum_next('B')]) foreach @both;
$_->do('COMMIT') foreach reverse @both;
wait_until_arrived();
same_on_both('taken texts and copies');
is($there->value(q[SELECT count(*) FROM docnum.counter WHERE document_type = 'B']), '2', 'two copies of a row');
Client->new($publisher)->do(q[SELECT docnum_next('B')]);
$here->do(q[SELECT docnum_revoke('clerk', 'use', 'C')]);
wait_until_arrived();
is($there->value(q[SELECT count(*) FROM docnum.counter WHERE document_type = 'B']), '1', 'one is removed there too');
is($clerk_there->attempt(q[SELECT docnum_preview('C')]), '42501', 'a revoke arrives');
$here->do(q[SELECT docnum_grant('clerk', 'use', 'C')]);
wait_until_arrived();
same_on_both('revoked and removed');

# By hand: ranges come, are cut, and go; the subscriber stands where we do.
my $before = $here->value('SELECT count(*) FROM docnum.range');
$here->do($_) foreach
  q[SELECT docnum_define('H', 'H-{YYYY}-{SEQ:3}', 'YEARLY', allow_manual_override => true)],
  q[SELECT docnum_override('H', 'H-2024-009', 'x')], q[SELECT docnum_override('H', 'H-2024-004', 'x')],
  q[SELECT docnum_override('H', 'H 1', 'x', true)],
  q[SELECT docnum_skip('H', 5, 6, 'x', document_date => '2024-01-01')],
  q[SELECT docnum_set('H', 50, 'x', document_date => '2024-01-01')],
  q[SELECT docnum_set('H', 20, 'x', document_date => '2024-01-01')],
  q[SELECT docnum_void('H-2024-009', 'x')], q[SELECT docnum_replace('H-2024-004', 'x', document_date => '2024-01-01')],
  q[SELECT docnum_close('H', 'x', document_date => '2024-01-01')],
  q[SELECT docnum_reopen('H', 'x', document_date => '2024-01-01')],
  q[SELECT docnum_override('H', 'H-2023-003', 'x')], q[SELECT docnum_close('H', 'x', document_date => '2023-01-01')];
wait_until_arrived();
same_on_both('by hand');
is($there->value('SELECT count(*) FROM docnum.range') - $before, '6', 'by hand: ranges arrive');
is($there->value(q[SELECT docnum_preview('H', document_date => '2024-01-01')]), 'H-2024-022', 'by hand: the next number');
is($there->attempt(q[SELECT docnum_preview('H', document_date => '2023-01-01')]), 'NB010', 'by hand: a closed year');

# The guards: nobody but the apply worker.
foreach my $client ($here, $there)
{
	my $where = $client == $here ? 'publisher' : 'subscriber';
	foreach my $role ('origin', 'replica')
	{
		$client->do("SET session_replication_role = $role");
		is($client->attempt($_), 'NB014', "$where as $role: $_") foreach
		  'UPDATE docnum.number SET document_number = document_number', 'DELETE FROM docnum.reservation',
		  'TRUNCATE docnum.number';
	}
	$client->do('RESET session_replication_role');
}

# ---- cutover --------------------------------------------------------------------

my %told = map { $_ => 1 } $here->column('SELECT document_number FROM docnum.number');
$there->do($_) foreach
  'ALTER SUBSCRIPTION docnum DISABLE', 'ALTER SUBSCRIPTION docnum SET (slot_name = NONE)', 'DROP SUBSCRIPTION docnum';
$publisher->stop;
$there->do(q[SELECT setval('docnum.audit_log_id_seq', (SELECT max(id) FROM docnum.audit_log))]);

is($office_there->value('SELECT docnum_confirm($1)', $token[2]), 'C-014',
	'a reservation is confirmed by the role of that name');
is($clerk_there->attempt('SELECT docnum_confirm($1)', $token[3]), '42501', 'and by no other');
my @next = map { $office_there->value(q[SELECT docnum_next('C')]) } 1 .. 2;
push @next, $office_there->value(q[SELECT docnum_next('S', 'A')]), $there->value(q[SELECT docnum_next('S', 'new')]);
push @next, $there->value(q[SELECT docnum_next('H', document_date => '2024-01-01')]);
is($there->attempt(q[SELECT docnum_override('H', 'H-2024-005', 'x')]), 'NB005', 'what was skipped stays so');
is($there->value(q[SELECT docnum_override('H', 'H-2024-007', 'x')]), 'H-2024-007', 'what was jumped over can be claimed');
is("@next", 'C-0019 C-0021 S-A-009 S-new-001 H-2024-022', 'the next numbers');
is_deeply([ grep { $told{$_} } @next ], [], 'and none twice');
is(join(' ', $there->column(q[SELECT operation FROM docnum_history('C-014')])), 'RESERVE EXTEND CONFIRM',
	'history is in order');
is($there->attempt(q[INSERT INTO docnum.range VALUES (1, 1, 1, 'skipped', 'forged', now())]), 'NB014',
	'no forged row after the first write');
is_sound($subscriber, 'cutover');
is_gapless($subscriber, $_, 'cutover') foreach 'C', 'S';

$subscriber->stop;
done_testing();
