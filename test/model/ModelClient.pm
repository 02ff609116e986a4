# A client that prepares each text of a query once.

package ModelClient;

use strict;
use warnings;

use Socket qw(SOL_SOCKET SO_RCVTIMEO);

use Client;
our @ISA = ('Client');

sub new
{
	my ($class, @arguments) = @_;
	my $self = Client::new($class, @arguments);

	$self->{prepared} = {};
	setsockopt $self->{socket}, SOL_SOCKET, SO_RCVTIMEO,
	  pack('l!l!', $PostgreSQL::Test::Utils::timeout_default, 0);
	return $self;
}

sub send
{
	my ($self, $sql, @parameters) = @_;
	my $name = $self->{prepared}{$sql};
	my $values = join '', map { defined $_ ? pack('N a*', length $_, $_) : pack('N', 0xffffffff) } @parameters;
	my $bytes = '';

	if (!defined $name)
	{
		$name = $self->{prepared}{$sql} = 's' . keys %{ $self->{prepared} };
		$bytes = Client::message('P', "$name\0$sql\0" . pack('n', 0));
	}
	$self->put($bytes
		  . Client::message('B', "\0$name\0" . pack('n n', 0, scalar @parameters) . $values . pack('n', 0))
		  . Client::message('E', "\0" . pack('N', 0))
		  . Client::message('S', ''));
	$self->{sent}++;
	return;
}

# The socket has a time limit of its own, and the server one for statements.
sub wait_for_input { return }

1;
