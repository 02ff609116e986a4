# A backend needs no more memory after many calls than after few.
#
# One session makes calls of every kind; after a warm-up, what its memory
# contexts hold, and what the process holds of the system, stays the same.  So
# it does within one transaction, over failing calls, over many scopes (the cache
# of counters is bounded) and over changes of definitions and of privileges.  A
# call that works through many rows needs no more at any moment than one of few.
#
# DOCNUM_CALLS is how many calls are made in all, or more (200000).

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use Client;
use DocnumTest;

my $calls = $ENV{DOCNUM_CALLS} || 200_000;

# What may come or go between two looks: less than a byte per call, and the
# cache of counters where it is filled and emptied meanwhile.
my $context_limit = 16 * 1024;
my $counters_limit = 512 * 1024;
my $process_limit = 2 * 1024 * 1024;
my $peak_limit = 8 * 1024 * 1024;

my $node = docnum_node('memory');
my $client = Client->new($node);

# Allocated in all memory contexts; those of the query that asks are no part.
$client->do(q{
	CREATE FUNCTION held(of text DEFAULT '%') RETURNS bigint VOLATILE LANGUAGE sql AS $$
		SELECT coalesce(sum(used_bytes), 0)::bigint FROM pg_backend_memory_contexts
		WHERE name LIKE of
			AND name NOT IN ('ExecutorState', 'ExprContext', 'MessageContext', 'PortalContext')
	$$});
$client->do($_) foreach
  q[SELECT docnum_define('C', 'C-{SEQ:6}', max_value => 999999999)],
  q[SELECT docnum_define('S', 'S-{SEQ:6}', allocation => 'STRICT', max_value => 999999999)],
  q[SELECT docnum_define('P', '{PROJECT}-{YYYY}-{SEQ:6}', scope => 'PROJECT, YEARLY', max_value => 999999999)],
  q[SELECT docnum_define('FULL', 'F-{SEQ:1}', max_value => 1)],
  q[SELECT docnum_next('FULL')],
  'CREATE ROLE clerk',
  'CREATE ROLE chief SUPERUSER';

# Bytes that the process has for itself, where the system tells.
sub process_bytes
{
	my $status = '/proc/' . $client->pid . '/status';

	return 0 unless -r $status;
	my ($kilobytes) = slurp_file($status) =~ /^RssAnon:\s+(\d+) kB/m;
	return 1024 * ($kilobytes // 0);
}

# is_flat(WHAT, CALLS, RUN, [LIMIT]): RUN makes as many calls as it is told.
sub is_flat
{
	my ($what, $count, $run, $limit) = (@_, $context_limit);

	$run->(int($count / 10) + 1);
	$run->(10);
	my ($held, $process) = ($client->value('SELECT held()'), process_bytes());
	$run->($count);
	$run->(10);
	my $more = $client->value('SELECT held()') - $held;
	my $process_more = process_bytes() - $process;

	cmp_ok($more, '<', $limit, "$what: memory contexts hold no more after $count calls")
	  or diag(join "\n", map { join ' ', @$_ } $client->rows(
			'SELECT name, ident, used_bytes FROM pg_backend_memory_contexts ORDER BY 3 DESC LIMIT 10'));
	cmp_ok($process_more, '<', $process_limit, "$what: the process has no more");
	note "$what: $more and $process_more bytes more";
	return;
}

# loop(STATEMENTS, [DECLARATIONS]): runs them as often as it is told, in
# transactions of a hundred rounds.
my $procedures = 0;
sub loop
{
	my ($statements, $declarations) = (@_, '');
	my $name = 'loop_' . ++$procedures;

	$client->do("CREATE PROCEDURE $name(n int) LANGUAGE plpgsql AS \$\$
		DECLARE $declarations
		BEGIN
			FOR i IN 1 .. n LOOP
				$statements
				IF i % 100 = 0 THEN COMMIT; END IF;
			END LOOP;
		END \$\$");
	return sub { $client->do("CALL $name($_[0])") };
}

my $share = int($calls / 4);
my $token = 'token uuid; number text;';
my $reserve = sub { "SELECT r.token, r.document_number INTO token, number FROM docnum_reserve('$_[0]') r;" };

is_flat('docnum_next', $share, loop(q[PERFORM docnum_next('C');]));
is_flat('docnum_next, STRICT', $share, loop(q[PERFORM docnum_next('S');]));
is_flat('docnum_next with metadata', int($share / 2), loop(q[PERFORM docnum_next('C', metadata => '{"subject": "x"}');]));
is_flat('docnum_preview', $share, loop(q[PERFORM docnum_preview('C');]));
is_flat('reserve and confirm', int($share / 2),
	loop($reserve->('C') . 'PERFORM docnum_confirm(token);', $token));
is_flat('reserve and cancel, STRICT', int($share / 4),
	loop($reserve->('S') . 'PERFORM docnum_extend(token); PERFORM docnum_cancel(token);', $token));
is_flat('expire', int($share / 40), loop('PERFORM docnum_expire();'));
is_flat('looking', int($share / 1000),
	loop(q[PERFORM count(*) FROM docnum_status(); PERFORM count(*) FROM docnum_history('C-000001');
		PERFORM * FROM docnum_reservation('00000000-0000-0000-0000-000000000000');]));

# Failures within a transaction, and numbers that are rolled back with them.
is_flat('calls that fail', $share, loop(q[
	BEGIN
		CASE i % 8
			WHEN 0 THEN PERFORM docnum_next('unknown');
			WHEN 1 THEN PERFORM docnum_next('FULL');
			WHEN 2 THEN PERFORM docnum_next('P');
			WHEN 3 THEN PERFORM docnum_next('P', repeat('x', 51));
			WHEN 4 THEN PERFORM docnum_next('P', '{"PROJECT": ');
			WHEN 5 THEN PERFORM docnum_confirm('00000000-0000-0000-0000-000000000000');
			WHEN 6 THEN PERFORM docnum_next('C'), docnum_next('S'), 1 / (i - i);
			WHEN 7 THEN PERFORM docnum_reserve('S', ttl => '-1 second');
		END CASE;
		RAISE 'did not fail';
	EXCEPTION
		WHEN raise_exception THEN RAISE;
		WHEN OTHERS THEN NULL;
	END;]));

# As drivers call: a message each, a transaction each, failing and not.
is_flat('calls by message', int($share / 10), sub {
	foreach (1 .. $_[0])
	{
		if    ($_ % 4 == 0) { $client->attempt(q[SELECT docnum_next('unknown')]) }
		elsif ($_ % 4 == 1) { $client->attempt(q[SELECT docnum_next($1), 1 / ($2::int - 1)], 'S', 1) }
		else                { $client->do('SELECT docnum_next($1)', $_ % 4 == 2 ? 'C' : 'S') }
	}
});

# Within one statement.
my @within = $client->rows(q{
	SELECT i, held() FROM (SELECT i, docnum_next('C'), docnum_next('S'), docnum_preview('C'), docnum_next('P', 'X')
		FROM generate_series(1, $1::int) i OFFSET 0) n
	WHERE i % ($1::int / 10) = 0}, int($share / 4));
is(scalar @within, 10, 'ten looks within one statement');
cmp_ok($within[9][1] - $within[0][1], '<', $context_limit, 'one statement: the transaction holds no more')
  or diag(join ', ', map { "@$_" } @within);

# Many scopes: what is remembered of them is bounded.
is_flat('many scopes', int($share / 2), loop(q[PERFORM docnum_next('P', (i % 3000)::text);]),
	$counters_limit);
my $counters = $client->value(q[SELECT held('docnum counters')]);
cmp_ok($counters, '>', 0, 'counters are remembered');
cmp_ok($counters, '<', $counters_limit, '... within bounds');
is_flat('many scopes looked at', int($share / 2), loop(q[PERFORM docnum_preview('P', 'p' || i);]),
	$counters_limit);
cmp_ok($client->value(q[SELECT held('docnum counters')]), '<', $counters_limit, '... within bounds again');

# Definitions that change, by definition and by what makes every backend read
# them again; types that come and go; privileges.
my $before = $client->value(q[SELECT held('docnum document types')]);
is_flat('definitions read again', int($share / 40),
	sub { foreach (1 .. $_[0]) { $client->do('ANALYZE docnum.document_type'); $client->do(q[SELECT docnum_next('C'), docnum_next('P', 'X')]) } });
is_flat('definitions that change', int($share / 50),
	loop(q[PERFORM docnum_define('C', max_value => 999999999 - i % 2); PERFORM docnum_next('C');]));
is_flat('types that come and go', int($share / 1000),
	loop(q[PERFORM docnum_define('T' || i, '{TYPE}-{SEQ:1}'); PERFORM docnum_preview('T' || i);
		PERFORM docnum_drop('T' || i);]), $counters_limit);
cmp_ok($client->value(q[SELECT held('docnum document types')]), '<=', $before + 64 * 1024, 'no definition is kept twice');
is_flat('privileges that change', int($share / 40), loop(q[
	PERFORM docnum_grant('clerk', 'use', 'C');
	SET ROLE clerk;
	PERFORM docnum_next('C');
	SET ROLE chief;
	PERFORM docnum_revoke('clerk', 'use', 'C');
	RESET ROLE;]));

# peak_is_flat(WHAT, SMALL, LARGE): queries of a session of its own, since what a
# process has held once is never forgotten.
sub peak_is_flat
{
	my ($what, $small, $large) = @_;
	my $fresh = Client->new($node);
	my $peak = sub {
		my $status = '/proc/' . $fresh->pid . '/status';
		return 0 unless -r $status;
		my ($kilobytes) = slurp_file($status) =~ /^VmPeak:\s+(\d+) kB/m;
		return 1024 * ($kilobytes // 0);
	};

	$fresh->do($_) foreach @$small;
	my $before = $peak->();
	$fresh->do($_) foreach @$large;
	cmp_ok($peak->() - $before, '<', $peak_limit, "$what: the process never had more");
	$fresh->quit;
	return;
}

my $overdue = q[SELECT count(r) FROM generate_series(1, %s) i,
	docnum_reserve('C', metadata => jsonb_build_object('i', i), ttl => '1 microsecond') r];
my $rows = int($calls / 40);
$client->do(sprintf $overdue, 10);
peak_is_flat("$rows reservations that expire",
	[ 'SELECT docnum_expire()' ], [ sprintf($overdue, $rows), 'SELECT docnum_expire()' ]);
is($client->value(q[SELECT count(*) FROM docnum.number WHERE state = 'expired']), $rows + 10, '... expired');

# Values that one transaction gives back, each between two that stay: so many
# ranges.
my $holes = 3000;
my $other = Client->new($node);
$client->do(q[SELECT docnum_define('H', 'H-{SEQ:6}')]);
$client->do('BEGIN');
foreach (1 .. $holes)
{
	$_->do(q[SELECT docnum_next('H')]) foreach $client, $other;
}
$client->do('ROLLBACK');
$other->quit;
peak_is_flat("a type with $holes free values that becomes STRICT",
	[ q[SELECT docnum_define('H', max_value => 9999999)] ],
	[ q[SELECT docnum_define('H', allocation => 'STRICT')] ]);
is($client->value(q[SELECT count(*) FROM docnum.range WHERE cause = 'skipped']), $holes, '... each recorded');

is_sound($node, 'memory');
$client->quit;
$node->stop;
done_testing();
