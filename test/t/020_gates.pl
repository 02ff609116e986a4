
# The bound within which a freed value is given again.
#
# A value that becomes free when its counter has moved D past it is given again
# within max(64, 5.3 D) further allocations of the scope, by whoever asks: here
# by sessions that stay connected, take turns, and have looked at the scope
# while the value was open.  Each freed value is held to its own bound, for every
# way in which a transaction can end without a commit, near and far, one at a
# time and hundreds at once, and at the positions that are worst for the gates.
# What was cancelled or has expired never comes back.

use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/../perl";

use List::Util qw(max);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use DocnumTest;

my $node = docnum_node('gates', 'max_prepared_transactions = 30', 'max_connections = 60');
my $admin = Client->new($node);
$admin->do(q[SELECT docnum_define('G', '{PROJECT}-{SEQ:6}', 'PROJECT')]);
my @callers = map { Client->new($node) } 1 .. 4;

# The callers take turns; 7 at a time, so that each of them meets gates.
my $turn = 0;

sub take
{
	my ($scope, $n) = @_;
	my @values;
	while ($n > 0)
	{
		my $chunk = $n < 7 ? $n : 7;
		push @values, map { /-(\d+)$/; $1 + 0 } $callers[ $turn++ % @callers ]->column(
			q[SELECT docnum_next('G', $1) FROM generate_series(1, $2::int)], $scope, $chunk);
		$n -= $chunk;
	}
	return @values;
}

# fill(SCOPE, LAST): all values up to LAST are given, quickly.
sub fill
{
	my ($scope, $last) = @_;
	$admin->do(q[SELECT docnum_next('G', $1) FROM generate_series(1, $2::int)], $scope, $last - 28)
	  if $last > 28;
	take($scope, $last > 28 ? 28 : $last);
	return;
}

my $scopes = 0;

# hold(FIRST, COUNT, DISTANCE): a new scope in which an open transaction has
# COUNT values from FIRST on, and others have been given DISTANCE above them.
# own: statements before and after it takes them.
sub hold
{
	my ($first, $count, $distance, %own) = @_;
	my %case = (
		scope => 'S' . ++$scopes,
		values => [ $first .. $first + $count - 1 ],
		last => $first + $count - 1 + $distance,
		name => "$count at $first, $distance on",
		holder => Client->new($node));

	fill($case{scope}, $first - 1);
	$case{holder}->do('BEGIN');
	$case{holder}->do($own{before}) if $own{before};
	my @held = $case{holder}->column(
		q[SELECT right(docnum_next('G', $1), 6)::int FROM generate_series(1, $2::int)], $case{scope}, $count);
	die "held: @held" if "@held" ne "@{ $case{values} }";
	take($case{scope}, $distance);
	return \%case;
}

# comes_back(CASE, HOW): each of its values does, within its bound.
sub comes_back
{
	my ($case, $how) = @_;
	my @due = map { max(64, 5.3 * ($case->{last} - $_)) } @{ $case->{values} };
	my $longest = max(@due);
	my ($n, %given) = (0);

	while ($n < $longest && keys %given < @due)
	{
		foreach my $value (take($case->{scope}, 7))
		{
			$n++;
			$given{$value} //= $n if $value >= $case->{values}[0] && $value <= $case->{values}[-1];
		}
	}
	my @late = map { sprintf '%d after %s, bound %d', $case->{values}[$_], $given{ $case->{values}[$_] } // 'never', $due[$_] }
	  grep { ($given{ $case->{values}[$_] } // 'inf') > $due[$_] } 0 .. $#due;
	is_deeply(\@late, [], "$how, $case->{name}: within the bound");
	return;
}

# Positions: the counter has just passed a gate of the level that will find the
# value, which is the worst, where values are many enough for that.
my @near = ([ 1, 0 ], [ 1, 1 ], [ 1, 5 ], [ 1, 31 ], [ 9, 33 ], [ 20, 64 ],
	[ 449, 31 ], [ 448, 64 ], [ 447, 65 ], [ 895, 129 ], [ 894, 130 ], [ 724, 300 ]);
my @far = ([ 511, 513 ], [ 324, 700 ], [ 5119, 2049 ], [ 4168, 3000 ], [ 4095, 4097 ]);

# Every way to lose a number, each at all the near distances.
my %way = (
	'ROLLBACK' => { end => sub { $_[0]{holder}->do('ROLLBACK') } },
	'error' => {
		end => sub {
			is($_[0]{holder}->attempt('SELECT 1/0'), '22012', 'an error');
		}
	},
	'savepoint' => {
		before => 'SAVEPOINT a',
		end => sub { $_[0]{holder}->do($_) foreach 'ROLLBACK TO a', 'COMMIT' }
	},
	'terminated backend' => {
		end => sub {
			$admin->do('SELECT pg_terminate_backend($1::int, 60000)', $_[0]{holder}->pid);
		}
	},
	'lost connection' => {
		end => sub {
			my $pid = $_[0]{holder}->pid;
			$_[0]{holder}->drop;
			wait_for_end($node, $pid);
		}
	},
	'ROLLBACK PREPARED' => {
		end => sub {
			$_[0]{holder}->do("PREPARE TRANSACTION 'p'");
			$admin->do("ROLLBACK PREPARED 'p'");
		}
	});
foreach my $how (sort keys %way)
{
	my @cases = map { hold($_->[0], 1, $_->[1], %{ $way{$how} }) } @near;
	$way{$how}{end}->($_) foreach @cases;
	comes_back($_, $how) foreach @cases;
}

# Far, and many at once.
my @cases = map { hold($_->[0], 1, $_->[1]) } @far;
push @cases, map { my $count = $_; map { hold(512 + 3, $count, $_) } 1, 31, 300 } 10, 100, 500;
$_->{holder}->do('ROLLBACK') foreach @cases;
comes_back($_, 'ROLLBACK') foreach @cases;

# All of a scope's last values: simply the next ones, in order.
my $tail = hold(41, 500, 0);
$tail->{holder}->do('ROLLBACK');
is_deeply([ take($tail->{scope}, 500) ], $tail->{values}, 'the last values freed are given in order');

# A new connection finds what is near at its first call.
foreach my $at ([ 20, 5 ], [ 60, 31 ], [ 200, 5 ], [ 1003, 64 ])
{
	my $case = hold($at->[0], 1, $at->[1]);
	$case->{holder}->do('ROLLBACK');
	my $client = Client->new($node);
	is($client->value(q[SELECT right(docnum_next('G', $1), 6)::int], $case->{scope}), $at->[0],
		"$case->{name}: the first call of a new connection gets it");
	$client->quit;
}

# Near the end of a sequence: all that is free is given before NB002.
$admin->do(q[SELECT docnum_define('E', 'E-{SEQ:3}', max_value => 600)]);
my $holder = Client->new($node);
$holder->do('BEGIN');
$holder->do(q[SELECT docnum_next('E')]);
$admin->do(q[SELECT docnum_next('E') FROM generate_series(1, 599)]);
is($callers[0]->attempt(q[SELECT docnum_next('E')]), 'NB002', 'exhausted while the first value is open');
$holder->do('ROLLBACK');
is($callers[0]->value(q[SELECT docnum_next('E')]), 'E-001', 'free: it is given');
is($callers[0]->attempt(q[SELECT docnum_next('E')]), 'NB002', 'and then there is none');

# Cancelled and expired: never.
$admin->do(q[SELECT docnum_define('R', 'R-{SEQ:4}')]);
my %gone;
foreach my $n (1 .. 20)
{
	$admin->do(q[SELECT docnum_next('R') FROM generate_series(1, 13)]);
	my ($token, $number) = @{ ($admin->rows(q[SELECT token, document_number FROM docnum_reserve('R', ttl => $1::interval)],
				$n % 2 ? '1 hour' : '1 microsecond'))[0] };
	$gone{$number} = 1;
	if ($n % 2)
	{
		# A cancel that is rolled back did not happen.
		$admin->do($_) foreach 'BEGIN', "SELECT docnum_cancel('$token')", 'ROLLBACK';
		is($admin->value(q[SELECT docnum_cancel($1)], $token), 't', "$number is cancelled");
	}
}
is($admin->value('SELECT docnum_expire()'), '10', 'ten have expired');
my @later = map { $_->column(q[SELECT docnum_next('R') FROM generate_series(1, 300)]) } @callers, Client->new($node);
is_deeply([ grep { $gone{$_} } @later ], [], 'cancelled and expired numbers are never given again');
is_gapless($node, 'R', 'cancelled and expired');

# At random: sessions that hold, commit and roll back for a while.  Counted are
# the allocations that were not rolled back themselves.
srand 1;
my @sessions = map { { client => Client->new($node), taken => [] } } 1 .. 8;
my (%live, %free, @late);
my $clock = 0;
my $again = 0;

sub allocate
{
	my $session = shift;
	$session->{client}->do('BEGIN') unless @{ $session->{taken} };
	my $value = $session->{client}->value(q[SELECT right(docnum_next('G', 'random'), 6)::int]);
	die "value $value twice" if $live{$value};
	$live{$value} = ++$clock;
	push @{ $session->{taken} }, $value;
	if (my $freed = delete $free{$value})
	{
		my $calls = $clock - $freed->{clock} - $freed->{undone};
		push @late, "$value after $calls, $freed->{distance} on"
		  if $calls > max(64, 5.3 * $freed->{distance});
		$again++;
	}
	return;
}

sub roll_back
{
	my $session = shift;
	$session->{client}->do('ROLLBACK');
	my %taken = map { $_ => delete $live{$_} } @{ $session->{taken} };
	my $last = max(0, keys %live);
	foreach my $freed (values %free)
	{
		$freed->{undone} += grep { $_ > $freed->{clock} } values %taken;
	}
	$free{$_} = { clock => $clock, undone => 0, distance => $last - $_ }
	  foreach grep { $_ < $last } keys %taken;
	$session->{taken} = [];
	return;
}

foreach my $step (1 .. 6000)
{
	my $session = $sessions[ int(rand 8) ];
	my $dice = rand;
	if (!@{ $session->{taken} } || $dice < 0.6)
	{
		allocate($session);
	}
	elsif ($session == $sessions[0] && @{ $session->{taken} } < 40)
	{
		next;					# holds for long
	}
	elsif ($dice < 0.85)
	{
		$session->{client}->do('COMMIT');
		$session->{taken} = [];
	}
	else
	{
		roll_back($session);
	}
}
$_->{client}->do('COMMIT') foreach @sessions;
cmp_ok($again, '>', 500, "at random: $again values given again");
is_deeply(\@late, [], 'at random: each within its bound');

# A crash; afterwards all connections are new.
@cases = map { hold($_->[0], 1, $_->[1]) } @near, [ 6143, 2049 ];
$node->stop('immediate');
$node->start;
$admin = Client->new($node);
@callers = map { Client->new($node) } 1 .. 4;
comes_back($_, 'crash') foreach @cases;

is_sound($node, 'at the end');
$node->stop;
done_testing();
