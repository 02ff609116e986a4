# A history in memory: what the recorder's processes wrote down, and what the
# tables held at the end.  README.md lists the files and their columns.
#
# A row is an array, and the names of its columns are constants: a million
# operations would not fit as hashes.  undef is NULL, or a time not seen.

package History;

use strict;
use warnings;

use Exporter 'import';
require constant;

our %columns;
our @EXPORT;

BEGIN
{
	%columns = (
		transactions => [
			qw(T_CLIENT T_NUMBER T_ISOLATION T_ENDING T_OUTCOME T_SQLSTATE
			  T_BEGIN T_END T_ENDED T_HELD)
		],
		operations => [
			qw(O_CLIENT O_TRANSACTION O_NUMBER O_KIND O_SCOPE O_TAG O_TOKEN O_CALL O_RETURN
			  O_RESULT O_SQLSTATE O_VALUE O_LIMIT O_UNDO O_UNDONE O_XID)
		],
		readings => [qw(R_READER R_SCOPE R_FLOOR R_CALL R_RETURN R_COUNT R_MAX R_SUM R_TAGS)],
		waits => [qw(W_TIME W_KIND W_PROCESS W_DETAIL)],
		clocks => [qw(K_CLIENT K_TIME K_OFFSET)],
		scopes => [qw(S_SCOPE S_ALLOCATION S_FIRST)],
		ledger => [qw(L_SCOPE L_VALUE L_STATE L_TAG L_CONFIRMED_BY L_HASH L_ISSUED)],
		log => [
			qw(A_ID A_OPERATION A_SCOPE A_VALUE A_OLD A_NEW A_TAG A_CONFIRMED_BY
			  A_REASON A_TIME A_XID)
		],
		ranges => [qw(G_SCOPE G_FIRST G_LAST G_CAUSE G_REASON)],
		reservations => [qw(V_TOKEN V_SCOPE V_VALUE V_FINISHED V_LIMIT)],
		documents => [qw(D_TAG D_NUMBER)],
		wal => [qw(X_XID X_POSITION)]);
	foreach my $names (values %columns)
	{
		constant->import($names->[$_] => $_) foreach 0 .. $#$names;
		push @EXPORT, @$names;
	}
}

# load reads the history in a folder: of each kind one file, or several with
# numbers.  Without the WAL's commit records, wal is undef.
sub load
{
	my ($folder) = @_;
	my %history;

	foreach my $kind (keys %columns)
	{
		my $width = @{ $columns{$kind} };
		my @files = grep { m{/$kind(\.\d+)?$} } glob("$folder/$kind*");
		next if $kind eq 'wal' && !@files;
		die "$folder: no $kind\n" unless @files || $kind eq 'readings';
		my @rows;
		foreach my $file (@files)
		{
			open(my $lines, '<', $file) or die "$file: $!\n";
			while (my $line = <$lines>)
			{
				chomp $line;
				my @row = split /\t/, $line, -1;
				die "$file line $.: " . @row . " columns\n" unless @row == $width;
				foreach (@row) { undef $_ if $_ eq '\N' }
				push @rows, \@row;
			}
			close $lines;
		}
		$history{$kind} = \@rows;
	}
	return \%history;
}

# save writes it into a folder, one file of each kind.
sub save
{
	my ($history, $folder) = @_;

	foreach my $kind (keys %$history)
	{
		open(my $file, '>', "$folder/$kind") or die "$folder/$kind: $!\n";
		foreach my $row (@{ $history->{$kind} })
		{
			print $file join("\t", map { defined $_ ? $_ : '\N' } @$row), "\n";
		}
		close $file or die "$folder/$kind: $!\n";
	}
	return;
}

# agrees compares the rules that were found broken with those expected; an
# expected one with a question mark may be absent.
sub agrees
{
	my ($found, $expected) = @_;
	my %found = map { $_ => 1 } split ' ', $found;

	foreach my $rule (split ' ', $expected)
	{
		my $optional = $rule =~ s/^\?//;
		return 0 unless delete $found{$rule} || $optional;
	}
	return !%found;
}

1;
