
# Many numbers at once: bulk statements, savepoints, scopes.
#
# COPY and INSERT .. SELECT of 100,000 rows with a DEFAULT of docnum take no
# more than 1 MB of memory of the backend, during the statement or after it;
# 10,000 savepoints and 10,000 scopes fit into one transaction; and each number
# has one row in the log.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use Test::More;

use DocnumTest;

my $rows = 100_000;
my $node = docnum_node('bulk', 'max_locks_per_transaction = 256', 'max_connections = 50', 'max_wal_size = 4GB');
my $app = Client->new($node);
$app->do($_) foreach
  q[SELECT docnum_define('C', 'C-{SEQ:6}')],
  q[SELECT docnum_define('S', 'S-{SEQ:6}', allocation => 'STRICT')],
  q[SELECT docnum_define('CP', '{PROJECT}-{SEQ:3}', 'PROJECT')],
  q[SELECT docnum_define('SP', 'S-{PROJECT}-{SEQ:3}', 'PROJECT', 'STRICT')],
  q[CREATE TABLE c (x int, number text DEFAULT docnum_next('C'))],
  q[CREATE TABLE s (x int, number text DEFAULT docnum_next('S'))];

sub memory
{
	return $app->value('SELECT sum(total_bytes) FROM pg_backend_memory_contexts');
}

foreach my $case (
	[ 'C', 'COPY', 'COPY c (x) FROM PROGRAM $$seq :rows$$' ],
	[ 'S', 'INSERT .. SELECT', 'INSERT INTO s (x) SELECT generate_series(1, :rows)' ])
{
	my ($type, $what, $statement) = @$case;
	my $table = lc $type;

	# What the session needs once, it has by then.
	$app->do($statement =~ s/:rows/100/r) for 1 .. 2;
	my $before = memory();
	$app->do('BEGIN');
	$app->do($statement =~ s/:rows/$rows/r);
	my $open = memory();
	$app->do('COMMIT');
	my $after = memory();
	cmp_ok($open - $before, '<=', 1024 * 1024, "$type, $what: memory during the transaction");
	cmp_ok($after - $before, '<=', 1024 * 1024, "$type, $what: memory after it");
	is($app->value("SELECT count(*) - count(DISTINCT number) FROM $table"), '0', "$type, $what: all different");
	is($app->value("SELECT count(*) = count(n.*) FROM $table LEFT JOIN docnum.number n ON n.document_number = number"),
		't', "$type, $what: all in the ledger");
}

# Savepoints: 10,000 one in the other, then 10,000 that are released, of which
# every third is rolled back.
my $deep = 10_000;
my $script = "BEGIN;\n" . "SAVEPOINT a; SELECT docnum_next('CP', 'deep');\n" x ($deep / 2)
  . "SAVEPOINT a; SELECT docnum_next('SP', 'deep');\n" x ($deep / 2) . "COMMIT;\n";
$node->safe_psql('postgres', $script);
is($app->value(q[SELECT count(*) FROM docnum.number WHERE document_number LIKE '%deep-%']), $deep,
	"$deep savepoints, one in the other");
$app->do(qq[DO \$\$
	BEGIN
		FOR i IN 1 .. $deep LOOP
			BEGIN
				PERFORM docnum_next('CP', 'flat'), docnum_next('SP', 'flat');
				IF i % 3 = 0 THEN RAISE EXCEPTION 'undo'; END IF;
			EXCEPTION WHEN raise_exception THEN
			END;
		END LOOP;
	END \$\$]);
is($app->value(q[SELECT count(*) FROM docnum.number WHERE document_number LIKE '%flat-%']),
	2 * ($deep - int($deep / 3)), "$deep savepoints, one after the other");

# Scopes.
foreach my $type ('CP', 'SP')
{
	my $numbers = $app->value(q[SELECT count(DISTINCT number)
		FROM (SELECT docnum_next($1, 'P' || g) AS number FROM generate_series(1, 10000) g OFFSET 0) n], $type);
	is($numbers, '10000', "$type: 10,000 scopes in one transaction");
	is($app->value(q[SELECT count(DISTINCT counter_id) || ' ' || count(*) FROM docnum.counter
		WHERE document_type = $1 AND scope ~ '^P\d'], $type), '10000 10000', "$type: a row for each");
}

is($app->value('SELECT count(*) FROM pg_locks WHERE locktype = $1', 'advisory'), '0', 'no lock is left');
is($app->value(q[SELECT (SELECT count(*) FROM docnum.number) = count(*) AND count(*) = count(DISTINCT (counter_id, value))
	FROM docnum.audit_log WHERE operation = 'ISSUE']), 't', 'one row of the log for each number');
is_sound($node, 'at the end');
is_gapless($node, $_, 'at the end') foreach 'C', 'S', 'CP', 'SP';
$node->stop;
done_testing();
