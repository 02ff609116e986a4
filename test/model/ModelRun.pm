# A run of the model test: draws operations, has each done by the server and by
# the model, and compares.
#
# One driver, several sessions: each step is one operation of one session, so
# the interleaving is the order of the steps.  What would wait for another
# transaction the model knows beforehand; docnum.lock_timeout is so short that it
# fails at once.  A run is told by its steps alone: done again, they give the
# same, and any part of them can be done (a step that depends on a missing one
# is left out).  That is how a failing run is made short.

package ModelRun;

use strict;
use warnings;

use Time::HiRes qw(time);

use Model;
use ModelClient;
use ModelOperations;

use constant {
	SESSIONS => 4,
	PREPARED_MOST => 4,		# open prepared transactions
	SAVEPOINTS_MOST => 4,
	LOOK_EVERY => 40,		# transactions between looks at the scopes
	COMPARE_EVERY => 5000,	# operations between full comparisons
	MOOD_EVERY => 200,		# operations between changes of what is drawn often
};

my $operation = \%ModelOperations::operation;
my $databases = 0;

# The document types, by what may go wrong with them: both allocations, the
# kinds of scope, a small range, two types whose numbers have the same texts.
my %types = (
	C => { format => 'C-{SEQ:4}', scope => '', weight => 25, scopes => [''], override => 1 },
	P => { format => 'P-{PROJECT}-{SEQ:3}', scope => 'PROJECT', weight => 20,
		scopes => [qw(a b c)], override => 1 },
	S => { format => 'S-{SEQ:4}', scope => '', strict => 1, weight => 20, scopes => [''], override => 1 },
	Y => { format => 'Y-{YYYY}-{SEQ:3}', scope => 'YEARLY', strict => 1, weight => 15,
		scopes => [ 2024 .. 2026 ], override => 1 },
	M => { format => 'M-{YYYY}-{SEQ:2}', scope => 'YEARLY', weight => 10,
		scopes => [ 2001 .. 2004 ], moving => 1, max => 20 },
	E => { format => 'C-{SEQ:4}', scope => '', strict => 1, weight => 4, scopes => [''], start => 60 },
);
my %mixed = (
	U => { format => 'U-{SEQ:3}', scope => 'PROJECT', weight => 8, scopes => [qw(a b)],
		unique_per_scope => 1, override => 1 },
);

# new begins a run, in a database of its own, or again in that of another run.
# Odd variants have types of both kinds of uniqueness.
sub new
{
	my ($class, $node, %options) = @_;
	my %all = (%types, $options{variant} % 2 ? %mixed : ());
	my $self = bless {
		node => $node,
		variant => $options{variant},
		careless => $options{careless},	# compares only what comes back
		random => $options{seed} // 1,
		database => $options{database} // "model_${$}_" . ++$databases,
		model => Model->new(%all),
		steps => [],
		made => {},			# by step: rows and reservations
		recent => [],		# names of reservations that may be open
		names => [],		# names of rows
		sessions => [],
		prepared => {},		# gid => transaction
		counters => {},		# counter_id of the server => counter
		closed => {},		# counters that were
		logged => {},		# operation => rows of the log
		figures => { map { $_ => 0 } qw(operations errors blocked transactions rolled_back
			savepoints_rolled_back prepared compared full) },
	}, $class;

	$self->{random} = ($self->{random} * 2654435761 + 12345) & 0xffffffff || 1;
	$options{database} ? $self->empty_database : $self->make_database;
	$self->define(\%all);
	my $have = $self->{observer}->value(
		"SELECT string_agg(DISTINCT proname, ' ') FROM pg_proc WHERE proname LIKE 'docnum\\_%'");
	$self->{functions} = { map { $_ => 1 } split / /, $have };
	foreach my $i (1 .. SESSIONS)
	{
		push @{ $self->{sessions} }, { name => "s$i", client => $self->connect };
	}
	$self->change_mood;
	return $self;
}

# missing: operations whose function the server does not have.
sub missing
{
	my $self = shift;
	return grep { $operation->{$_}{needs} && !$self->{functions}{ $operation->{$_}{needs} } }
	  sort keys %$operation;
}

# change_mood makes some operations frequent and others rare for a while, and one
# type the favourite: so things meet that would seldom do in an even mixture.
sub change_mood
{
	my ($self) = @_;

	$self->{favourite} = $self->draw(sort keys %{ $self->{model}{types} });
	$self->{weights} = [
		map { [ $_, $operation->{$_}{weight} * $self->draw(0, 1, 1, 4) ] }
		grep { !$operation->{$_}{needs} || $self->{functions}{ $operation->{$_}{needs} } }
		sort keys %$operation
	];
	foreach my $pair (@{ $self->{weights} })
	{
		$pair->[1] += 5 if $pair->[0] eq 'next' || $pair->[0] eq 'reserve';
	}
	return;
}

sub connect
{
	my ($self, $database) = @_;
	my $node = $self->{node};
	my $client;

	# A server that fell over comes back.
	foreach (1 .. 300)
	{
		$client = eval {
			ModelClient->new($node, user => $node->can('user') ? $node->user : scalar(getpwuid($>)),
				database => $database // $self->{database},
				options => '-c docnum.lock_timeout=1ms -c statement_timeout=60s');
		};
		last if $client || $@ !~ /the database system is/;
		select undef, undef, undef, 0.1;
	}
	return $client // die $@;
}

# The first run makes a database for the others to copy.
sub make_database
{
	my ($self) = @_;
	my $client = $self->connect('postgres');

	if ($databases == 1)
	{
		$client->do("CREATE DATABASE model_$$");
		my $template = $self->connect("model_$$");
		$template->do($_) foreach
		  'CREATE EXTENSION docnum',
		  # For the comparisons: the log of one transaction.
		  'CREATE INDEX ON docnum.audit_log (xid)',
		  q[CREATE VIEW source AS SELECT * FROM json_to_recordset(current_setting('model.source')::json)
			AS r (row_number bigint, document_number text, project text, document_date date)];
		$self->wait_for_end($client, $template);
	}
	$client->do("CREATE DATABASE $self->{database} TEMPLATE model_$$");
	$client->quit;
	$self->{observer} = $self->connect;
	return;
}

# empty_database takes all that another run left out of it, guards or not; much
# faster than a new database.
sub empty_database
{
	my ($self) = @_;
	my $observer = $self->{observer} = $self->connect;
	my @tables = $observer->column(q[SELECT oid::regclass FROM pg_class
		WHERE relnamespace = 'docnum'::regnamespace AND relkind = 'r' AND relname <> 'installation']);

	$observer->do('BEGIN');
	$observer->do("ALTER TABLE $_ DISABLE TRIGGER ALL") foreach @tables;
	$observer->do('TRUNCATE ' . join ', ', @tables);
	foreach my $table (@tables)
	{
		$observer->do("ALTER TABLE $table ENABLE ALWAYS TRIGGER $_") foreach qw(docnum_audit docnum_truncate);
	}
	$observer->do('COMMIT');
	return;
}

sub define
{
	my ($self, $types) = @_;

	foreach my $name (sort keys %$types)
	{
		my $type = $types->{$name};
		$self->{observer}->do('SELECT docnum_define($1, $2, $3, $4, max_value => $5,
			allow_manual_override => $6, start_value => $7, uniqueness => $8)',
			$name, $type->{format}, $type->{scope} || 'GLOBAL',
			$type->{strict} ? 'STRICT' : 'CONCURRENT', $type->{max} // 999999,
			$type->{override} ? 't' : 'f', $type->{start} // 1,
			$type->{unique_per_scope} ? 'SCOPE' : 'GLOBAL');
	}
	return;
}

# wait_for_end ends a session; its transaction is over when it returns.
sub wait_for_end
{
	my ($self, $observer, $client) = @_;

	$client->quit;
	while ($observer->value('SELECT count(*) FROM pg_stat_activity WHERE pid = $1', $client->pid))
	{
		select undef, undef, undef, 0.001;
	}
	return;
}

# leave ends the run's sessions and prepared transactions.
sub leave
{
	my $self = shift;
	my $client = $self->connect('postgres');

	foreach my $gid (keys %{ $self->{prepared} })
	{
		$self->{observer}->attempt("ROLLBACK PREPARED '$gid'");
	}
	$self->wait_for_end($client, $_) foreach map({ $_->{client} } @{ $self->{sessions} }), $self->{observer};
	$client->quit;
	return;
}

# end removes the run's database besides.
sub end
{
	my $self = shift;
	my $client = $self->connect('postgres');

	$self->leave;
	$client->attempt("DROP DATABASE $self->{database} WITH (FORCE)");
	$client->quit;
	return;
}

# ---- chance -----------------------------------------------------------------------

# random(n): 0 .. n - 1; the same on every machine.
sub random
{
	my ($self, $n) = @_;
	my $x = $self->{random};

	$x ^= ($x << 13) & 0xffffffff;
	$x ^= $x >> 17;
	$x ^= ($x << 5) & 0xffffffff;
	$self->{random} = $x;
	return $x % $n;
}

sub draw { my $self = shift; return $_[ $self->random(scalar @_) ] }

# draw_weighted draws from pairs of a thing and its weight.
sub draw_weighted
{
	my ($self, @pairs) = @_;
	my $sum = 0;

	$sum += $_->[1] foreach @pairs;
	my $at = $self->random($sum);
	foreach my $pair (@pairs)
	{
		return $pair->[0] if ($at -= $pair->[1]) < 0;
	}
}

sub draw_type
{
	my ($self, $wanted) = @_;
	my $types = $self->{model}{types};

	my $favourite = $types->{ $self->{favourite} };
	return $favourite if (!$wanted || $wanted->($favourite)) && $self->random(2);
	$self->{by_weight} //= [ map { [ $types->{$_}, $types->{$_}{weight} ] } sort keys %$types ];
	return $self->draw_weighted(grep { !$wanted || $wanted->($_->[0]) } @{ $self->{by_weight} });
}

# The words of a place: type and scope.
sub draw_scope
{
	my ($self, $type) = @_;
	my $scope = $self->draw(@{ $type->{scopes} });

	# New scopes come all the time.
	$scope += int($self->{figures}{operations} / 400) if $type->{moving};
	return $scope;
}

sub draw_reservation
{
	my $self = shift;
	my $recent = $self->{recent};

	foreach (1 .. 5)
	{
		return unless @$recent;
		my $at = $self->random(scalar @$recent);
		my $reservation = $self->reservation($recent->[$at]);
		return $recent->[$at] if $reservation->{alive} && !$reservation->{finished};
		splice @$recent, $at, 1 if $self->random(3) == 0;
		return $recent->[$at] if $at < @$recent && $self->random(10) == 0;
	}
	return;
}

sub draw_row
{
	my ($self, $wanted) = @_;
	my $names = $self->{names};

	foreach (1 .. 5)
	{
		return unless @$names;
		my $among = $self->random(4) && @$names > 50 ? 50 : @$names;
		my $name = $names->[ -1 - $self->random($among) ];
		return $name if !$wanted || $wanted->($self->row($name));
	}
	return;
}

# ---- what steps made ------------------------------------------------------------------

# made notes what this step made, rows or reservations.
sub made
{
	my ($self, @things) = @_;
	my $id = $self->{step}{id};

	foreach my $i (0 .. $#things)
	{
		my $name = $i ? "\@$id.$i" : "\@$id";
		push @{ $self->{recent} }, $name if $things[$i]{token};
		push @{ $self->{names} }, $name;
		push @{ $self->{late} }, $things[$i] if $things[$i]{overdue};
	}
	$self->{made}{$id} = \@things;
	return;
}

sub thing
{
	my ($self, $name) = @_;
	my ($id, $i) = $name =~ /^\@([0-9]+)(?:\.([0-9]+))?$/;
	return $self->{made}{$id} && $self->{made}{$id}[ $i // 0 ];
}

sub reservation
{
	my $thing = thing(@_);
	return $thing && $thing->{token} ? $thing : undef;
}

sub row
{
	my $thing = thing(@_);
	return $thing && $thing->{row} ? $thing->{row} : $thing;
}

# overdue returns the reservations that are overdue and may be open.
sub overdue
{
	my $self = shift;

	@{ $self->{late} } = grep { $_->{alive} && (!$_->{finished} || $_->{lock}) } @{ $self->{late} };
	return @{ $self->{late} };
}

# record_taken: before a CONCURRENT number is judged, asks which free values the
# allocation met whose text was taken, and thus recorded.
sub record_taken
{
	my ($self, $counter) = @_;
	my @taken = $self->{model}->taken_free($counter, $self->{transaction}) or return;
	my @ranges = $self->{session}{client}->rows(
		'SELECT r.first_value, r.last_value FROM docnum.range r
		WHERE r.counter_id IN (SELECT c.counter_id FROM docnum.counter c
			WHERE c.document_type = $1 AND coalesce(c.scope, \'\') = $2)
		AND r.last_value >= $3 AND r.first_value <= $4',
		$counter->{type}{name}, $counter->{scope}, $taken[0], $taken[-1]);

	foreach my $range (@ranges)
	{
		$self->{model}->add_taken($self->{transaction}, $counter,
			grep { $_ >= $range->[0] && $_ <= $range->[1] } @taken);
	}
	return;
}

# ---- steps ------------------------------------------------------------------------------

# Steps that begin and end transactions; each says whether it can be done.
my %control = (
	begin => sub {
		my ($self, $session, $isolation) = @_;
		return 0 if $session->{transaction};
		$self->command($session, $isolation eq 'repeatable' ? 'BEGIN ISOLATION LEVEL REPEATABLE READ' : 'BEGIN');
		$session->{transaction} = $self->{model}->begin;
		$session->{repeatable} = $isolation eq 'repeatable';
		return 1;
	},
	commit => sub {
		my ($self, $session) = @_;
		my $transaction = $session->{transaction} or return 0;
		$self->command($session, 'COMMIT');
		$session->{transaction} = undef;
		$self->ended($transaction, !$transaction->{aborted});
		return 1;
	},
	rollback => sub {
		my ($self, $session) = @_;
		my $transaction = $session->{transaction} or return 0;
		$self->command($session, 'ROLLBACK');
		$session->{transaction} = undef;
		$self->ended($transaction, 0);
		return 1;
	},
	disconnect => sub {
		my ($self, $session) = @_;
		my $transaction = $session->{transaction};
		$self->wait_for_end($self->{observer}, $session->{client});
		$session->{client} = $self->connect;
		$session->{transaction} = undef;
		$self->ended($transaction, 0) if $transaction;
		return 1;
	},
	savepoint => sub {
		my ($self, $session, $name) = @_;
		my $transaction = $session->{transaction};
		return 0 if !$transaction || $transaction->{aborted};
		$self->command($session, "SAVEPOINT $name");
		Model::savepoint($transaction, $name);
		return 1;
	},
	rollback_to => sub {
		my ($self, $session, $name) = @_;
		my $transaction = $session->{transaction};
		return 0 if !$transaction || Model::find_savepoint($transaction, $name) < 0;
		$self->command($session, "ROLLBACK TO SAVEPOINT $name");
		Model::rollback_to($transaction, $name);
		$self->{figures}{savepoints_rolled_back}++;
		return 1;
	},
	release => sub {
		my ($self, $session, $name) = @_;
		my $transaction = $session->{transaction};
		return 0 if !$transaction || $transaction->{aborted} || Model::find_savepoint($transaction, $name) < 0;
		$self->command($session, "RELEASE SAVEPOINT $name");
		Model::release($transaction, $name);
		return 1;
	},
	prepare => sub {
		my ($self, $session, $gid) = @_;
		my $transaction = $session->{transaction};
		return 0 if !$transaction || $transaction->{aborted} || $self->{prepared}{"$self->{database}_$gid"};
		$self->command($session, "PREPARE TRANSACTION '$self->{database}_$gid'");
		$self->{prepared}{"$self->{database}_$gid"} = $transaction;
		$session->{transaction} = undef;
		$self->{figures}{prepared}++;
		return 1;
	},
	commit_prepared => sub {
		my ($self, $session, $gid) = @_;
		return 0 if $session->{transaction};
		my $transaction = delete $self->{prepared}{"$self->{database}_$gid"} or return 0;
		$self->command($session, "COMMIT PREPARED '$self->{database}_$gid'");
		$self->ended($transaction, 1);
		return 1;
	},
	rollback_prepared => sub {
		my ($self, $session, $gid) = @_;
		return 0 if $session->{transaction};
		my $transaction = delete $self->{prepared}{"$self->{database}_$gid"} or return 0;
		$self->command($session, "ROLLBACK PREPARED '$self->{database}_$gid'");
		$self->ended($transaction, 0);
		return 1;
	},
);

# command must succeed.
sub command
{
	my ($self, $session, $sql) = @_;
	my $answer = $session->{client}->query($sql);

	ModelOperations::differs('outcome', "$sql: $answer->{error}{code} $answer->{error}{message}")
	  if $answer->{error};
	return;
}

# ended: a transaction is over; its traces are compared.
sub ended
{
	my ($self, $transaction, $committed) = @_;
	my $figures = $self->{figures};

	$figures->{transactions}++;
	if ($committed)
	{
		my @log = @{ $transaction->{log} };
		my @late = $self->{model}->commit($transaction);
		$self->compare_transaction($transaction, @log);
		ModelOperations::differs('gaps', $late[0]) if @late;
	}
	else
	{
		$figures->{rolled_back}++;
		$self->{model}->rollback($transaction);
		$self->compare_transaction($transaction);
	}
	$self->look if $figures->{transactions} % LOOK_EVERY == 0 && !$self->{careless};
	return;
}

# with_xid has a query tell its transaction's id as the last column.
my %with_xid;

sub with_xid
{
	my $sql = shift;

	return $with_xid{$sql} //= do {
		my ($columns, $from) = $sql =~ /^(SELECT .*?)( FROM .*)?$/s;
		"$columns, pg_current_xact_id_if_assigned()" . ($from // '');
	};
}

# plan asks the model about an operation; nothing if it cannot be done now.
sub plan
{
	my ($self, $session, $name, @arguments) = @_;

	$self->{session} = $session;
	$self->{transaction} = $session->{transaction} // $self->{model}->begin;
	return if $self->{transaction}{aborted};
	return $operation->{$name}{plan}->($self, @arguments);
}

# operate has an operation done and judges what came back.
sub operate
{
	my ($self, $session, $step) = @_;
	my $plan = $self->plan($session, $step->{operation}, @{ $step->{arguments} }) or return 0;
	my $transaction = $self->{transaction};
	my $single = !$session->{transaction};
	my $error = $plan->{error} // '';
	my $guarded = $error ne '' && !$single && $step->{guarded};
	my $client = $session->{client};
	my $figures = $self->{figures};

	$client->send('SAVEPOINT guard') if $guarded;
	$client->send(with_xid($plan->{sql}), @{ $plan->{parameters} });
	if ($guarded)
	{
		$client->send('ROLLBACK TO SAVEPOINT guard');
		$client->send('RELEASE SAVEPOINT guard');
		$client->answer;
	}
	my $answer = $client->answer;
	if ($guarded)
	{
		$client->answer;
		$client->answer;
	}

	my $code = $answer->{error} ? $answer->{error}{code} : '';
	ModelOperations::differs('outcome',
		($code eq '' ? 'succeeded' : "$code $answer->{error}{message} (" . ($answer->{error}{detail} // '') . ")")
		  . ', expected ' . ($error eq '' ? 'success' : $error))
	  if $code ne $error;
	$figures->{operations}++;
	$figures->{done}{ $step->{operation} }{$code}++;
	if ($code ne '')
	{
		$figures->{errors}++;
		$figures->{blocked}++ if $code eq 'NB003';
		Model::abort($transaction) unless $guarded || $single;
		return 1;
	}
	foreach my $row (@{ $answer->{rows} })
	{
		my $xid = pop @$row;
		next unless defined $xid;
		ModelOperations::differs('log', "transaction $transaction->{xid} became $xid")
		  if defined $transaction->{xid} && $transaction->{xid} ne $xid;
		$transaction->{xid} = $xid;
	}
	$plan->{accept}->(@{ $answer->{rows} }) if $plan->{accept};
	$self->ended($transaction, 1) if $single;
	$self->compare_all if $figures->{operations} % COMPARE_EVERY == 0;
	return 1;
}

# do does a step, if that is possible, and notes it.
sub do
{
	my ($self, $step) = @_;
	my $session = $self->{sessions}[ $step->{session} - 1 ];
	my $control = $control{ $step->{operation} };

	$self->{step} = $step;
	push @{ $self->{steps} }, $step;
	my $done = $control ? $control->($self, $session, @{ $step->{arguments} }) : $self->operate($session, $step);
	pop @{ $self->{steps} } unless $done;
	return $done;
}

# ---- drawing steps ------------------------------------------------------------------------

my $gids = 0;

# draw_control draws a step that begins or ends something, or none.
sub draw_control
{
	my ($self, $number) = @_;
	my $session = $self->{sessions}[ $number - 1 ];
	my $transaction = $session->{transaction};
	my @prepared = sort keys %{ $self->{prepared} };
	my $chance = $self->random(100);

	if (!$transaction)
	{
		if (@prepared && $chance < 10 * @prepared)
		{
			my ($gid) = $self->draw(@prepared) =~ /_([^_]+)$/;
			return ($self->draw(qw(commit_prepared rollback_prepared)), $gid);
		}
		return 'disconnect' if $chance == 99;
		return ('begin', $self->random(6) ? 'committed' : 'repeatable') if $chance >= 50;
		return;
	}
	my @savepoints = map { $_->[0] } @{ $transaction->{savepoints} };
	if ($transaction->{aborted})
	{
		return @savepoints && $chance < 60 ? ('rollback_to', $self->draw(@savepoints)) : 'rollback';
	}
	return 'commit' if $chance < 10;
	return 'rollback' if $chance < 21;
	return 'disconnect' if $chance == 21;
	return ('savepoint', 'p' . (@savepoints + 1)) if $chance < 32 && @savepoints < SAVEPOINTS_MOST;
	return ('rollback_to', $self->draw(@savepoints)) if $chance < 39 && @savepoints;
	return ('release', $self->draw(@savepoints)) if $chance < 42 && @savepoints;
	return ('prepare', 'g' . ++$gids) if $chance >= 98 && @prepared < PREPARED_MOST;
	return;
}

# draw_operation draws an operation that can be done: mostly one that succeeds.
sub draw_operation
{
	my ($self, $number) = @_;
	my $session = $self->{sessions}[ $number - 1 ];

	foreach (1 .. 20)
	{
		my $name = $self->draw_weighted(@{ $self->{weights} });
		my @arguments = $operation->{$name}{draw}->($self);
		next unless @arguments && defined $arguments[0];
		@arguments = map { ref $_ ? $_->{name} : $_ } @arguments;
		my $plan = $self->plan($session, $name, @arguments) or next;
		my $error = $plan->{error} // '';
		next if $error eq 'NB003' ? $self->random(6) : $error ne '' ? $self->random(3) : 0;
		return ($name, @arguments);
	}
	return;
}

# generate draws and does so many operations.
sub generate
{
	my ($self, $operations) = @_;

	my $mood = 0;

	while ($self->{figures}{operations} < $operations)
	{
		if ($self->{figures}{operations} >= $mood)
		{
			$mood += MOOD_EVERY;
			$self->change_mood;
		}
		my $number = 1 + $self->random(SESSIONS);
		my ($name, @arguments) = $self->draw_control($number);
		($name, @arguments) = $self->draw_operation($number) unless defined $name;
		next unless defined $name;
		$self->do({
			id => @{ $self->{steps} } ? $self->{steps}[-1]{id} + 1 : 1,
			session => $number,
			operation => $name,
			arguments => \@arguments,
			guarded => $self->random(5) ? 1 : 0,
		});
	}
	return;
}

# ---- comparing -----------------------------------------------------------------------------

sub words { return join ' ', map { $_ // '-' } @_ }

# counter_of finds the model's counter for one of the server's; nothing for
# what is unknown.
sub counter_of
{
	my ($self, $id) = @_;

	return unless defined $id;
	return $self->{counters}{$id} //= do {
		my ($row) = $self->{observer}->rows(
			'SELECT document_type, coalesce(scope, \'\') FROM docnum.counter WHERE counter_id = $1', $id);
		$row ? $self->{model}->counter(@$row) : undef;
	};
}

# add_values adds first .. last to a set of values, told as "first..last" words.
sub spans
{
	my @spans = sort { $a->[0] <=> $b->[0] } @_;
	my @joined;

	foreach my $span (@spans)
	{
		if (@joined && $span->[0] == $joined[-1][1] + 1) { $joined[-1][1] = $span->[1] }
		else { push @joined, [@$span] }
	}
	return join ' ', map { $_->[0] == $_->[1] ? $_->[0] : "$_->[0]..$_->[1]" } @joined;
}

# compare_transaction compares what a transaction left in the log and in the
# ledger with what the model says; nothing, if it was rolled back.
sub compare_transaction
{
	my ($self, $transaction, @expected) = @_;

	if (!defined $transaction->{xid})
	{
		ModelOperations::differs('log', 'the transaction wrote, but has no id') if @expected;
		return;
	}
	return if $self->{careless};
	$self->{figures}{compared}++;
	my @rows = $self->{observer}->rows(
		'SELECT a.operation, a.document_type, a.document_number, a.value, a.old_value, a.new_value,
			a.metadata ->> \'recycled\', a.metadata ->> \'related_number\', a.metadata ->> \'reason\',
			a.metadata ->> \'cause\', a.counter_id, coalesce(n.state, x.state),
			coalesce(n.document_number, x.document_number)
		FROM docnum.audit_log a
			LEFT JOIN docnum.number n ON n.counter_id = a.counter_id AND n.value = a.value
			LEFT JOIN docnum.number x ON a.value IS NULL AND x.document_number = a.document_number
				AND x.uniqueness_id = coalesce(a.counter_id, 0) AND x.counter_id IS NULL
		WHERE a.xid = $1
		ORDER BY a.id', $transaction->{xid});
	my (@got, %got_spans, @want, %want_spans);

	foreach my $row (@rows)
	{
		my ($operation, $type, $text, $value, $old, $new, $recycled, $related, $reason, $cause,
			$id, $state, $number) = @$row;
		my $counter = $self->counter_of($id);

		$self->{logged}{$operation}++;
		if ($operation eq 'SKIP')
		{
			push @{ $got_spans{"$counter->{name} $cause"} }, [ $new =~ /^([0-9]+)\.\.([0-9]+)$/ ];
			next;
		}
		($old, $new) = (undef, undef) if $operation eq 'EXTEND';
		push @got, words($operation, $type, $text, $counter && $counter->{name}, $value, $old, $new,
			$recycled ? 1 : 0, $related, $reason);

		# The ledger says the same as the log and as the model.
		next unless defined $value || defined $text;
		my $what = $text // "value $value of $counter->{name}";
		ModelOperations::same('state', "text of $what", $number, $text) if defined $text;
		my ($row_of_model) = defined $value ? $counter->{live}{$value}
		  : grep { !$_->{counter} } @{ $self->{model}{texts}{$text} // [] };
		ModelOperations::same('state', $what, $state, $row_of_model && Model::committed_state($row_of_model));
	}
	foreach my $entry (@expected)
	{
		if ($entry->{operation} eq 'SKIP')
		{
			push @{ $want_spans{"$entry->{counter}{name} $entry->{cause}"} }, [ @$entry{qw(first last)} ];
			next;
		}
		my $counter = $entry->{counter} // ($entry->{row} && $entry->{row}{within});
		push @want, words(@$entry{qw(operation type text)}, $counter && $counter->{name},
			@$entry{qw(value old new)}, $entry->{recycled} ? 1 : 0, @$entry{qw(related reason)});
	}
	ModelOperations::same('log', 'rows of the log', join("\n", sort @got), join("\n", sort @want));
	foreach my $what (sort keys %{ { %got_spans, %want_spans } })
	{
		ModelOperations::same('log', "values logged as skipped in $what",
			spans(@{ $got_spans{$what} // [] }), spans(@{ $want_spans{$what} // [] }));
	}
	return;
}

# look compares status and gaps of all types.
sub look
{
	my ($self) = @_;
	my $counters = $self->{model}{counters};

	foreach my $row ($self->{observer}->rows(
			'SELECT document_type, coalesce(scope, \'\'), current_value, reserved, closed FROM docnum_status()'))
	{
		my ($type, $scope, $current, $reserved, $closed) = @$row;
		my $counter = $counters->{"$type $scope"} or next;
		my $value = Model::committed_last($counter) || $counter->{first} - 1;
		ModelOperations::same('next number', "current value of $counter->{name}", $current, $value);
		ModelOperations::same('state', "closed is $counter->{name}", $closed,
			Model::is_closed($counter) ? 't' : 'f');
	}
	return;
}

# compare_gaps compares docnum_gaps with what the model says of each value up to
# the last committed one, but for those that open transactions have marked.
sub compare_gaps
{
	my ($self) = @_;
	my %got;

	return if !$self->{functions}{docnum_gaps};
	foreach my $row ($self->{observer}->rows(
			'SELECT document_type, coalesce(scope, \'\'), first_value, last_value, cause FROM docnum_gaps()'))
	{
		my ($type, $scope, $first, $last, $cause) = @$row;
		push @{ $got{"$type $scope"} }, [ $first, $last, $cause ];
	}
	foreach my $name (sort keys %{ $self->{model}{counters} })
	{
		my $counter = $self->{model}{counters}{$name};
		my $last = Model::committed_last($counter);
		my @touched = grep { $_->{open} || $_->{pending} } @{ $counter->{ranges} }, @{ $counter->{dropped} };
		my $is_touched = sub {
			my $value = shift;
			return scalar grep { $_->{first} <= $value && $_->{last} >= $value } @touched;
		};
		my (%want, %have);
		foreach my $value (grep { !$is_touched->($_) } $counter->{first} .. $last)
		{
			my $cause = Model::cause_of_gap($counter, $value) // next;
			push @{ $want{$cause} }, [ $value, $value ];
		}
		foreach my $gap (@{ $got{$name} // [] })
		{
			foreach my $value ($gap->[0] .. ($gap->[1] > $last ? $last : $gap->[1]))
			{
				push @{ $have{ $gap->[2] } }, [ $value, $value ] if !$is_touched->($value);
			}
		}
		$_ = spans(@$_) foreach values %want, values %have;
		compare_hashes('gaps', "gaps of $name", \%have, \%want);
	}
	return;
}

# compare_all compares everything: ledger, ranges, reservations, log, next
# numbers; and has docnum look for itself.
sub compare_all
{
	my ($self) = @_;
	my ($observer, $model) = @$self{qw(observer model)};
	my (%want, %got, @problems);

	return if $self->{careless};
	$self->{figures}{full}++;
	$self->look;
	$self->compare_gaps;
	foreach my $row ($observer->rows(
			'SELECT counter_id, value, document_number, state FROM docnum.number'))
	{
		my $counter = $self->counter_of($row->[0]);
		$got{ words($counter && $counter->{name}, $row->[1], $row->[2]) } = $row->[3];
	}
	foreach my $row (grep { !$_->{counter} } map { @$_ } values %{ $model->{texts} })
	{
		my $state = Model::committed_state($row);
		$want{ words(undef, undef, $row->{text}) } = $state if defined $state;
	}
	foreach my $counter (values %{ $model->{counters} })
	{
		foreach my $row (values %{ $counter->{live} })
		{
			my $state = Model::committed_state($row);
			$want{ words($counter->{name}, @$row{qw(value text)}) } = $state if defined $state;
		}
	}
	compare_hashes('state', 'ledger', \%got, \%want);

	(%got, %want) = ();
	foreach my $row ($observer->rows('SELECT counter_id, first_value, last_value, cause FROM docnum.range WHERE cause <> \'closed\''))
	{
		push @{ $got{ $self->counter_of($row->[0])->{name} . " $row->[3]" } }, [ @$row[ 1, 2 ] ];
	}
	foreach my $counter (values %{ $model->{counters} })
	{
		push @{ $want{"$counter->{name} $_->{cause}"} }, [ @$_{qw(first last)} ]
		  foreach Model::committed_ranges($counter);
	}
	$_ = spans(@$_) foreach values %got, values %want;
	compare_hashes('gaps', 'ranges', \%got, \%want);

	%got = map { @$_ } $observer->rows('SELECT token, finished_at IS NOT NULL FROM docnum.reservation');
	%want = map { $_->{token} => (Model::is_finished($_) ? 't' : 'f') }
	  grep { !$_->{open} } values %{ $model->{reservations} };
	compare_hashes('state', 'reservations', \%got, \%want);

	%got = map { @$_ } $observer->rows(
		'SELECT operation, count(*) FROM docnum.audit_log WHERE operation <> \'DEFINE\' GROUP BY operation');
	compare_hashes('log', 'rows of the log, by operation', \%got, $self->{logged});

	foreach my $counter (map { $model->{counters}{$_} } sort keys %{ $model->{counters} })
	{
		next if $counter->{lock};
		my @values = $model->may_preview($counter, undef);
		next if grep { !defined } @values;
		my $answer = $observer->query('SELECT docnum_preview($1, $2, $3)', $counter->{type}{name},
			ModelOperations::place($counter->{type}, $counter->{scope}));
		if (@values && !$answer->{error})
		{
			ModelOperations::previewed($self, $counter, $answer->{rows}[0][0], @values);
		}
		else
		{
			ModelOperations::same('next number', "preview of $counter->{name}",
				$answer->{error} ? $answer->{error}{code} : $answer->{rows}[0][0],
				@values ? 'success' : $counter->{closed} ? 'NB010' : 'NB002');
		}
	}

	@problems = map { words(@$_) } $observer->rows('SELECT * FROM docnum_validate()');
	ModelOperations::differs('validate', "docnum_validate: $problems[0]") if @problems;
	return;
}

sub compare_hashes
{
	my ($kind, $what, $got, $want) = @_;

	foreach my $key (sort keys %{ { %$got, %$want } })
	{
		ModelOperations::same($kind, "$what: $key", $got->{$key}, $want->{$key});
	}
	return;
}

# ---- whole runs -----------------------------------------------------------------------------

# attempt runs a piece of code that compares; returns the difference, or nothing.
sub attempt
{
	my ($self, $code) = @_;

	return if eval { $code->(); 1 };
	my $difference = $@;
	die $difference unless ref $difference eq 'HASH' || $difference =~ /^[0-9A-Z]{5} |: [0-9A-Z]{5} /;
	$difference = { kind => 'error', text => $difference } unless ref $difference;
	return $difference;
}

# run draws and does so many operations; returns the first difference, or nothing.
sub run
{
	my ($self, $operations) = @_;

	my $difference = $self->attempt(sub {
		$self->generate($operations);
		$self->compare_all;
	});
	return $difference;
}

# replay does these steps.
sub replay
{
	my ($self, @steps) = @_;

	return $self->attempt(sub {
		$self->do({ %$_ }) foreach @steps;
		$self->compare_all;
	});
}

# shorten looks for fewer steps with a difference of the same kind: first without
# whole document types, then without transactions, then without single steps.  It takes so many seconds, or more
# while the script is too long to read.  Returns steps and difference.
sub shorten
{
	my ($class, $node, $variant, $difference, $seconds, @steps) = @_;
	my $start = time;
	my $run = $class->new($node, variant => $variant);
	my $fails = sub {
		return if time > $start + ($seconds > 0 && @steps > 60 ? 4 : 1) * $seconds;
		$run->leave;
		$run = $class->new($node, variant => $variant, database => $run->{database},
			careless => $difference->{kind} =~ /^(?:outcome|number|next number|result)$/ ? 1 : 0);
		my $other = $run->replay(@_);
		my @done = @{ $run->{steps} };
		return unless $other && $other->{kind} eq $difference->{kind} && @done < @steps;
		($difference, @steps) = ($other, @done);
		return 1;
	};

	foreach my $units (\&types_of, \&transactions_of, sub { map { [$_] } @_ })
	{
		my @units = $units->(@steps);

		# Transactions in which nothing is left to do can go at once.
		my %idle = map { $_->{id} => 1 } map { @$_ }
		  grep { !grep { !$control{ $_->{operation} } } @$_ } transactions_of(@steps);
		if (%idle && $fails->(grep { !$idle{ $_->{id} } } @steps))
		{
			my %left = map { $_->{id} => 1 } @steps;
			@units = grep { @$_ } map { [ grep { $left{ $_->{id} } } @$_ ] } @units;
		}
		for (my $size = $units == \&types_of ? 1 : int(@units / 2) || 1; $size >= 1; $size = int($size / 2))
		{
			for (my $from = 0; $from < @units;)
			{
				my %without = map { $_->{id} => 1 } map { @$_ } @units[ $from .. ($from + $size > @units ? $#units : $from + $size - 1) ];
				if ($fails->(grep { !$without{ $_->{id} } } @steps))
				{
					my %left = map { $_->{id} => 1 } @steps;
					@units = grep { @$_ } map { [ grep { $left{ $_->{id} } } @$_ ] } @units;
				}
				else { $from += $size }
			}
		}
	}
	$run->end;
	return ($difference, @steps);
}

# types_of puts the operations on each document type together.
sub types_of
{
	my (%units, %type);

	foreach my $step (grep { !$control{ $_->{operation} } } @_)
	{
		my ($word) = @{ $step->{arguments} };
		my $type = $word =~ /^\@([0-9]+)/ ? $type{$1} // '' : $word;
		$type{ $step->{id} } = $type;
		push @{ $units{$type} }, $step;
	}
	return map { $units{$_} } sort keys %units;
}

# transactions_of puts the steps of each transaction together.
sub transactions_of
{
	my (@units, %open);

	foreach my $step (@_)
	{
		my $session = $step->{session};
		my $unit = $open{$session};
		push @units, $unit = [] unless $unit;
		push @$unit, $step;
		$open{$session} = $unit if $step->{operation} eq 'begin';
		delete $open{$session} if $step->{operation} =~ /^(?:commit|rollback|prepare|disconnect)$/;
	}
	return @units;
}

# ---- scripts ----------------------------------------------------------------------------------

# script writes steps as text, which read_script reads.
sub script
{
	my ($variant, @steps) = @_;

	return join '', "variant $variant\n", map {
		"$_->{id} s$_->{session} $_->{operation}"
		  . join('', map { $_ eq '' ? ' -' : " $_" } @{ $_->{arguments} })
		  . ($_->{guarded} || $control{ $_->{operation} } ? '' : ' !') . "\n"
	} @steps;
}

sub read_script
{
	my $text = shift;
	my ($variant) = $text =~ /^variant ([0-9]+)$/m or die "the script does not say which variant\n";
	my @steps;

	while ($text =~ /^([0-9]+) s([0-9]+) (\S+)(.*)$/mg)
	{
		my ($id, $session, $name, $rest) = ($1, $2, $3, $4);
		my $unguarded = $rest =~ s/ !$//;
		push @steps, {
			id => $id,
			session => $session,
			operation => $name,
			arguments => [ map { $_ eq '-' ? '' : $_ } split ' ', $rest ],
			guarded => !$unguarded,
		};
	}
	return ($variant, @steps);
}

1;
