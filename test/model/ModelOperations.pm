# The operations of the model test, one entry each:
#
#	weight		how often it is drawn
#	needs		the SQL function without which it is not drawn
#	draw		finds arguments; none: nothing to do it with
#	plan		what the model says of it: SQL and its parameters, the SQLSTATE
#				with which it fails ('' or absent: it succeeds), and accept,
#				which judges the rows and changes the model; it dies of a
#				difference.  No plan: it cannot be done now (a step on
#				which it depends was removed).
#
# Arguments are words.  "@17" means what step 17 made, "@17.2" its second.

package ModelOperations;

use strict;
use warnings;

use Model;

our %operation;

# ---- what operations share --------------------------------------------------------

# Scope value and date, as parameters, for a counter's scope.
sub place
{
	my ($type, $scope) = @_;

	return (undef, undef) if $type->{scope} eq '';
	return $type->{scope} eq 'YEARLY' ? (undef, "$scope-05-01") : ($scope, undef);
}

sub differs
{
	my ($kind, $text) = @_;
	die { kind => $kind, text => $text };
}

# same compares what the server said with what the model says.
sub same
{
	my ($kind, $what, $got, $expected) = @_;

	return if defined $got ? defined $expected && $got eq $expected : !defined $expected;
	differs($kind, "$what: " . ($got // 'NULL') . ', expected ' . ($expected // 'NULL'));
	return;
}

# draw_place draws a type and one of its scopes.
sub draw_place
{
	my ($run, $wanted) = @_;
	my $type = $run->draw_type($wanted) or return;

	return ($type, $run->draw_scope($type));
}

# take judges a number that was given and takes it.
sub take
{
	my ($run, $counter, $text, $state, $operation) = @_;
	my $value = $text =~ $counter->{type}{pattern} ? $+{value} + 0 : 0;

	same('number', 'number', $text, $run->{model}->render($counter, $value));
	$run->record_taken($counter);
	my ($row, $complaint) = $run->{model}->accept_value($counter, $run->{transaction}, $value,
		$state, $operation);
	differs('next number', $complaint) if $complaint;
	return $row;
}

# ---- allocation -----------------------------------------------------------------------

$operation{next} = {
	weight => 30,
	draw => sub { draw_place($_[0]) },
	plan => sub {
		my ($run, $name, $scope) = @_;
		my $counter = $run->{model}->counter($name, $scope);
		return {
			sql => 'SELECT docnum_next($1, $2, $3)',
			parameters => [ $name, place($counter->{type}, $scope) ],
			error => $run->{model}->may_allocate($counter, $run->{transaction}, 1),
			accept => sub {
				$run->made(take($run, $counter, $_[0][0], 'confirmed', 'ISSUE'));
			},
		};
	},
};

$operation{next_batch} = {
	weight => 2,
	needs => 'docnum_next_batch',
	draw => sub { my @place = draw_place($_[0]) or return; (@place, $_[0]->random(6)) },
	plan => sub {
		my ($run, $name, $scope, $count) = @_;
		my $counter = $run->{model}->counter($name, $scope);
		return {
			sql => 'SELECT n FROM docnum_next_batch($1, $4, $2, $3) n',
			parameters => [ $name, place($counter->{type}, $scope), $count ],
			error => $run->{model}->may_allocate($counter, $run->{transaction}, $count),
			accept => sub {
				same('result', 'numbers of the batch', scalar @_, $count);
				$run->made(map { take($run, $counter, $_->[0], 'confirmed', 'ISSUE') } @_);
			},
		};
	},
};

# The definition and the scope are wrong.
$operation{next_wrong} = {
	weight => 1,
	draw => sub { @{ $_[0]->draw([ 'X', '' ], [ 'C', 'a' ], [ 'S', 'a' ], [ 'P', '' ], [ 'Y', 'a' ]) } },
	plan => sub {
		my ($run, $name, $scope) = @_;
		return {
			sql => 'SELECT docnum_next($1, $2)',
			parameters => [ $name, $scope eq '' ? undef : $scope ],
			error => $name eq 'X' ? 'NB001' : 'NB009',
		};
	},
};

my %ttl = (hour => '1 hour', late => '1 microsecond');

sub reserved
{
	my ($run, $counter, $ttl, $columns) = @_;
	my ($token, $text, $type, $scope_value, $expires, $metadata, $replayed, $state, $scope) = @$columns;
	my $row = take($run, $counter, $text, 'reserved', 'RESERVE');
	my $reservation = {
		token => $token,
		row => $row,
		overdue => $ttl eq 'late' ? 1 : 0,
		finished => 0,
	};

	same('result', 'document type', $type, $counter->{type}{name});
	same('result', 'replayed', $replayed, 'f');
	same('result', 'state', $state, 'reserved');
	same('result', 'scope', $scope, $counter->{scope} eq '' ? undef : $counter->{scope});
	$run->{model}->add_reservation($run->{transaction}, $reservation);
	return $reservation;
}

$operation{reserve} = {
	weight => 22,
	draw => sub { my @place = draw_place($_[0]) or return; (@place, $_[0]->draw(qw(hour hour hour late))) },
	plan => sub {
		my ($run, $name, $scope, $ttl) = @_;
		my $counter = $run->{model}->counter($name, $scope);
		return {
			sql => 'SELECT r.* FROM docnum_reserve($1, $2, NULL, $4, $3) r',
			parameters => [ $name, place($counter->{type}, $scope), $ttl{$ttl} ],
			error => $run->{model}->may_allocate($counter, $run->{transaction}, 1),
			accept => sub { $run->made(reserved($run, $counter, $ttl, $_[0])) },
		};
	},
};

$operation{reserve_batch} = {
	weight => 2,
	needs => 'docnum_reserve_batch',
	draw => sub {
		my @place = draw_place($_[0]) or return;
		(@place, $_[0]->draw(qw(hour late)), $_[0]->random(5));
	},
	plan => sub {
		my ($run, $name, $scope, $ttl, $count) = @_;
		my $counter = $run->{model}->counter($name, $scope);
		return {
			sql => 'SELECT r.* FROM docnum_reserve_batch($1, $5, $2, NULL, $4, $3) r',
			parameters => [ $name, place($counter->{type}, $scope), $ttl{$ttl}, $count ],
			error => $run->{model}->may_allocate($counter, $run->{transaction}, $count),
			accept => sub {
				same('result', 'numbers of the batch', scalar @_, $count);
				$run->made(map { reserved($run, $counter, $ttl, $_) } @_);
			},
		};
	},
};

# ---- reservations ------------------------------------------------------------------------

# obstacle returns how a call with the token ends, if not well: unknown, busy,
# over; or nothing.
sub obstacle
{
	my ($run, $reservation) = @_;

	return 'unknown' if !$reservation->{alive} || Model::is_others($run->{transaction}, $reservation, 'open');
	return 'busy' if Model::is_others($run->{transaction}, $reservation, 'lock');
	return 'over' if $reservation->{overdue} || $reservation->{finished};
	return '';
}

my %refusal = (unknown => 'NB004', busy => 'NB003', over => 'NB004', '' => '');

sub finish
{
	my ($run, $reservation, $state, $operation, @more) = @_;
	my ($model, $transaction) = @$run{qw(model transaction)};
	my $old = $reservation->{row}{state};

	Model::mark($transaction, $reservation, 'lock');
	Model::mark($transaction, $reservation, 'pending');
	Model::change($transaction, $reservation, 'finished', 1);
	$model->set_state($transaction, $reservation->{row}, $state);
	$model->log($transaction, $operation, $reservation->{row}, old => $old, @more);
	return;
}

$operation{confirm} = {
	weight => 16,
	draw => sub { $_[0]->draw_reservation },
	plan => sub {
		my ($run, $name) = @_;
		my $reservation = $run->reservation($name) or return;
		return {
			sql => 'SELECT docnum_confirm($1)',
			parameters => [ $reservation->{token} ],
			error => $refusal{ obstacle($run, $reservation) },
			accept => sub {
				same('result', 'number', $_[0][0], $reservation->{row}{text});
				finish($run, $reservation, 'confirmed', 'CONFIRM');
			},
		};
	},
};

$operation{cancel} = {
	weight => 8,
	draw => sub { $_[0]->draw_reservation },
	plan => sub {
		my ($run, $name) = @_;
		my $reservation = $run->reservation($name) or return;
		my $obstacle = obstacle($run, $reservation);
		return {
			sql => 'SELECT docnum_cancel($1, $2)',
			parameters => [ $reservation->{token}, 'not needed' ],
			error => $obstacle eq 'busy' ? 'NB003' : '',
			accept => sub {
				same('result', 'cancelled', $_[0][0], $obstacle ? 'f' : 't');
				return if $obstacle eq 'unknown';
				Model::mark($run->{transaction}, $reservation, 'lock');
				finish($run, $reservation, 'cancelled', 'CANCEL', reason => 'not needed') if !$obstacle;
			},
		};
	},
};

$operation{extend} = {
	weight => 5,
	draw => sub { my @name = $_[0]->draw_reservation or return; (@name, $_[0]->draw(qw(long short))) },
	plan => sub {
		my ($run, $name, $ttl) = @_;
		my $reservation = $run->reservation($name) or return;
		return {
			sql => 'SELECT docnum_extend($1, $2)',
			parameters => [ $reservation->{token}, $ttl eq 'long' ? '2 hours' : '1 second' ],
			error => $refusal{ obstacle($run, $reservation) },
			accept => sub {
				my ($model, $transaction) = @$run{qw(model transaction)};
				Model::mark($transaction, $reservation, 'lock');
				$model->log($transaction, 'EXTEND', $reservation->{row}, text => undef, new => undef)
				  if $ttl eq 'long';
			},
		};
	},
};

$operation{expire} = {
	weight => 2,
	draw => sub { '' },
	plan => sub {
		my ($run) = @_;
		my $transaction = $run->{transaction};
		return {
			sql => 'SELECT docnum_expire()',
			parameters => [],
			accept => sub {
				my @overdue = grep {
					!$_->{finished} && !Model::is_others($transaction, $_, 'open')
					  && !Model::is_others($transaction, $_, 'lock')
				} $run->overdue;
				same('result', 'expired', $_[0][0], scalar @overdue);
				finish($run, $_, 'expired', 'EXPIRE') foreach @overdue;
			},
		};
	},
};

# ---- looking ---------------------------------------------------------------------------------

$operation{reservation} = {
	weight => 3,
	draw => sub { $_[0]->draw_reservation },
	plan => sub {
		my ($run, $name) = @_;
		my $reservation = $run->reservation($name) or return;
		return {
			sql => 'SELECT document_number, document_type, scope, state, remaining IS NULL,
				remaining > interval \'0\' FROM docnum_reservation($1)',
			parameters => [ $reservation->{token} ],
			accept => sub {
				my $row = $reservation->{row};
				my $state = $reservation->{alive} && Model::seen_state($row, $run->{transaction});
				same('result', 'reservations', scalar @_, $state ? 1 : 0);
				return unless $state;
				my $scope = $row->{counter}{scope};
				same('result', 'reservation', join(' ', map { $_ // '-' } @{ $_[0] }),
					join ' ', $row->{text}, $row->{type}{name}, $scope eq '' ? '-' : $scope,
					$state,
					$state eq 'reserved' ? 'f' : 't',
					$state ne 'reserved' ? '-' : $reservation->{overdue} ? 'f' : 't');
			},
		};
	},
};

$operation{preview} = {
	weight => 4,
	draw => sub { draw_place($_[0]) },
	plan => sub {
		my ($run, $name, $scope) = @_;
		my $counter = $run->{model}->counter($name, $scope);
		my @values = $run->{model}->may_preview($counter, $run->{transaction});
		return {
			sql => 'SELECT docnum_preview($1, $2, $3)',
			parameters => [ $name, place($counter->{type}, $scope) ],
			error => @values ? '' : 'NB002',
			accept => sub { previewed($run, $counter, $_[0][0], @values) },
		};
	},
};

sub previewed
{
	my ($run, $counter, $text, @values) = @_;
	my %may = map { $run->{model}->render($counter, $_) => 1 } @values;

	differs('next number', "preview of $counter->{name}: $text, expected one of "
		  . join ' ', sort keys %may)
	  unless $may{$text};
	return;
}

$operation{history} = {
	weight => 2,
	draw => sub { $_[0]->draw_row },
	plan => sub {
		my ($run, $name) = @_;
		my $named = $run->row($name) or return;
		my $transaction = $run->{transaction};
		my @rows = grep { Model::seen_state($_, $transaction) }
		  @{ $run->{model}{texts}{ $named->{text} } // [] };

		# Its own query sees what its transaction's snapshot shows.
		return if $run->{session}{repeatable};
		return {
			sql => 'SELECT operation FROM docnum_history($1)',
			parameters => [ $named->{text} ],
			error => @rows == 0 ? 'NB015' : @rows > 1 ? 'NB016' : '',
			accept => sub {
				my $row = $rows[0];
				same('log', "history of $row->{text}", join(' ', map { $_->[0] } @_),
					join ' ', @{ $row->{history} },
					map { $_->{operation} } grep { $_->{row} && $_->{row} == $row } @{ $transaction->{log} });
			},
		};
	},
};

1;
