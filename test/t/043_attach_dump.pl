
# Attached tables through pg_dump: what was attached is attached in the restored
# database, though columns have other positions there and were renamed before;
# every row has its number, nothing is numbered, voided or logged anew.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use DocnumTest;

my $folder = PostgreSQL::Test::Utils::tempdir;
my $node = docnum_node('attached');

$node->safe_psql('postgres', <<'SQL');
	SELECT docnum_define('INV', '{PROJECT}-{YYYY}-{SEQ:3}', 'PROJECT, YEARLY', 'STRICT'), docnum_define('LET', 'L{SEQ:3}'),
		docnum_define('SHT', '{PROJECT}-{SEQ:3}', 'PROJECT', uniqueness => 'SCOPE');
	CREATE SCHEMA "an app";

	-- Columns that were dropped and renamed, a table and a schema renamed.
	CREATE TABLE "an app".bill (a int, b int, id int PRIMARY KEY, no text, job int, made timestamptz, c int);
	ALTER TABLE "an app".bill DROP COLUMN a, DROP COLUMN b;
	SELECT docnum_attach('"an app".bill', 'no', 'INV', '{"PROJECT": "job"}', 'made', on_delete => 'refuse');
	ALTER TABLE "an app".bill DROP COLUMN c;
	ALTER TABLE "an app".bill RENAME no TO "the number";
	ALTER TABLE "an app".bill RENAME job TO project;
	ALTER TABLE "an app".bill RENAME made TO "made at";
	ALTER TABLE "an app".bill RENAME TO "My bills";
	ALTER SCHEMA "an app" RENAME TO "My app";
	INSERT INTO "My app"."My bills" (id, project, "made at") SELECT g, g % 2, '2026-05-05' FROM generate_series(1, 4) g;

	-- Drafts, deleted rows; partitions, whose columns stand elsewhere.
	CREATE TABLE letter (x int, id int, number text, area text, sent boolean) PARTITION BY LIST (area);
	CREATE TABLE letter_n (sent boolean, area text, y int, id int, number text);
	ALTER TABLE letter DROP COLUMN x;
	ALTER TABLE letter_n DROP COLUMN y;
	ALTER TABLE letter ATTACH PARTITION letter_n FOR VALUES IN ('N');
	CREATE TABLE letter_rest PARTITION OF letter DEFAULT;
	SELECT docnum_attach('letter', 'number', 'LET', issue_column => 'sent');
	INSERT INTO letter SELECT g, NULL, CASE g % 3 WHEN 0 THEN 'N' ELSE 'S' END, g > 3 FROM generate_series(1, 8) g;
	DELETE FROM letter WHERE id = 5;
	CREATE TABLE sheet (number text, project text);
	SELECT docnum_attach('sheet', 'number', 'SHT', '{"PROJECT": "project"}');
	INSERT INTO sheet SELECT NULL, p FROM unnest('{A,B,A}'::text[]) p;
	CREATE TABLE line (number text REFERENCES "My app"."My bills" ("the number"));
	INSERT INTO line VALUES ('1-2026-001');

	-- Attached once, gone since.
	CREATE TABLE gone (number text);
	SELECT docnum_attach('gone', 'number', 'LET');
	DROP TABLE gone;
SQL
is_sound($node, 'before the dump');

# What counts, as text.
sub contents
{
	my ($database) = @_;
	return $node->safe_psql($database, q[
		SELECT to_jsonb(a) FROM docnum.attachment a WHERE document_type <> 'LET' OR target = 'letter'::regclass ORDER BY attachment_id;
		SELECT * FROM "My app"."My bills" ORDER BY id;
		SELECT tableoid::regclass, * FROM letter ORDER BY id;
		SELECT * FROM sheet ORDER BY project, number;
		SELECT document_type, document_number, state FROM docnum.number ORDER BY 1, counter_id, value;
		SELECT count(*), max(id) FROM docnum.audit_log;
		SELECT pg_get_triggerdef(oid), tgenabled FROM pg_trigger WHERE tgfoid = 'docnum.attached'::regproc ORDER BY tgrelid::regclass::text, tgname;
		SELECT indrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index
			WHERE indrelid IN ('"My app"."My bills"'::regclass, 'letter'::regclass, 'sheet'::regclass) ORDER BY 1, 2;
	]);
}

my $expected = contents('postgres');
my %options = (plain => [], clean => [ '--clean', '--if-exists' ], inserts => ['--inserts'], custom => ['-Fc']);
my %dump = map { $_ => "$folder/$_" } keys %options, 'schema', 'data', 'again';
$node->command_ok([ 'pg_dump', '-f', $dump{$_}, @{ $options{$_} }, $node->connstr('postgres') ], "$_: dumped")
  foreach sort keys %options;
$node->command_ok([ 'pg_dump', '-f', $dump{schema}, '--schema-only', $node->connstr('postgres') ], 'schema: dumped');
$node->command_ok([ 'pg_dump', '-f', $dump{data}, '--data-only', $node->connstr('postgres') ], 'data: dumped');

sub load
{
	my ($file, $database) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my @command = slurp_file($dump{$file}) =~ /^PGDMP/
	  ? ('pg_restore', '-j2', '-e', '-d', $node->connstr($database), $dump{$file})
	  : ('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database), '-f', $dump{$file});
	$node->command_ok(\@command, "$database: $file loaded");
	return;
}

foreach my $database (sort(keys %options), 'parts')
{
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
	# The data by themselves, into tables whose triggers fire.
	load($_, $database) foreach $database eq 'parts' ? qw(schema data) : ($database);

	is(contents($database), $expected, "$database: all is as it was");
	is($node->safe_psql($database, 'SELECT count(*) FROM docnum.attachment'), 3, "$database: without the table that is gone");
	is_sound($node, $database, $database);

	is($node->safe_psql($database, q[INSERT INTO "My app"."My bills" (id, project, "made at") VALUES (5, 1, '2026-12-31') RETURNING "the number"]),
		'1-2026-003', "$database: the next number");
	is($node->safe_psql($database, q[UPDATE letter SET sent = true, area = 'N' WHERE id = 1 RETURNING number]),
		'L006', "$database: a draft is issued");
	is($node->safe_psql($database, q[INSERT INTO sheet VALUES (NULL, 'A') RETURNING number]), 'A-003', "$database: in its scope");
	is($node->safe_psql($database, q[DELETE FROM letter WHERE id = 6; SELECT document_number FROM docnum.audit_log WHERE operation = 'VOID' ORDER BY id DESC LIMIT 1]),
		'L003', "$database: deleted and voided");
	foreach my $refused (
		q[UPDATE "My app"."My bills" SET "the number" = 'x' WHERE id = 1],
		q[DELETE FROM "My app"."My bills" WHERE id = 2],
		q[TRUNCATE letter],
		q[INSERT INTO letter VALUES (9, 'L001', 'N')],
		q[INSERT INTO letter VALUES (9, 'L099', 'N')])
	{
		my $err;
		isnt($node->psql($database, $refused, stderr => \$err), 0, "$database: $refused");
		like($err, qr/ERROR:  (number|row|table) /, "$database: refused by docnum");
	}
	is($node->safe_psql($database, q[SELECT docnum_detach('"My app"."My bills"', 'the number')]), 't', "$database: detached by its name of now");
	is_sound($node, "$database, gone on", $database);
}

# A dump of what was restored is the same dump, but for the order of its lines.
$node->safe_psql('postgres', 'CREATE DATABASE copy TEMPLATE template0');
load('plain', 'copy');
$node->command_ok([ 'pg_dump', '-f', $dump{again}, $node->connstr('copy') ], 'copy: dumped again');
my @lines = map { [ sort grep { !/^\\(un)?restrict / } split /\n/, slurp_file($_) ] } $dump{plain}, $dump{again};
is_deeply($lines[1], $lines[0], 'copy: the second dump equals the first');

$node->stop;
done_testing();
