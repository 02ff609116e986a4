
# 1,000 reservations asked for at once come out as exactly 1 to 1,000.
#
# 32 connections wait at one barrier, 1,000 requests in all on their way over
# the extended protocol; when it opens they come in together.  Each number is
# given once and none is left out, in both allocations, and neighbours went to
# different connections: the calls did overlap.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use PostgreSQL::Test::Cluster;
use Test::More;

use DocnumTest;

my $connections = 32;
my $requests = 1000;
my $node = docnum_node('load', 'max_connections = 60');
my $app = Client->new($node);
$app->do($_) foreach
  q[SELECT docnum_define('C', 'C-{SEQ:4}')],
  q[SELECT docnum_define('S', 'S-{SEQ:4}', allocation => 'STRICT')];
my $barrier = Client->new($node);
my @clients = map { Client->new($node) } 1 .. $connections;

foreach my $type ('C', 'S')
{
	$barrier->do('SELECT pg_advisory_lock(1)');
	my %asked;
	foreach my $client (@clients)
	{
		$client->do('SET docnum.lock_timeout = 0');
		$client->send('SELECT pg_advisory_lock_shared(1)');
	}
	foreach my $n (0 .. $requests - 1)
	{
		my $client = $clients[ $n % $connections ];
		$client->send('SELECT document_number FROM docnum_reserve($1, metadata => $2::jsonb)', $type, qq({"request": $n}));
		$asked{ $client->pid }++;
	}
	$node->poll_query_until('postgres',
		"SELECT count(*) = $connections FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND NOT granted")
	  or die 'not all of the connections wait';
	pass("$type: $connections connections wait at once, $requests requests sent");
	$barrier->do('SELECT pg_advisory_unlock(1)');

	my (%by, @errors);
	foreach my $client (@clients)
	{
		foreach my $n (0 .. $asked{ $client->pid })
		{
			my $answer = $client->answer;
			push @errors, $answer->{error}{message} if $answer->{error};
			next if $n == 0;	# the barrier's
			push @{ $by{ $answer->{rows}[0][0] // 'none' } }, $client->pid;
		}
		$client->do('SELECT pg_advisory_unlock_all()');
	}
	is_deeply(\@errors, [], "$type: no request fails");
	is_deeply([ sort keys %by ], [ map { sprintf '%s-%04d', $type, $_ } 1 .. $requests ], "$type: exactly 1 to $requests");
	is((scalar grep { @$_ > 1 } values %by), 0, "$type: each given once");

	my @given_to = map { $by{$_}[0] } sort keys %by;
	my $changes = grep { $given_to[$_] != $given_to[ $_ - 1 ] } 1 .. $#given_to;
	cmp_ok($changes, '>=', 2 * $connections, "$type: $changes neighbours went to different connections");
	is($app->value(q[SELECT count(DISTINCT (metadata ->> 'request')) FROM docnum.number WHERE document_type = $1], $type),
		$requests, "$type: one for each request");
}

is_gapless($node, $_, 'at the end') foreach 'C', 'S';
is_sound($node, 'at the end');
$node->stop;
done_testing();
