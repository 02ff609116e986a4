# What a run of the model test came to, as text; a failing one is made short.

package ModelReport;

use strict;
use warnings;

use Time::HiRes qw(time);

use ModelRun;

# random(SERVER, SEED, OPERATIONS): agrees, text, figures.
sub random
{
	my ($server, $seed, $operations) = @_;
	my $run = ModelRun->new($server, variant => $seed, seed => $seed);
	my $start = time;
	my $difference = $run->run($operations);
	my $seconds = time - $start;
	my @steps = @{ $run->{steps} };
	my $figures = $run->{figures};
	my $text = sprintf "seed %d: %d operations (%d refused, %d of them busy) in %d steps of %d sessions, %.0f a second\n"
	  . "  %d transactions, %.0f %% rolled back, %d prepared; %d savepoints rolled back\n"
	  . "  compared: %d transactions, %d times everything\n",
	  $seed, @$figures{qw(operations errors blocked)}, scalar @steps, ModelRun::SESSIONS(),
	  $figures->{operations} / ($seconds || 1),
	  $figures->{transactions}, rolled_back($figures),
	  @$figures{qw(prepared savepoints_rolled_back compared full)};

	$figures->{missing} = { map { $_ => 1 } $run->missing };
	$run->end;
	$text .= outcomes($figures) if $ENV{DOCNUM_MODEL_OUTCOMES};
	$text .= failed($server, $seed, $difference, @steps) if $difference;
	return { agrees => !$difference, text => $text, figures => $figures };
}

# script(SERVER, TEXT): does the steps of a script.
sub script
{
	my ($server, $text) = @_;
	my ($variant, @steps) = ModelRun::read_script($text);
	my $run = ModelRun->new($server, variant => $variant);
	my $difference = $run->replay(@steps);
	my @done = @{ $run->{steps} };

	$run->end;
	return {
		agrees => !$difference,
		text => scalar(@done) . " steps done\n"
		  . ($difference ? failed($server, $variant, $difference, @done) : ''),
	};
}

# rolled_back: which part of the transactions, in percent.
sub rolled_back
{
	my $figures = shift;
	return 100 * $figures->{rolled_back} / ($figures->{transactions} || 1);
}

# never_done: operations that succeeded not once (or, made to fail, never failed),
# of those whose function the server has.
sub never_done
{
	my $figures = shift;
	return grep {
		!($_ eq 'next_wrong' ? $figures->{done}{$_} : $figures->{done}{$_}{''}) && !$figures->{missing}{$_}
	} sort keys %ModelOperations::operation;
}

# outcomes: each operation, how often it succeeded, and with which codes not.
sub outcomes
{
	my $figures = shift;
	my $text = '';

	foreach my $name (sort keys %{ $figures->{done} })
	{
		my $codes = $figures->{done}{$name};
		$text .= sprintf "  %-16s %6d %s\n", $name, $codes->{''} // 0,
		  join ' ', map { "$_:$codes->{$_}" } grep { $_ ne '' } sort keys %$codes;
	}
	return $text;
}

# failed makes the steps of a failing run short and shows them.
sub failed
{
	my ($server, $variant, $difference, @steps) = @_;
	my $length = @steps;

	my $text = "DIFFERENCE in step $steps[-1]{id}, $difference->{kind}: $difference->{text}\n";
	($difference, @steps) = ModelRun->shorten($server, $variant, $difference,
		$ENV{DOCNUM_MODEL_SHORTEN} // 60, @steps);
	return $text . "Made short, $length steps to " . @steps . ", $difference->{kind}: $difference->{text}\n"
	  . "To do it again: bash test/model/run FILE, with these lines in it\n\n"
	  . ModelRun::script($variant, @steps) . "\n";
}

1;
