
# Dump and restore: the same tables, the same next numbers, not one row more.
#
# A database with numbers in every state is dumped in every way that pg_dump
# offers and restored into a cluster whose roles have other oids.  The tables
# are equal row for row, the next numbers the same, grants and reservations
# belong to the roles of the same names, and new work begins at once, by many
# callers together.  After docnum's first own write no forged row gets in, nor
# does a dump.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use DocnumTest;

my $folder = PostgreSQL::Test::Utils::tempdir;
my $origin = docnum_node('origin');
my $target = docnum_node('target');

# ---- what is dumped -----------------------------------------------------------

$origin->safe_psql('postgres', <<'SQL');
	CREATE ROLE clerk; CREATE ROLE "O'Neill ""x"""; CREATE ROLE auditor; CREATE ROLE stranger;
	SELECT docnum_define('C', 'C-{SEQ:4}', metadata => '{"department": "\"a\" \\ b"}', reservation_ttl => '1 day');
	SELECT docnum_define('S', 'S-{PROJECT}-{YYYY}-{SEQ:4}', 'PROJECT, YEARLY', 'STRICT', time_zone => 'Asia/Tokyo');
	SELECT docnum_define('P', '{PROJECT}#{SEQ:4}', 'PROJECT', uniqueness => 'SCOPE');
	SELECT docnum_define('One', 'T-{SEQ:4}'), docnum_define('Other', 'T-{SEQ:4}', max_value => 50, start_value => 3);
	SELECT docnum_grant('clerk', 'use', 'C'), docnum_grant('clerk', 'use', 'P'), docnum_grant('O''Neill "x"', 'use'),
		docnum_grant('auditor', 'audit'), docnum_grant('stranger', 'admin');
	SELECT docnum_revoke('stranger', 'admin');

	SET docnum.user_id = 'u1';
	SET docnum.ip_address = '2001:db8::1';
	SELECT docnum_next('C', metadata => '{"title": "Zürich \u2603"}') FROM generate_series(1, 30);
	SELECT docnum_next('S', p, d) FROM unnest('{A,"B/1",Ünï\\x}'::text[]) p,
		unnest('{2026-01-01,2027-06-30}'::date[]) d, generate_series(1, 4);
	SELECT docnum_next('P', p) FROM unnest('{A,"B/1",O''Neill,"tab?"}'::text[]) p, generate_series(1, 3);
	-- Texts that are taken leave a range.
	SELECT docnum_next('One') FROM generate_series(1, 5);
	SELECT docnum_next('Other') FROM generate_series(1, 5);

	-- Reservations that are open, confirmed, cancelled, expired, extended.
	SET SESSION AUTHORIZATION clerk;
	CREATE TEMP TABLE token AS SELECT (docnum_reserve('C')).token, g FROM generate_series(1, 6) g;
	SELECT docnum_confirm(token) FROM token WHERE g = 1;
	SELECT docnum_cancel(token, 'a mistake') FROM token WHERE g = 2;
	SELECT docnum_reserve('C', ttl => '1 microsecond');
	SELECT docnum_expire();
	SELECT docnum_extend(token, '2 days') FROM token WHERE g = 3;
	SELECT docnum_confirm(token) FROM docnum_reserve('P', 'keyed', idempotency_key => 'k');
	SET SESSION AUTHORIZATION "O'Neill ""x""";
	SELECT docnum_reserve('P', 'A');
	RESET SESSION AUTHORIZATION;

	-- By hand: overrides, external numbers, ends of numbers, scopes that are closed.
	SELECT docnum_define('H', 'H-{YYYY}-{SEQ:3}', 'YEARLY', allow_manual_override => true);
	SELECT docnum_override('H', 'H-2024-009', 'paper'), docnum_override('H', 'H 1', 'older', true, metadata => '{"box": 7}'),
		docnum_override('H', 'H-2023-003', 'paper');
	SELECT docnum_override('H', 'H-2024-004', 'found'), docnum_skip('H', 12, 19, 'torn', document_date => '2024-01-01'),
		docnum_void('H-2024-009', 'wrong'), docnum_replace('H-2024-004', 'wrong', document_date => '2024-01-01');
	SELECT docnum_set('H', 30, 'other office', document_date => '2024-01-01'),
		docnum_close('H', 'year end', document_date => '2023-01-01'), docnum_close('H', 'year end', document_date => '2022-01-01');
	SELECT docnum_reopen('H', 'late one', document_date => '2022-01-01');

	-- A series of two types.
	SELECT docnum_define('Sale', 'SALE-{SEQ:4}', allocation => 'STRICT', series => 'sales'),
		docnum_define('Credit', 'CR-{SEQ:4}', allocation => 'STRICT', series => 'sales');
	SELECT docnum_next('Sale'), docnum_next('Credit'), docnum_next('Sale');

	-- A second generation of counters, and a definition changed by hand.
	SELECT docnum_define('One', format => 'U-{SEQ:4}', format_change => 'restart');
	SELECT docnum_next('One') FROM generate_series(1, 2);
	UPDATE docnum.document_type SET max_length = 80 WHERE document_type = 'P';
SQL

# A value that is free, far below the last.
my $holder = Client->new($origin);
$holder->do($_) foreach 'BEGIN', q[SELECT docnum_next('C')];
$origin->safe_psql('postgres', q[SELECT docnum_next('C') FROM generate_series(1, 3)]);
$holder->do('ROLLBACK');
is_sound($origin, 'before the dump');

# Every table row for row, with roles by name; the log's sequence; what the
# functions say.
sub contents
{
	my ($node, $database) = @_;
	my @tables = split /\n/, $node->safe_psql($database, q[
		SELECT relname FROM pg_class
		WHERE relnamespace = 'docnum'::regnamespace AND relkind = 'r' AND relname <> 'installation' ORDER BY 1]);
	my %contents;
	foreach my $table (@tables)
	{
		$contents{$table} = $node->safe_psql($database, qq[
			SELECT (to_jsonb(t) - 'role_oid') || CASE WHEN to_jsonb(t) ? 'role_oid' THEN jsonb_build_object('role',
				(SELECT rolname FROM pg_roles WHERE oid = (to_jsonb(t) ->> 'role_oid')::oid)) ELSE '{}' END
			FROM docnum.$table t ORDER BY (to_jsonb(t) - 'role_oid')::text]);
	}
	$contents{sequence} = $node->safe_psql($database, 'SELECT last_value, is_called FROM docnum.audit_log_id_seq');
	$contents{status} = $node->safe_psql($database, 'SELECT * FROM docnum_status()');
	$contents{privileges} = $node->safe_psql($database, 'SELECT * FROM docnum_privileges()');
	$contents{history} = $node->safe_psql($database, q[
		SELECT number, h.* FROM unnest('{C-0031,C-0032,T-0001,H-2024-004,"H 1",Other}'::text[]) number
			CROSS JOIN LATERAL docnum_history(CASE number WHEN 'Other' THEN 'T-0008' ELSE number END) h]);
	$contents{preview} = $node->safe_psql($database, q[
		SELECT docnum_preview('H', document_date => '2024-01-01'), docnum_preview('H', document_date => '2022-01-01'),
			docnum_preview('C'), docnum_preview('S', 'A', '2026-05-05'), docnum_preview('S', 'Ünï\x', '2027-01-01'),
			docnum_preview('P', 'O''Neill'), docnum_preview('P', 'new'), docnum_preview('One'), docnum_preview('Other'),
			docnum_preview('Credit')]);
	return \%contents;
}

my $expected = contents($origin, 'postgres');
is(scalar(grep { $expected->{$_} ne '' } keys %$expected), 12, 'every table has rows');
like($expected->{preview}, qr/^H-2024-031\|H-2022-001\|C-0038\|/, 'the free value is the next');
my ($token) = split /\n/, $origin->safe_psql('postgres', q[
	SELECT token FROM docnum.reservation WHERE role_name = 'clerk' AND finished_at IS NULL ORDER BY value]);

my %dump = map { $_ => "$folder/$_" } qw(plain clean inserts data custom directory again copy roles load);

sub dump_to
{
	my ($file, @options) = @_;
	$origin->command_ok([ 'pg_dump', '-f', $dump{$file}, @options, $origin->connstr('postgres') ], "$file: dumped");
	return;
}
dump_to('plain');
dump_to('clean', '--clean', '--if-exists');
dump_to('inserts', '--inserts', '--rows-per-insert=2');
dump_to('data', '--data-only');
dump_to('custom', '-Fc');
dump_to('directory', '-Fd', '-j2');
$origin->command_ok([ 'pg_dumpall', '--roles-only', '-f', $dump{roles}, '-d', $origin->connstr('postgres') ], 'roles: dumped');

# ---- restored -------------------------------------------------------------------

sub restore
{
	my ($node, $file, $database) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0") unless $database eq 'clean';
	if (-d $dump{$file} || slurp_file($dump{$file}) =~ /^PGDMP/)
	{
		$node->command_ok([ 'pg_restore', '-j2', '-e', '-d', $node->connstr($database), $dump{$file} ], "$database: restored");
	}
	else
	{
		$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database), '-f', $dump{$file} ],
			"$database: restored");
	}
	return;
}

sub forge
{
	my ($node, $database) = @_;
	my ($out, $err);
	$node->psql($database, q[\set VERBOSITY sqlstate
		INSERT INTO docnum.number SELECT counter_id, 900000, 0, now(), NULL, NULL, 'confirmed', document_type, 'forged', NULL
		FROM docnum.counter LIMIT 1], stderr => \$err);
	return $err =~ /ERROR:  (\w+)/ ? $1 : 'accepted';
}

# Without its roles a dump is restored all the same; nobody inherits a grant.
restore($target, 'plain', 'norole');
like($target->safe_psql('norole', 'SELECT problem FROM docnum_validate()'), qr/^role_missing(\nrole_missing)*$/,
	'norole: docnum_validate tells of grants to nobody');

# Roles in another order: their oids differ.
$target->safe_psql('postgres', q[CREATE ROLE other_1; CREATE ROLE auditor; CREATE ROLE other_2;
	CREATE ROLE "O'Neill ""x"""; CREATE ROLE clerk]);
$target->psql('postgres', slurp_file($dump{roles}), on_error_stop => 0);
my ($oid_here, $oid_there) = map { $_->safe_psql('postgres', q[SELECT 'clerk'::regrole::oid]) } $origin, $target;
isnt($oid_there, $oid_here, 'roles have other oids');
is($target->psql('norole', q[SET ROLE clerk; SELECT docnum_next('C')]), 3, 'norole: a role made later inherits nothing');

$target->safe_psql('postgres', q[CREATE DATABASE clean TEMPLATE template0]);
$target->safe_psql('clean', q[CREATE EXTENSION docnum;
	SELECT docnum_define('Old', 'OLD-{SEQ:2}'); SELECT docnum_next('Old')]);
$target->safe_psql('template1', 'CREATE EXTENSION docnum');	# for the data alone
foreach my $file (qw(plain clean inserts data custom directory))
{
	if ($file eq 'data')
	{
		$target->safe_psql('postgres', 'CREATE DATABASE data TEMPLATE template1');
		$target->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $target->connstr('data'),
				'-f', $dump{data} ], 'data: restored');
	}
	else
	{
		restore($target, $file, $file);
	}
	is_deeply(contents($target, $file), $expected, "$file: all is as it was");
	is($target->safe_psql($file, q[
		SET ROLE clerk;
		SELECT docnum_next('C'), (docnum_reserve('P', 'A')).document_number]), 'C-0038|A#0005', "$file: the next numbers");
	is($target->psql($file, q[SELECT docnum_next('H', document_date => '2023-01-01')]), 3, "$file: a closed year");
	is($target->psql($file, q[SELECT docnum_override('H', 'H-2024-012', 'x')]), 3, "$file: what was skipped stays so");
	is($target->safe_psql($file, q[SELECT docnum_override('H', 'H-2024-005', 'x'),
		docnum_next('H', document_date => '2024-01-01')]), 'H-2024-005|H-2024-031', "$file: numbers by hand go on");
	is($target->psql($file, q[SET ROLE clerk; SELECT docnum_next('S', 'A')]), 3, "$file: no more than was granted");
	is($target->psql($file, qq[SET ROLE "O'Neill ""x"""; SELECT docnum_confirm('$token')]), 3,
		"$file: no other role's reservation");
	is($target->safe_psql($file, qq[SET ROLE clerk; SELECT docnum_confirm('$token')]), 'C-0033', "$file: but one's own");
	is($target->safe_psql($file, qq[
		SET ROLE $_; SELECT document_number, replayed FROM docnum_reserve('P', 'keyed', idempotency_key => 'k')]),
		$_ eq 'clerk' ? 'keyed#0001|t' : 'keyed#0002|f', "$file: an idempotency key is its role's")
	  foreach 'clerk', q["O'Neill ""x"""];
	is($target->safe_psql($file, q[SELECT docnum_define('New', 'NEW-{SEQ:2}'); SELECT docnum_next('New')]) =~ /NEW-01$/, 1,
		"$file: a new type works");
	is(forge($target, $file), 'NB014', "$file: no forged row after that");
	is_sound($target, "$file, gone on", $file);
}

# A dump does not get in where docnum has written.
my ($out, $err);
my $rows = $target->safe_psql('plain', 'SELECT count(*) FROM docnum.number');
isnt($target->psql('plain', slurp_file($dump{data}), on_error_stop => 1, stderr => \$err), 0, 'a second restore is refused');
like($err, qr/ERROR:  table "docnum\.\w+" is written by docnum alone/, 'by the guard of the tables');
is($target->safe_psql('plain', 'SELECT count(*) FROM docnum.number'), $rows, 'and leaves nothing');

# ---- many at once ---------------------------------------------------------------

# The first calls after a restore come together.  One of them ends the virgin
# state of the installation; no other waits for that, or fails of it.
restore($target, 'custom', 'rush');
my $rush = start_load($target, '-c 16 -j 2 -t 20', { rush => q[BEGIN; SELECT docnum_next('C'); COMMIT;] },
	'-c default_transaction_isolation=serializable', 'rush');
my ($status, $done, $failed, $complaints) = finish_load($rush);
is($status, 0, 'rush: no client gives up') or diag($complaints);
is("$done $failed", '320 0', 'rush: no transaction fails');
is(forge($target, 'rush'), 'NB014', 'rush: no forged row after that');
is_sound($target, 'rush', 'rush');

# An open first write is waited for by nobody; a later one ends the virgin state.
restore($target, 'custom', 'opened');
my $opened = Client->new($target, database => 'opened');
$opened->do($_) foreach 'BEGIN', q[SELECT docnum_next('C')];
is($target->safe_psql('opened', q[SELECT docnum_next('C')]), 'C-0042', 'opened: a second caller goes on');
$opened->do('ROLLBACK');
is($target->safe_psql('opened', q[SELECT docnum_next('C')]), 'C-0038', 'opened: and a third');
is(forge($target, 'opened'), 'NB014', 'opened: no forged row after that');

# ---- dumped again ---------------------------------------------------------------

# A dump of what was restored is the same dump, but for the order of its lines.
restore($origin, 'plain', 'copy');
$origin->command_ok([ 'pg_dump', '-f', $dump{again}, $origin->connstr('copy') ], 'copy: dumped again');
my @lines = map { [ sort grep { !/^\\(un)?restrict / } split /\n/, slurp_file($_) ] } $dump{plain}, $dump{again};
is_deeply($lines[1], $lines[0], 'copy: the second dump equals the first');

# A dump taken under load is one consistent state.
my $load = start_load($origin, '-c 4 -T 3', {
		mixed => q[BEGIN; SELECT docnum_next('C'), docnum_next('S', 'A'); COMMIT;
			BEGIN; SELECT docnum_next('C'); ROLLBACK;
			SELECT token FROM docnum_reserve('P', 'A') \gset
			SELECT docnum_confirm(:token);] });
$origin->poll_query_until('postgres', q[SELECT count(*) > 200 FROM docnum.number WHERE document_type = 'C']) or die;
dump_to('load', '-Fc');
($status) = finish_load($load);
is($status, 0, 'load: goes on during the dump');
restore($target, 'load', 'load');
is_sound($target, 'load', 'load');

$_->stop foreach $origin, $target;
done_testing();
