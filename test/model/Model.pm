# The reference model: what docnum's documents say, as plain data.
#
# It knows counters, numbers, ranges, reservations and transactions, and
# nothing of how the extension does it.  All that open transactions have done is
# in one state, each item marked with its transaction; an undo list for each
# transaction takes back what is rolled back.  What is committed, and what one
# transaction sees, is told by the marks.
#
# Its one freedom is the documented one: a CONCURRENT type may give any free
# value or the next new one.  The driver says which it was, and accept_value
# judges it.

package Model;

use strict;
use warnings;

# The bound within which a rolled-back value must be given again, when the
# counter was so far past it.
use constant { BOUND_LEAST => 64, BOUND_FACTOR => 5.3 };

my $transactions = 0;			# begun
my %open;						# those that have marked something, by number

sub new
{
	my ($class, %types) = @_;

	%open = ();
	my $self = bless {
		types => {},
		counters => {},		# by type and scope
		texts => {},		# text => rows that have it
		traces => {},		# text => transactions that had it for a moment
		reservations => {},	# by token
		external => [],
		stamp => 0,			# grows with each allocation and each value set free
	}, $class;

	foreach my $name (keys %types)
	{
		my $type = { name => $name, start => 1, max => 999999, %{ $types{$name} } };
		$type->{pattern} = pattern($type->{format});
		$self->{types}{$name} = $type;
	}
	return $self;
}

# ---- numbers as text ------------------------------------------------------------

# pattern makes a regular expression of a format.
sub pattern
{
	my $format = quotemeta shift;

	$format =~ s/\\\{PROJECT\\\}/(?<project>[a-z]+)/;
	$format =~ s/\\\{YYYY\\\}/(?<year>[0-9]{4})/;
	$format =~ s/\\\{SEQ\\:([0-9]+)\\\}/(?<value>[0-9]{$1}|[1-9][0-9]{$1,})/;
	return qr/^$format$/;
}

# render writes the number of a value of a counter.
sub render
{
	my ($self, $counter, $value) = @_;
	my $text = $counter->{type}{format};

	$text =~ s/\{PROJECT\}/$counter->{scope}/;
	$text =~ s/\{YYYY\}/$counter->{scope}/;
	$text =~ s/\{SEQ:([0-9]+)\}/sprintf "%0$1d", $value/e;
	return $text;
}

# parse finds counter and value of a text, which may not show its scope; nothing
# if the format cannot read it.
sub parse
{
	my ($self, $type, $text, $given) = @_;

	return unless $text =~ $type->{pattern};
	my ($scope, $value) = ($+{project} // $+{year} // $given, $+{value} + 0);
	return ($self->counter($type->{name}, $scope), $value);
}

# ---- counters ---------------------------------------------------------------------

sub counter
{
	my ($self, $name, $scope) = @_;

	return $self->{counters}{"$name $scope"} //= {
		type => $self->{types}{$name},
		scope => $scope,
		name => "$name $scope",
		first => $self->{types}{$name}{start},
		live => {},			# value => row
		reserved => {},		# values with an open reservation
		last => 0,			# highest value that has a row, 0: none
		free => {},			# values below it without row and range
		ranges => [],		# in their order, without overlap
		dropped => [],		# ranges that open transactions took back
		lock => undef,		# transaction that holds the scope to its end
		closed => undef,
	};
}

# Puts a range in its place; they never overlap.
sub insert_range
{
	my ($counter, $range) = @_;
	my $ranges = $counter->{ranges};
	my $at = @$ranges;

	$at-- while $at > 0 && $ranges->[ $at - 1 ]{first} > $range->{first};
	splice @$ranges, $at, 0, $range;
	return;
}

sub remove_range
{
	my ($counter, $range) = @_;

	@{ $counter->{ranges} } = grep { $_ != $range } @{ $counter->{ranges} };
	return;
}

# range_of returns the range that covers a value, or nothing.
sub range_of
{
	my ($counter, $value) = @_;
	my $ranges = $counter->{ranges};
	my ($low, $high) = (0, scalar @$ranges);

	while ($low < $high)
	{
		my $middle = ($low + $high) >> 1;
		if ($ranges->[$middle]{last} < $value) { $low = $middle + 1 }
		else { $high = $middle }
	}
	return $low < @$ranges && $ranges->[$low]{first} <= $value ? $ranges->[$low] : undef;
}

# is_free: neither row nor range.
sub is_free { return !$_[0]->{live}{ $_[1] } && !range_of($_[0], $_[1]) }

# The next new value at or above one, past all ranges.
sub past_ranges
{
	my ($counter, $value) = @_;

	while (my $range = range_of($counter, $value))
	{
		$value = $range->{last} + 1;
	}
	return $value;
}

sub tail
{
	my $counter = shift;
	return $counter->{last} + 1 > $counter->{first} ? $counter->{last} + 1 : $counter->{first};
}

# set_free notes that a value below the last one is free from now on.
sub set_free
{
	my ($self, $counter, $value) = @_;

	$counter->{free}{$value} = {
		stamp => ++$self->{stamp},
		distance => tail($counter) - $value,
		passed => 0,
	};
	return;
}

# last_moves keeps the free values in step with the last one.
sub last_moves
{
	my ($self, $counter, $to) = @_;
	my $from = $counter->{last};
	my $low = tail($counter);
	my $before = $self->{stamp};

	$counter->{last} = $to;
	if ($to < $from)
	{
		delete $counter->{free}{$_} foreach grep { $_ > $to } keys %{ $counter->{free} };
		return;
	}
	for (my $value = $low; $value < $to; $value++)
	{
		if (my $range = range_of($counter, $value)) { $value = $range->{last} }
		elsif (!$counter->{live}{$value}) { $self->set_free($counter, $value) }
	}

	# A jump moves the counter past what is free without an allocation, and
	# perhaps past a value at which free ones are looked for.
	my $jump = $to - $low;
	if ($jump > 0)
	{
		foreach my $free (grep { $_->{stamp} <= $before } values %{ $counter->{free} })
		{
			$free->{distance} += $jump;
			$free->{passed} = 0 if $to - $to % 8 > $low;
		}
	}
	return;
}

# ---- transactions ---------------------------------------------------------------------


sub begin
{
	my ($self) = @_;

	return {
		number => ++$transactions,
		undo => [],
		traces => [],
		savepoints => [],	# [ name, length of undo, length of log ]
		log => [],			# rows that the log will have
		touched => [],		# items that carry its mark
		allocated => [],
		xid => undef,
		aborted => 0,
	};
}

sub undo_to
{
	my ($transaction, $length) = @_;
	my $undo = $transaction->{undo};

	(pop @$undo)->() while @$undo > $length;
	return;
}

sub savepoint
{
	my ($transaction, $name) = @_;
	push @{ $transaction->{savepoints} },
	  [ $name, scalar @{ $transaction->{undo} }, scalar @{ $transaction->{log} } ];
	return;
}

sub find_savepoint
{
	my ($transaction, $name) = @_;
	my $i = $#{ $transaction->{savepoints} };

	$i-- while $i >= 0 && $transaction->{savepoints}[$i][0] ne $name;
	return $i;
}

sub rollback_to
{
	my ($transaction, $name) = @_;
	my $i = find_savepoint($transaction, $name);
	my (undef, $undo, $log) = @{ $transaction->{savepoints}[$i] };

	undo_to($transaction, $undo);
	$#{ $transaction->{log} } = $log - 1;
	$#{ $transaction->{savepoints} } = $i;
	$transaction->{aborted} = 0;
	return;
}

sub release
{
	my ($transaction, $name) = @_;
	$#{ $transaction->{savepoints} } = find_savepoint($transaction, $name) - 1;
	return;
}

# An error ends the innermost savepoint, or all.
sub abort
{
	my $transaction = shift;
	my $savepoints = $transaction->{savepoints};
	my ($undo, $log) = @$savepoints ? @{ $savepoints->[-1] }[ 1, 2 ] : (0, 0);

	undo_to($transaction, $undo);
	$#{ $transaction->{log} } = $log - 1;
	$transaction->{aborted} = 1;
	return;
}

sub rollback
{
	my ($self, $transaction) = @_;

	undo_to($transaction, 0);
	$transaction->{log} = [];
	$self->end_traces($transaction);
	delete $open{ $transaction->{number} };
	return;
}

# commit takes the marks away; returns what broke the bound of free values.
sub commit
{
	my ($self, $transaction) = @_;
	my @late;

	$self->end_traces($transaction);
	delete $open{ $transaction->{number} };
	foreach my $item (@{ $transaction->{touched} })
	{
		foreach my $mark (qw(open pending lock))
		{
			$item->{$mark} = undef if $item->{$mark} && $item->{$mark} == $transaction;
		}
	}
	foreach my $entry (@{ $transaction->{log} })
	{
		push @{ $entry->{row}{history} }, $entry->{operation} if $entry->{row};
	}
	foreach my $row (@{ $transaction->{allocated} })
	{
		next unless $row->{alive};
		push @late, $self->count_allocation($row->{counter}, $row->{stamp});
	}
	@$transaction{qw(undo touched allocated)} = ([], [], []);
	return @late;
}

# count_allocation counts a committed allocation for each value that was free
# when it was made, and returns those that waited too long.
sub count_allocation
{
	my ($self, $counter, $stamp) = @_;
	my @late;

	return if $counter->{type}{strict};
	foreach my $value (keys %{ $counter->{free} })
	{
		my $free = $counter->{free}{$value};
		next if $free->{stamp} > $stamp;

		# While another transaction has its text, it cannot be given.
		my $text = $self->render($counter, $value);
		if ($self->holder($text, uniqueness($counter), undef) || %{ $self->{traces}{$text} // {} })
		{
			@$free{qw(passed distance)} = (0, tail($counter) - $value);
			next;
		}
		my $limit = BOUND_FACTOR * $free->{distance};
		$limit = BOUND_LEAST if $limit < BOUND_LEAST;
		push @late, "value $value of $counter->{name}, free when the counter was"
		  . " $free->{distance} past it, was not given in $free->{passed} further ones"
		  if ++$free->{passed} > $limit;
	}
	return @late;
}

# mark marks an item as the transaction's; the mark goes when it ends.
sub mark
{
	my ($transaction, $item, $mark) = @_;

	return if $item->{$mark} && $item->{$mark} == $transaction;
	$open{ $transaction->{number} } = $transaction;
	push @{ $transaction->{touched} }, $item;
	push @{ $transaction->{undo} }, sub { $item->{$mark} = undef };
	$item->{$mark} = $transaction;
	return;
}

# is_others: has another open transaction this mark on the item?
sub is_others
{
	my ($transaction, $item, $mark) = @_;
	return $item->{$mark} && (!$transaction || $item->{$mark} != $transaction);
}

# change sets a field, until it is rolled back.
sub change
{
	my ($transaction, $item, $field, $value) = @_;
	my $before = $item->{$field};

	push @{ $transaction->{undo} }, sub { $item->{$field} = $before };
	$item->{$field} = $value;
	return;
}

# ---- changes ---------------------------------------------------------------------------

sub uniqueness
{
	my $counter = shift;
	return $counter->{type}{unique_per_scope} ? $counter->{name} : '';
}

# holder returns a row that excludes another with this text, but not $except: one
# that is committed or the transaction's own where there is one, else another
# transaction's.
sub holder
{
	my ($self, $text, $uniqueness, $transaction) = @_;
	my $open;

	foreach my $row (@{ $self->{texts}{$text} // [] })
	{
		next if $row->{uniqueness} ne '' && $uniqueness ne '' && $row->{uniqueness} ne $uniqueness;
		return $row unless $row->{open} && (!$transaction || $row->{open} != $transaction);
		$open = $row;
	}
	return $open;
}

# add_row writes a number; without a counter it is external.
sub add_row
{
	my ($self, $transaction, $counter, $value, $state, %more) = @_;
	my $text = $more{text} // $self->render($counter, $value);
	my $row = {
		counter => $counter,
		type => $counter ? $counter->{type} : $more{type},
		value => $value,
		text => $text,
		uniqueness => $counter ? uniqueness($counter) : '',
		state => $state,
		stamp => ++$self->{stamp},
		history => [],
		alive => 1,
		%more,
	};

	push @{ $self->{texts}{$text} }, $row;
	if ($counter)
	{
		$counter->{live}{$value} = $row;
		$counter->{reserved}{$value} = 1 if $state eq 'reserved';
		delete $counter->{free}{$value};
		$self->last_moves($counter, $value) if $value > $counter->{last};
	}
	push @{ $transaction->{undo} }, sub { $self->remove_row($row) };
	mark($transaction, $row, 'open');
	return $row;
}

sub remove_row
{
	my ($self, $row) = @_;
	my ($counter, $value) = @$row{qw(counter value)};

	$row->{alive} = 0;
	@{ $self->{texts}{ $row->{text} } } = grep { $_ != $row } @{ $self->{texts}{ $row->{text} } };
	delete $self->{texts}{ $row->{text} } unless @{ $self->{texts}{ $row->{text} } };
	return unless $counter;

	delete $counter->{live}{$value};
	delete $counter->{reserved}{$value};
	if ($value == $counter->{last})
	{
		my $last = $value - 1;
		while ($last > 0 && !$counter->{live}{$last})
		{
			my $range = range_of($counter, $last);
			$last = $range ? $range->{first} - 1 : $last - 1;
			$last = 0 if $last < $counter->{first};
		}
		$self->last_moves($counter, $last > 0 ? $last : 0);
	}
	elsif (!range_of($counter, $value))
	{
		$self->set_free($counter, $value);
	}
	return;
}

sub set_state
{
	my ($self, $transaction, $row, $state) = @_;

	change($transaction, $row, 'was', $row->{pending} ? $row->{was} : $row->{state});
	mark($transaction, $row, 'pending');
	if ($row->{state} eq 'reserved')
	{
		my ($reserved, $value) = ($row->{counter}{reserved}, $row->{value});
		delete $reserved->{$value};
		push @{ $transaction->{undo} }, sub { $reserved->{$value} = 1 };
	}
	change($transaction, $row, 'state', $state);
	return;
}

sub set_closed
{
	my ($transaction, $counter, $closed) = @_;

	change($transaction, $counter, 'was_closed', $counter->{closed}) unless $counter->{pending};
	mark($transaction, $counter, 'pending');
	change($transaction, $counter, 'closed', $closed);
	return;
}

# is_closed: what everybody sees of a counter.
sub is_closed
{
	my $counter = shift;
	return $counter->{pending} ? $counter->{was_closed} : $counter->{closed};
}

# committed_state: what everybody sees of a row; nothing if it is open.
sub committed_state
{
	my $row = shift;
	return $row->{open} ? undef : $row->{pending} ? $row->{was} : $row->{state};
}

# seen_state: what a transaction sees.
sub seen_state
{
	my ($row, $transaction) = @_;

	return undef if is_others($transaction, $row, 'open');
	return is_others($transaction, $row, 'pending') ? $row->{was} : $row->{state};
}

# is_finished: what everybody sees of a reservation.
sub is_finished
{
	my $reservation = shift;
	return $reservation->{finished} && !$reservation->{pending};
}

# add_range records first .. last.
sub add_range
{
	my ($self, $transaction, $counter, $first, $last, $cause, $reason) = @_;
	my $range = {
		first => $first,
		last => $last,
		cause => $cause,
		reason => $reason,
	};

	insert_range($counter, $range);
	delete $counter->{free}{$_} foreach grep { $_ >= $first && $_ <= $last } keys %{ $counter->{free} };
	push @{ $transaction->{undo} }, sub {
		remove_range($counter, $range);
		$self->free_within($counter, $first, $last);
	};
	mark($transaction, $range, 'open');
	return $range;
}

# drop_range takes a range back.
sub drop_range
{
	my ($self, $transaction, $counter, $range) = @_;

	remove_range($counter, $range);
	@{ $counter->{dropped} } = (grep({ $_->{pending} } @{ $counter->{dropped} }), $range);
	$self->free_within($counter, $range->{first}, $range->{last});
	mark($transaction, $range, 'pending');
	push @{ $transaction->{undo} }, sub {
		insert_range($counter, $range);
		@{ $counter->{dropped} } = grep { $_ != $range } @{ $counter->{dropped} };
		delete $counter->{free}{$_}
		  foreach grep { $_ >= $range->{first} && $_ <= $range->{last} } keys %{ $counter->{free} };
	};
	return;
}

# committed_ranges: what everybody sees.
sub committed_ranges
{
	my $counter = shift;

	return grep { !$_->{open} } @{ $counter->{ranges} }, grep { $_->{pending} } @{ $counter->{dropped} };
}

# free_within sets free what has neither row nor range, now that a range is gone.
sub free_within
{
	my ($self, $counter, $first, $last) = @_;

	$last = $counter->{last} - 1 if $last >= $counter->{last};
	foreach my $value ($first .. $last)
	{
		$self->set_free($counter, $value) if is_free($counter, $value);
	}
	return;
}

# cut_range takes first .. last out of a range.
sub cut_range
{
	my ($self, $transaction, $counter, $range, $first, $last) = @_;

	$self->drop_range($transaction, $counter, $range);
	$self->add_range($transaction, $counter, $range->{first}, $first - 1, $range->{cause})
	  if $range->{first} < $first;
	$self->add_range($transaction, $counter, $last + 1, $range->{last}, $range->{cause})
	  if $last < $range->{last};
	return;
}

# fill records first .. last where no range is yet; what was only jumped over
# becomes skipped.  Returns how many values it recorded.
sub fill
{
	my ($self, $transaction, $counter, $first, $last, $cause, $silent) = @_;
	my $marked = 0;

	while ($first <= $last)
	{
		my ($range) = grep { $_->{last} >= $first } @{ $counter->{ranges} };
		my $within = $range && $range->{first} <= $first;
		my $until = $within ? $range->{last} : $range ? $range->{first} - 1 : $last;

		$until = $last if $until > $last;
		if (!$within || ($cause eq 'skipped' && $range->{cause} eq 'jumped'))
		{
			$self->cut_range($transaction, $counter, $range, $first, $until) if $within;
			$self->add_range($transaction, $counter, $first, $until, $cause);
			$self->log($transaction, 'SKIP', undef, counter => $counter, cause => $cause,
				first => $first, last => $until) unless $silent;
			$marked += $until - $first + 1;
		}
		$first = $until + 1;
	}
	return $marked;
}

# is_touched: has another open transaction recorded or cut a range here?
sub is_touched
{
	my ($counter, $transaction, $first, $last) = @_;

	return scalar grep {
		$_->{first} <= $last && $_->{last} >= $first
		  && (is_others($transaction, $_, 'open') || is_others($transaction, $_, 'pending'))
	} @{ $counter->{ranges} }, @{ $counter->{dropped} };
}

# committed_last: the last value that everybody sees, 0 if there is none.
sub committed_last
{
	my $counter = shift;
	my $value = $counter->{last};

	$value-- while $value > 0 && !($counter->{live}{$value} && !$counter->{live}{$value}{open});
	return $value;
}

# cause_of_gap: why no document has a value, as everybody sees it; nothing where
# one has it, or may get it by a reservation.
sub cause_of_gap
{
	my ($counter, $value) = @_;
	my $row = $counter->{live}{$value};
	my $range = range_of($counter, $value);

	return $range->{cause} if $range;
	return 'free' unless $row;
	return 'open' if $row->{open};
	my $state = committed_state($row);
	return $state =~ /^(?:cancelled|expired|voided)$/ ? $state : undef;
}

# set_back takes back what was jumped over above a value; returns how many ranges.
sub set_back
{
	my ($self, $transaction, $counter, $value) = @_;
	my @ranges = grep { $_->{cause} eq 'jumped' && $_->{last} > $value } @{ $counter->{ranges} };

	foreach my $range (@ranges)
	{
		my $first = $range->{first} > $value ? $range->{first} : $value + 1;
		$self->cut_range($transaction, $counter, $range, $first, $range->{last});
	}
	return scalar @ranges;
}

# has_row: is there a number with a value of first .. last?
sub has_row
{
	my ($counter, $first, $last) = @_;

	$last = $counter->{last} if $last > $counter->{last};
	foreach my $value ($first .. $last)
	{
		return 1 if $counter->{live}{$value};
	}
	return 0;
}

# has_open_row: has another open transaction given or changed a number here?
sub has_open_row
{
	my ($counter, $transaction) = @_;

	foreach my $other (grep { $_ != $transaction } values %open)
	{
		foreach my $row (@{ $other->{touched} })
		{
			return 1 if $row->{alive} && $row->{counter} && $row->{counter} == $counter
			  && (($row->{open} && $row->{open} == $other) || ($row->{pending} && $row->{pending} == $other));
		}
	}
	return 0;
}

# has_reservation: is there an open reservation, overdue or not?
sub has_reservation
{
	my ($self, $counter) = @_;
	return scalar %{ $counter->{reserved} };
}

sub lock_scope { return mark($_[0], $_[1], 'lock') }

# log notes a row that the log gets.
sub log
{
	my ($self, $transaction, $operation, $row, %more) = @_;

	push @{ $transaction->{log} }, {
		operation => $operation,
		row => $row,
		type => $row ? $row->{type}{name} : undef,
		text => $row ? $row->{text} : undef,
		value => $row ? $row->{value} : undef,
		counter => $row ? $row->{counter} : undef,
		new => $row ? $row->{state} : undef,
		%more,
	};
	return;
}

sub add_reservation
{
	my ($self, $transaction, $reservation) = @_;

	$reservation->{alive} = 1;
	mark($transaction, $reservation, 'open');
	$self->{reservations}{ $reservation->{token} } = $reservation;
	push @{ $transaction->{undo} }, sub {
		$reservation->{alive} = 0;
		delete $self->{reservations}{ $reservation->{token} };
	};
	return;
}

# ---- allocation -------------------------------------------------------------------------

# new_value finds the next new value as the transaction would get it: returns
# its code, where it fails, then the value, then the values recorded on the way
# since their texts are taken.
sub new_value
{
	my ($self, $counter, $transaction, $from) = @_;
	my $value = $from // tail($counter);
	my @taken;

	for (;; $value++)
	{
		$value = past_ranges($counter, $value);
		return ('NB002') if $value > $counter->{type}{max};
		my $holder = $self->holder($self->render($counter, $value), uniqueness($counter), $transaction)
		  or return ('', $value, @taken);
		if (!is_others($transaction, $holder, 'open')) { push @taken, $value }
		elsif ($counter->{type}{strict}) { return ('NB003') }
	}
}

# can_recycle: may the transaction be given this free value?
sub can_recycle
{
	my ($self, $counter, $value, $transaction) = @_;

	return $counter->{free}{$value} && $value <= $counter->{type}{max}
	  && !$self->holder($self->render($counter, $value), uniqueness($counter), $transaction);
}

# may_allocate returns the code with which so many allocations fail, '' if they
# succeed, undef if that is open.
sub may_allocate
{
	my ($self, $counter, $transaction, $count) = @_;
	my ($code, $value) = ('', undef);

	return 'NB003' if is_others($transaction, $counter, 'lock');
	return 'NB010' if $counter->{closed};
	while ($count > 0)
	{
		($code, $value) = $self->new_value($counter, $transaction, $value);
		last if $code ne '';
		return undef if $counter->{type}{strict} && $self->has_trace($self->render($counter, $value), $transaction);
		$value++;
		$count--;
	}
	return $code if $counter->{type}{strict};
	my @free = grep { $self->can_recycle($counter, $_, $transaction) } keys %{ $counter->{free} };
	return '' if $count <= @free;
	return $code;
}

# accept_value judges the value that was given, and takes it; returns the row,
# and a complaint.
sub accept_value
{
	my ($self, $counter, $transaction, $value, $state, $operation, @more) = @_;
	my ($code, $new, @taken) = $self->new_value($counter, $transaction);
	my $recycled = !$counter->{type}{strict} && $self->can_recycle($counter, $value, $transaction);

	return (undef, "value $value of $counter->{name} was given; the next new one is "
		  . ($new // "none ($code)") . ', free are: '
		  . (join(' ', sort { $a <=> $b } keys %{ $counter->{free} }) || 'none'))
	  unless $recycled || (defined $new && $value == $new);
	$self->leave_traces($counter, $transaction, $value);
	@taken = () if $recycled;
	lock_scope($transaction, $counter) if $counter->{type}{strict};
	$self->add_taken($transaction, $counter, @taken);
	my $row = $self->add_row($transaction, $counter, $value, $state);
	push @{ $transaction->{allocated} }, $row;
	push @{ $transaction->{touched} }, $row;
	$self->log($transaction, $operation, $row, recycled => $recycled ? 1 : 0, @more);
	return ($row);
}

# leave_traces: an allocation that meets a text which another number has may
# write a row and take it back.  Until its transaction ends, others can believe
# that it has the text; whether they do is not documented.
sub leave_traces
{
	my ($self, $counter, $transaction, $value) = @_;

	return if $counter->{type}{strict};
	foreach my $passed (keys %{ $counter->{free} }, tail($counter) .. $value - 1)
	{
		my $text = $self->render($counter, $passed);
		next unless $self->{texts}{$text};
		$self->{traces}{$text}{ $transaction->{number} } = 1;
		push @{ $transaction->{traces} }, $text;
	}
	return;
}

sub end_traces
{
	my ($self, $transaction) = @_;
	delete $self->{traces}{$_}{ $transaction->{number} } foreach @{ $transaction->{traces} };
	return;
}

# has_trace: has another open transaction left traces of this text?
sub has_trace
{
	my ($self, $text, $transaction) = @_;
	my $traces = $self->{traces}{$text} or return 0;
	return scalar grep { !$transaction || $_ != $transaction->{number} } keys %$traces;
}

# add_taken records values whose texts are taken, neighbours as one range.
sub add_taken
{
	my ($self, $transaction, $counter, @values) = @_;

	while (@values)
	{
		my $first = shift @values;
		my $last = $first;
		$last = shift @values while @values && $values[0] == $last + 1;
		$self->add_range($transaction, $counter, $first, $last, 'skipped', undef);
		$self->log($transaction, 'SKIP', undef, counter => $counter, cause => 'skipped',
			first => $first, last => $last);
	}
	return;
}

# may_preview: which numbers a preview may tell: the next new one, or, in a
# CONCURRENT scope, a free one.  It waits for nobody and passes over texts that
# open transactions have; whether one of them has the text, or had it for a moment,
# may be open: then nothing is told.
sub may_preview
{
	my ($self, $counter, $transaction) = @_;
	my $value = tail($counter);
	my @values;

	return () if $counter->{closed};

	@values = grep { $self->can_recycle($counter, $_, $transaction) } keys %{ $counter->{free} }
	  if !$counter->{type}{strict};
	for (;; $value++)
	{
		$value = past_ranges($counter, $value);
		last if $value > $counter->{type}{max};
		next if $self->holder($self->render($counter, $value), uniqueness($counter), $transaction);
		return (undef) if $self->has_trace($self->render($counter, $value), $transaction);
		push @values, $value;
		last;
	}
	return @values;
}

# taken_free: free values whose text is taken; an allocation may meet them and
# record them.
sub taken_free
{
	my ($self, $counter, $transaction) = @_;

	return () if $counter->{type}{strict};
	return grep {
		my $holder = $self->holder($self->render($counter, $_), uniqueness($counter), $transaction);
		$holder && !is_others($transaction, $holder, 'open')
	} sort { $a <=> $b } keys %{ $counter->{free} };
}

1;
