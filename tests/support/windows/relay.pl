# What the stand-in's SSH server runs for every command: hands it, with its standard input, to the test, and gives what that answers.
use strict;
use warnings;
use IO::Socket::UNIX;

my $test = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "the test is gone\n";
binmode $_ for *STDIN, *STDOUT, *STDERR, $test;
my $command = $ENV{SSH_ORIGINAL_COMMAND} // '';
print {$test} getppid(), ' ', length $command, "\n", $command;
while (read(STDIN, my $bytes, 65536)) { print {$test} $bytes }
$test->flush;
$test->shutdown(1);
while (my $head = <$test>) {
  my ($kind, $number) = split ' ', $head;
  exit $number if $kind eq 'exit';
  read($test, my $bytes, $number);
  print { $kind eq 'out' ? *STDOUT : *STDERR } $bytes;
}
exit 255;
