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

use JSON::PP;

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
	my ($run, $counter, $text, $state, $operation, @more) = @_;
	my $value = $text =~ $counter->{type}{pattern} ? $+{value} + 0 : 0;

	same('number', 'number', $text, $run->{model}->render($counter, $value));
	$run->record_taken($counter);
	my ($row, $complaint) = $run->{model}->accept_value($counter, $run->{transaction}, $value,
		$state, $operation, @more);
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
		my $error = $run->{model}->may_allocate($counter, $run->{transaction}, 1) // return;
		return {
			sql => 'SELECT docnum_next($1, $2, $3)',
			parameters => [ $name, place($counter->{type}, $scope) ],
			error => $error,
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
		my $error = $run->{model}->may_allocate($counter, $run->{transaction}, $count) // return;
		return {
			sql => 'SELECT n FROM docnum_next_batch($1, $4, $2, $3) n',
			parameters => [ $name, place($counter->{type}, $scope), $count ],
			error => $error,
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
		my $error = $run->{model}->may_allocate($counter, $run->{transaction}, 1) // return;
		return {
			sql => 'SELECT r.* FROM docnum_reserve($1, $2, NULL, $4, $3) r',
			parameters => [ $name, place($counter->{type}, $scope), $ttl{$ttl} ],
			error => $error,
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
		my $error = $run->{model}->may_allocate($counter, $run->{transaction}, $count) // return;
		return {
			sql => 'SELECT r.* FROM docnum_reserve_batch($1, $5, $2, NULL, $4, $3) r',
			parameters => [ $name, place($counter->{type}, $scope), $ttl{$ttl}, $count ],
			error => $error,
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

# ---- numbers by hand ---------------------------------------------------------------------------

# busy: another transaction holds the scope to its end.
sub busy
{
	my ($run, $counter) = @_;
	return Model::is_others($run->{transaction}, $counter, 'lock');
}

# A number to override: above the last, free, jumped over, given, skipped; or a text
# that the type's format cannot give, such as one that another type will want.
sub draw_number
{
	my ($run, $counter) = @_;
	my $model = $run->{model};
	my $tail = Model::tail($counter);
	my @free = sort { $a <=> $b } keys %{ $counter->{free} };
	my @ranges = @{ $counter->{ranges} };
	my $kind = $run->random(12);

	if ($kind < 2)
	{
		return 'OLD/' . $run->random(300) if $kind == 0;
		my ($type, $scope) = draw_place($run);
		my $other = $model->counter($type->{name}, $scope);
		return $model->render($other, Model::tail($other) + $run->random(4));
	}
	my $value = $tail + $run->random($run->random(10) ? 6 : 200);
	$value = $run->draw(@free) if $kind < 5 && @free;
	if ($kind == 5 || $kind == 6)
	{
		@ranges = grep { $_->{cause} eq 'jumped' } @ranges if $kind == 5;
		my $range = @ranges ? $run->draw(@ranges) : undef;
		$value = $range->{first} + $run->random($range->{last} - $range->{first} + 1) if $range;
	}
	$value = 1 + $run->random($tail) if $kind == 7;
	$value = $counter->{type}{max} + 1 if $kind == 8 && $run->random(10) == 0;
	return $model->render($counter, $value);
}

$operation{override} = {
	weight => 5,
	needs => 'docnum_override',
	draw => sub {
		my ($run) = @_;
		my ($type, $scope) = draw_place($run, sub { $_[0]{override} || $run->random(30) == 0 });
		my $counter = $run->{model}->counter($type->{name}, $scope);
		return ($type, $type->{unique_per_scope} ? $scope : '', draw_number($run, $counter),
			$run->draw(qw(strict waived)));
	},
	plan => sub {
		my ($run, $name, $scope, $text, $check) = @_;
		my ($model, $transaction) = @$run{qw(model transaction)};
		my $type = $model->{types}{$name};
		my ($counter, $value) = $model->parse($type, $text, $scope);
		my $waived = $check eq 'waived';
		my $code = '';
		my $range;

		if ($counter)
		{
			# Two transactions that cut one range: what happens is not documented.
			return if Model::is_touched($counter, $transaction, $value, $value)
			  || $model->has_trace($text, $transaction);
			$range = Model::range_of($counter, $value);
			$code = busy($run, $counter) ? 'NB003'
			  : $counter->{closed} ? 'NB010'
			  : $value > $type->{max} ? 'NB002'
			  : $counter->{live}{$value} || ($range && $range->{cause} ne 'jumped')
			  || $model->holder($text, Model::uniqueness($counter), undef) ? 'NB005'
			  : '';
		}
		elsif (!$waived) { $code = 'NB006' }
		else
		{
			$counter = $scope eq '' ? undef : $model->counter($name, $scope);
			$code = 'NB005' if $model->holder($text, $counter ? Model::uniqueness($counter) : '', undef);
		}
		$code = 'NB007' if !$type->{override};
		return {
			sql => 'SELECT docnum_override($1, $2, $3, $4, $5)',
			parameters => [ $name, $text, 'by hand', $waived ? 't' : 'f', $scope eq '' ? undef : $scope ],
			error => $code,
			accept => sub {
				same('result', 'number', $_[0][0], $text);
				my $row = defined $value
				  ? overridden($run, $counter, $value, $range)
				  : $model->add_row($transaction, undef, undef, 'external', type => $type, text => $text,
					uniqueness => $counter ? Model::uniqueness($counter) : '', within => $counter);
				$model->log($transaction, 'MANUAL_OVERRIDE', $row, reason => 'by hand');
				$run->made($row);
			},
		};
	},
};

# A few numbers of one counter, from where it stands on, taken over from elsewhere:
# what lies between them is jumped over.  One that is there already is told of.
$operation{import} = {
	weight => 2,
	needs => 'docnum_import',
	draw => sub {
		my ($run) = @_;
		my ($type, $scope) = draw_place($run, sub { !$_[0]{unique_per_scope} });
		return if !$type;
		my $counter = $run->{model}->counter($type->{name}, $scope);
		my $value = Model::tail($counter) + $run->random(3);
		my @values;

		push @values, $value += $run->random(3) foreach 0 .. $run->random(3);
		unshift @values, $counter->{last} if $counter->{last} && $run->random(4) == 0;
		return ($type, $scope, join ',', @values);
	},
	plan => sub {
		my ($run, $name, $scope, $list) = @_;
		my ($model, $transaction) = @$run{qw(model transaction)};
		my $counter = $model->counter($name, $scope);
		my $type = $counter->{type};
		my @values = split /,/, $list;
		my $tail = Model::tail($counter);
		my $last = $values[-1];
		my (@source, @verdicts, %new);

		return if $last > $type->{max} || Model::is_touched($counter, $transaction, 1, $last);
		foreach my $value (@values)
		{
			my $text = $model->render($counter, $value);
			my $range = Model::range_of($counter, $value);
			my $row = $counter->{live}{$value};
			return if $model->has_trace($text, $transaction)
			  || ($range && $range->{cause} ne 'jumped')
			  || ($value < $tail && !$row) || ($row && Model::is_others($transaction, $row, 'open'))
			  || (!$row && $model->holder($text, Model::uniqueness($counter), undef));
			push @source, { row_number => scalar @source + 1, document_number => $text };
			my $there = $new{$value} || ($row && $row->{imported});
			push @verdicts, $there ? 'duplicate' : $row || $counter->{closed} ? 'taken' : 'imported';
			$new{$value} = 1 if $verdicts[-1] eq 'imported';
		}
		return {
			sql => q[SELECT string_agg(verdict, ',' ORDER BY row_number) FROM set_config('model.source', $1, false) s,
				LATERAL docnum_import($2, 'source', 'source' || left(s, 0), report => 'all')],
			parameters => [ JSON::PP::encode_json(\@source), $name ],
			error => busy($run, $counter) ? 'NB003' : '',
			accept => sub {
				same('result', 'verdicts', $_[0][0], join ',', @verdicts);
				Model::lock_scope($transaction, $counter);
				foreach my $value (sort { $a <=> $b } keys %new)
				{
					my $from = Model::tail($counter);
					my $range = Model::range_of($counter, $value);
					$model->cut_range($transaction, $counter, $range, $value, $value) if $range;
					$model->fill($transaction, $counter, $from, $value - 1, 'jumped', 'silent');
					my $row = $model->add_row($transaction, $counter, $value, 'imported', imported => 1);
					$model->log($transaction, 'MANUAL_OVERRIDE', $row);
				}
				$model->log($transaction, 'IMPORT', undef, type => $name);
			},
		};
	},
};

# overridden gives a value by hand.
sub overridden
{
	my ($run, $counter, $value, $range) = @_;
	my ($model, $transaction) = @$run{qw(model transaction)};
	my $tail = Model::tail($counter);

	Model::lock_scope($transaction, $counter) if $value >= $tail || $counter->{type}{strict};
	$model->cut_range($transaction, $counter, $range, $value, $value) if $range;
	$model->fill($transaction, $counter, $tail, $value - 1, 'jumped') if $value > $tail;
	return $model->add_row($transaction, $counter, $value, 'confirmed');
}

# named returns the rows that a text names to the transaction.
sub named
{
	my ($run, $text, $type, $scope) = @_;

	return grep {
		Model::seen_state($_, $run->{transaction})
		  && (!defined $type || $_->{type}{name} eq $type)
		  && (!defined $scope || scope_of($_) eq $scope)
	} @{ $run->{model}{texts}{$text} // [] };
}

sub scope_of
{
	my $row = shift;
	my $counter = $row->{counter} // $row->{within};
	return $counter ? $counter->{scope} : '';
}

# The row of a step, and how the calls name it: by its text, or in full.
sub name_row
{
	my ($run, $name, $how) = @_;
	my $row = $run->row($name) or return;
	my $type = $how eq 'full' ? $row->{type}{name} : undef;
	my $scope = $how eq 'full' && scope_of($row) ne '' ? scope_of($row) : undef;

	return ($row->{text}, $type, $scope, named($run, $row->{text}, $type, $scope));
}

my %issued = map { $_ => 1 } qw(confirmed imported external);

sub draw_issued
{
	my ($run) = @_;
	my $name = $run->draw_row(sub { $_[0]{alive} && ($issued{ $_[0]{state} } || $run->random(15) == 0) })
	  or return;
	return ($name, $run->draw(qw(bare full)));
}

sub voided
{
	my ($run, $row, @more) = @_;
	my ($model, $transaction) = @$run{qw(model transaction)};
	my $old = $row->{state};

	$model->set_state($transaction, $row, 'voided');
	$model->log($transaction, 'VOID', $row, old => $old, @more);
	return;
}

$operation{void} = {
	weight => 5,
	needs => 'docnum_void',
	draw => \&draw_issued,
	plan => sub {
		my ($run, $name, $how) = @_;
		my ($text, $type, $scope, @rows) = name_row($run, $name, $how) or return;
		my $row = $rows[0];
		return {
			sql => 'SELECT docnum_void($1, $2, $3, $4)',
			parameters => [ $text, 'wrong', $type, $scope ],
			error => !@rows ? 'NB015' : @rows > 1 ? 'NB016'
			  : Model::is_others($run->{transaction}, $row, 'pending') ? 'NB003'
			  : $issued{ $row->{state} } ? '' : 'NB010',
			accept => sub {
				same('result', 'voided', $_[0][0], 't');
				voided($run, $row, reason => 'wrong');
			},
		};
	},
};

$operation{replace} = {
	weight => 4,
	needs => 'docnum_replace',
	draw => \&draw_issued,
	plan => sub {
		my ($run, $name, $how) = @_;
		my ($model, $transaction) = @$run{qw(model transaction)};
		my ($text, $type, $scope, @rows) = name_row($run, $name, $how) or return;
		my $row = $rows[0];
		my ($error, $counter, $date) = ('');

		if (!@rows) { $error = 'NB015' }
		elsif (@rows > 1) { $error = 'NB016' }
		elsif (!$issued{ Model::seen_state($row, $transaction) }) { $error = 'NB010' }
		else
		{
			my $within = scope_of($row);
			$within = 2024 if $row->{type}{scope} eq 'YEARLY' && $within eq '';
			return if $row->{type}{scope} eq 'PROJECT' && $within eq '';
			$counter = $model->counter($row->{type}{name}, $within);
			(undef, $date) = place($row->{type}, $within);
			$error = $model->may_allocate($counter, $transaction, 1) // return;
			$error ||= 'NB003' if Model::is_others($transaction, $row, 'pending');
		}
		return {
			sql => 'SELECT docnum_replace($1, $2, $3, $4, $5)',
			parameters => [ $text, 'wrong', $type, $scope, $date ],
			error => $error,
			accept => sub {
				my $new = take($run, $counter, $_[0][0], 'confirmed', 'REPLACE',
					related => $text, reason => 'wrong');
				voided($run, $row, related => $new->{text}, reason => 'wrong');
				$run->made($new);
			},
		};
	},
};

# ---- values by hand ----------------------------------------------------------------------------

$operation{skip} = {
	weight => 3,
	needs => 'docnum_skip',
	draw => sub {
		my ($run) = @_;
		my ($type, $scope) = draw_place($run);
		my $counter = $run->{model}->counter($type->{name}, $scope);
		my $tail = Model::tail($counter);
		my @free = sort { $a <=> $b } keys %{ $counter->{free} };
		my $from = $run->random(2) && @free ? $run->draw(@free)
		  : $run->random(4) ? $tail + $run->random(5) : $tail + 5 - $run->random(15);
		my $length = $run->random(40) == 0 ? 100000 : $run->random(4);
		return ($type, $scope, $from, $type->{max}) if $type->{moving} && $run->random(6) == 0;
		return ($type, $scope, $from, $from + $length - ($run->random(30) == 0 ? 5 : 0));
	},
	plan => sub {
		my ($run, $name, $scope, $from, $to) = @_;
		my ($model, $transaction) = @$run{qw(model transaction)};
		my $counter = $model->counter($name, $scope);
		my $type = $counter->{type};
		my ($scope_value, $date) = place($type, $scope);

		return if Model::is_touched($counter, $transaction, $from, $to)
		  || grep { $model->has_trace($model->render($counter, $_), $transaction) }
			$from .. ($to > $counter->{last} ? $counter->{last} : $to);
		return {
			sql => 'SELECT docnum_skip($1, $2, $3, $4, $5, $6)',
			parameters => [ $name, $from, $to, 'lost', $scope_value, $date ],
			error => busy($run, $counter) ? 'NB003'
			  : $from < 1 || $from > $to ? '22023'
			  : $to > $type->{max} ? 'NB002'
			  : $counter->{closed} ? 'NB010'
			  : Model::has_row($counter, $from, $to) ? 'NB005' : '',
			accept => sub {
				Model::lock_scope($transaction, $counter);
				same('result', 'values marked', $_[0][0],
					$model->fill($transaction, $counter, $from, $to, 'skipped'));
			},
		};
	},
};

$operation{set} = {
	weight => 2,
	needs => 'docnum_set',
	draw => sub {
		my ($run) = @_;
		my ($type, $scope) = draw_place($run);
		my $counter = $run->{model}->counter($type->{name}, $scope);
		my $at = Model::past_ranges($counter, Model::tail($counter)) - 1;
		return ($type, $scope, $run->random(2) ? $at + $run->random(8) : $at + 2 - $run->random(12));
	},
	plan => sub {
		my ($run, $name, $scope, $value) = @_;
		my ($model, $transaction) = @$run{qw(model transaction)};
		my $counter = $model->counter($name, $scope);
		my ($scope_value, $date) = place($counter->{type}, $scope);
		return {
			sql => 'SELECT docnum_set($1, $2, $3, $4, $5)',
			parameters => [ $name, $value, 'moved', $scope_value, $date ],
			error => busy($run, $counter) ? 'NB003'
			  : $counter->{closed} ? 'NB010'
			  : $value < 0 || $value > $counter->{type}{max} ? '22023'
			  : $value < $counter->{last} ? 'NB010'
			  : $value < $counter->{first} - 1 ? '22023' : '',
			accept => sub {
				my $before = Model::past_ranges($counter, Model::tail($counter)) - 1;
				Model::lock_scope($transaction, $counter);
				same('result', 'value before', $_[0][0], $before);
				my $changed = $value > $before
				  ? $model->fill($transaction, $counter, $before + 1, $value, 'jumped', 'silent')
				  : $model->set_back($transaction, $counter, $value);
				$model->log($transaction, 'SET', undef, type => $name, counter => $counter,
					old => $before, new => $value, reason => 'moved') if $changed;
			},
		};
	},
};

$operation{close} = {
	weight => 2,
	needs => 'docnum_close',
	draw => sub { $_[0]->random(4) ? draw_place($_[0], sub { $_[0]{scope} ne '' }) : draw_place($_[0]) },
	plan => sub {
		my ($run, $name, $scope) = @_;
		my ($model, $transaction) = @$run{qw(model transaction)};
		my $counter = $model->counter($name, $scope);
		my ($scope_value, $date) = place($counter->{type}, $scope);
		return {
			sql => 'SELECT docnum_close($1, $2, $3, $4)',
			parameters => [ $name, 'over', $scope_value, $date ],
			error => busy($run, $counter) ? 'NB003'
			  : $counter->{closed} ? 'NB010'
			  : Model::has_open_row($counter, $transaction) ? 'NB003'
			  : $model->has_reservation($counter) ? 'NB010' : '',
			accept => sub {
				my @free = sort { $a <=> $b } keys %{ $counter->{free} };
				Model::lock_scope($transaction, $counter);
				same('result', 'values skipped', $_[0][0], scalar @free);
				$model->fill($transaction, $counter, $_, $_, 'skipped') foreach @free;
				Model::set_closed($transaction, $counter, 1);
				$model->log($transaction, 'CLOSE', undef, type => $name, counter => $counter,
					new => scalar(@free) . ' values skipped', reason => 'over');
				$run->{closed}{ $counter->{name} } = $counter;
			},
		};
	},
};

$operation{reopen} = {
	weight => 2,
	needs => 'docnum_reopen',
	draw => sub {
		my ($run) = @_;
		my @closed = grep { $_->{closed} } map { $run->{closed}{$_} } sort keys %{ $run->{closed} };
		my $counter = @closed ? $run->draw(@closed) : undef;
		return $counter ? ($counter->{type}, $counter->{scope}) : draw_place($run) if $counter || !$run->random(3);
		return;
	},
	plan => sub {
		my ($run, $name, $scope) = @_;
		my ($model, $transaction) = @$run{qw(model transaction)};
		my $counter = $model->counter($name, $scope);
		my ($scope_value, $date) = place($counter->{type}, $scope);
		return {
			sql => 'SELECT docnum_reopen($1, $2, $3, $4)',
			parameters => [ $name, 'more came', $scope_value, $date ],
			error => busy($run, $counter) ? 'NB003' : '',
			accept => sub {
				my $closed = $counter->{closed};
				same('result', 'reopened', $_[0][0], $closed ? 't' : 'f');
				Model::lock_scope($transaction, $counter) if $closed || $counter->{type}{strict};
				return unless $closed;
				Model::set_closed($transaction, $counter, undef);
				$model->log($transaction, 'REOPEN', undef, type => $name, counter => $counter,
					old => 'closed', reason => 'more came');
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

		# Behind open manual work, the next call's number is not known yet.
		return if busy($run, $counter) || grep { !defined } @values;
		return {
			sql => 'SELECT docnum_preview($1, $2, $3)',
			parameters => [ $name, place($counter->{type}, $scope) ],
			error => @values ? '' : $counter->{closed} ? 'NB010' : 'NB002',
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
