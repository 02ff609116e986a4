# A client of the server that speaks the extended query protocol, as drivers do.
#
# psql cannot: it sends simple queries, and hides what only shows where a portal
# outlives the commit.  A query can be sent without waiting for its answer, so
# that one test holds many calls in flight; and a connection can be lost.
#
#	my $client = Client->new($node, user => 'app', database => 'postgres');
#	$client->value('SELECT docnum_next($1)', 'COR');	# dies of an error
#	$client->attempt('SELECT docnum_next($1)', 'COR');	# '', or the SQLSTATE
#	$client->error->{detail};							# of the last attempt
#	$client->send('SELECT docnum_next($1)', 'COR');		# does not wait
#	$client->answer->{rows};							# waits
#
# Parameters are texts without a type, undef is NULL; so are results.

package Client;

use strict;
use warnings;

use Carp;
use Errno;
use IO::Select;
use IO::Socket::UNIX;
use PostgreSQL::Test::Utils;

# A server that went away is an answer like another, not a signal.
$SIG{PIPE} = 'IGNORE';

sub new
{
	my ($class, $node, %options) = @_;
	my $self = bless {
		socket => undef,
		input => '',
		pid => undef,
		sent => 0,				# queries that wait for their answer
		error => undef,
	}, $class;
	my %startup = (
		user => scalar(getpwuid($>)),
		database => 'postgres',
		application_name => 'client',
		%options);

	$self->{socket} = IO::Socket::UNIX->new(
		Type => SOCK_STREAM,
		Peer => $node->host . '/.s.PGSQL.' . $node->port)
	  or croak "cannot connect: $!";
	my $body = pack('N', 3 << 16) . join('', map { "$_\0$startup{$_}\0" } sort keys %startup) . "\0";
	$self->put(pack('N', length($body) + 4) . $body);
	$self->{sent}++;
	my $answer = $self->answer;
	croak "cannot connect: $answer->{error}{message}" if $answer->{error};
	return $self;
}

sub pid { return $_[0]->{pid} }
sub error { return $_[0]->{error} }
sub socket { return $_[0]->{socket} }

# ---- messages ---------------------------------------------------------------

sub put
{
	my ($self, $bytes) = @_;

	while (length $bytes)
	{
		my $written = syswrite $self->{socket}, $bytes;
		next if !defined $written && $!{EINTR};
		return if !defined $written;	# the next answer says so
		substr($bytes, 0, $written) = '';
	}
	return;
}

sub message
{
	my ($type, $body) = @_;
	return $type . pack('N', length($body) + 4) . $body;
}

# Returns type and body of the next message, or nothing if the connection is lost.
sub next_message
{
	my $self = shift;

	for (;;)
	{
		if (length($self->{input}) >= 5)
		{
			my ($type, $length) = unpack 'a N', $self->{input};
			if (length($self->{input}) > $length)
			{
				my $body = substr $self->{input}, 5, $length - 4;
				substr($self->{input}, 0, $length + 1) = '';
				return ($type, $body);
			}
		}
		$self->wait_for_input;
		my $read = sysread $self->{socket}, $self->{input}, 65536, length $self->{input};
		return if defined $read ? $read == 0 : !$!{EINTR};
	}
}

# A signal, such as that of a child that ended, is no reason to give up.
sub wait_for_input
{
	my $self = shift;
	my $select = IO::Select->new($self->{socket});
	my $deadline = time + $PostgreSQL::Test::Utils::timeout_default;

	until ($select->can_read($deadline - time))
	{
		croak 'no answer from the server' if time >= $deadline;
	}
	return;
}

# The fields of an error or a notice.
sub fields
{
	my %name = (C => 'code', M => 'message', D => 'detail', H => 'hint', S => 'severity');
	my %field;

	foreach my $field (split /\0/, shift)
	{
		my ($letter, $text) = $field =~ /^(.)(.*)$/s or next;
		$field{ $name{$letter} } = $text if exists $name{$letter};
	}
	return \%field;
}

# ---- queries ----------------------------------------------------------------

sub send
{
	my ($self, $sql, @parameters) = @_;
	my $values = join '', map { defined $_ ? pack('N a*', length $_, $_) : pack('N', 0xffffffff) } @parameters;

	$self->put(message('P', "\0$sql\0" . pack('n', 0))
		  . message('B', "\0\0" . pack('n n', 0, scalar @parameters) . $values . pack('n', 0))
		  . message('E', "\0" . pack('N', 0))
		  . message('S', ''));
	$self->{sent}++;
	return;
}

# Waits for the answer of the oldest query sent: its rows, notices and error,
# and whether the connection was lost before the server was ready again.
sub answer
{
	my $self = shift;
	my %answer = (rows => [], notices => [], error => undef, lost => 0);

	croak 'no query was sent' unless $self->{sent}-- > 0;
	for (;;)
	{
		my ($type, $body) = $self->next_message;
		if (!defined $type)
		{
			$answer{lost} = 1;
			$answer{error} //= { code => '08006', message => 'connection lost', detail => '' };
			last;
		}
		last if $type eq 'Z';
		push @{ $answer{rows} }, row($body) if $type eq 'D';
		push @{ $answer{notices} }, fields($body) if $type eq 'N';
		$answer{error} = fields($body) if $type eq 'E';
		$self->{pid} = unpack 'N', $body if $type eq 'K';
	}
	$self->{error} = $answer{error};
	return \%answer;
}

sub row
{
	my ($n, $rest) = unpack 'n a*', shift;
	my @row;

	while ($n-- > 0)
	{
		(my $length, $rest) = unpack 'N a*', $rest;
		push @row, $length == 0xffffffff ? undef : substr $rest, 0, $length, '';
	}
	return \@row;
}

sub query
{
	my $self = shift;

	$self->send(@_);
	return $self->answer;
}

# The rows; dies of an error.
sub rows
{
	my ($self, $sql, @parameters) = @_;
	my $answer = $self->query($sql, @parameters);

	croak "$sql: $answer->{error}{code} $answer->{error}{message}" if $answer->{error};
	return @{ $answer->{rows} };
}

# The first column of all rows, of the first row.
sub column { return map { $_->[0] } rows(@_) }
sub value { return (column(@_))[0] }
sub do { rows(@_); return }

# '' if it succeeds, else the SQLSTATE.
sub attempt
{
	my $answer = query(@_);
	return $answer->{error} ? $answer->{error}{code} : '';
}

# ---- the end ----------------------------------------------------------------

sub quit
{
	my $self = shift;

	$self->put(message('X', ''));
	close $self->{socket};
	return;
}

# As if the client's machine had lost its power: not a word to the server.
sub drop
{
	my $self = shift;

	close $self->{socket};
	return;
}

1;
