
# Numbers at commit under load: many clients insert rows of several STRICT scopes in
# any order, think, commit or roll back.  No commit fails, none deadlocks; each
# scope is gapless, each row has its number and each number its row; numbers follow
# the order of commits.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use DocnumTest;

my $node = docnum_node('commit', 'deadlock_timeout = 100ms', 'log_lock_waits = off');
$node->safe_psql('postgres', q[
	SELECT docnum_define('S', '{PROJECT}-{SEQ:5}', 'PROJECT', 'STRICT'), docnum_define('C', 'C{SEQ:5}');
	CREATE TABLE letter (number text, project int, client int, note text);
	CREATE TABLE note (id int GENERATED ALWAYS AS IDENTITY, number text, area int) PARTITION BY HASH (area);
	CREATE TABLE note_0 PARTITION OF note FOR VALUES WITH (MODULUS 2, REMAINDER 0);
	CREATE TABLE note_1 PARTITION OF note FOR VALUES WITH (MODULUS 2, REMAINDER 1);
	SELECT docnum_attach('letter', 'number', 'S', '{"PROJECT": "project"}', at => 'commit'),
		docnum_attach('note', 'number', 'C', at => 'commit');
	SELECT docnum_next('S', p) FROM generate_series(0, 3) p;
]);

my %script = (
	commit => q[
		\set a random(0, 3)
		\set b random(0, 3)
		\set c random(0, 3)
		BEGIN;
		INSERT INTO letter (project, client) VALUES (:a, :client_id), (:b, :client_id), (:c, :client_id);
		\sleep 1 ms
		INSERT INTO note (area) VALUES (:a);
		SAVEPOINT s;
		INSERT INTO letter (project, note) VALUES (:a, 'rolled back'), (:b, 'rolled back');
		ROLLBACK TO s;
		UPDATE letter SET note = 'changed' WHERE number IS NULL;
		COMMIT;
		SELECT docnum_last();
	],
	rollback => q[
		\set a random(0, 3)
		\set b random(0, 3)
		BEGIN;
		INSERT INTO letter (project) VALUES (:a), (:b);
		SET CONSTRAINTS ALL IMMEDIATE;
		ROLLBACK;
	],
	one => q[
		\set a random(0, 3)
		INSERT INTO letter (project, client) VALUES (:a, :client_id);
	]);
foreach my $level ('read\ committed', 'repeatable\ read')
{
	my $load = start_load($node, '-c 8 -j 2 -t 40', \%script, "-c default_transaction_isolation=$level");
	my ($status, $done, $failed, $complaints) = finish_load($load);
	is($status, 0, "$level: no client gives up") or diag($complaints);
	is("$done $failed", '320 0', "$level: no transaction fails");
}

is($node->safe_psql('postgres', q[
	SELECT 'without', * FROM letter WHERE number IS NULL;
	SELECT 'without', * FROM note WHERE number IS NULL;
	SELECT 'twice', number FROM letter GROUP BY number HAVING count(*) > 1;
	SELECT 'twice', number FROM note GROUP BY number HAVING count(*) > 1;
	SELECT 'not borne', document_number FROM docnum.number WHERE value > 1 AND document_type = 'S' AND document_number NOT IN (SELECT number FROM letter);
	SELECT 'not borne', document_number FROM docnum.number WHERE document_type = 'C' AND document_number NOT IN (SELECT number FROM note);
	SELECT 'not given', number FROM letter WHERE number NOT IN (SELECT document_number FROM docnum.number WHERE state = 'confirmed');
	SELECT 'gap', counter_id, max(value), count(*) FROM docnum.number WHERE document_type = 'S' GROUP BY 2 HAVING max(value) <> count(*);
	SELECT 'scope', number, project FROM letter WHERE number NOT LIKE project || '-%';
	SELECT 'time', a.document_number FROM docnum.number a JOIN docnum.number b ON b.counter_id = a.counter_id AND b.value = a.value + 1
		WHERE a.document_type = 'S' AND b.issued_at < a.issued_at;
]), '', 'each row has its number, each number its row, in order');
unlike(slurp_file($node->logfile), qr/deadlock/, 'no deadlock');
is_sound($node, 'under load');

# Crash with rows that have their numbers and no commit, and with rows that wait for them.
my $holder = Client->new($node);
my $waiting = Client->new($node);
$holder->do($_) foreach 'BEGIN', 'INSERT INTO letter (project) VALUES (0), (1)', 'SET CONSTRAINTS ALL IMMEDIATE';
$waiting->do($_) foreach 'BEGIN', 'INSERT INTO letter (project) VALUES (0), (1)';
my $last = $node->safe_psql('postgres', q[SELECT max(value) FROM docnum.number JOIN docnum.counter c USING (counter_id) WHERE scope = '0']);
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', 'SELECT count(*) FROM letter WHERE number IS NULL'), '0', 'after a crash: no row without a number');
is($node->safe_psql('postgres', q[INSERT INTO letter (project) VALUES (0); SELECT docnum_last()]),
	sprintf('0-%05d', $last + 1), 'after a crash: the next number');
is_sound($node, 'after a crash');

$node->stop;
done_testing();
