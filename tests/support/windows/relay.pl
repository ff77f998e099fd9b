# What the stand-in's SSH server runs for every command: hands it, with its standard input, to the test, and gives what that answers.
use strict;
use warnings;
use IO::Socket::UNIX;

my $test = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "the test is gone\n";
binmode $_ for *STDIN, *STDOUT, *STDERR, $test;
$| = 1;
$test->autoflush(1);
my $command = $ENV{SSH_ORIGINAL_COMMAND} // '';
print {$test} getppid(), ' ', length $command, "\n", $command;
# Both ways at once: what is sent may depend on what was answered.
my $sending = fork // die "no process for what is sent\n";
if (!$sending) {
  while (sysread(STDIN, my $bytes, 65536)) { print {$test} $bytes }
  $test->shutdown(1);
  exit 0;
}
sub ended { kill 'TERM', $sending; exit $_[0] }
while (my $head = <$test>) {
  my ($kind, $number) = split ' ', $head;
  ended($number) if $kind eq 'exit';
  read($test, my $bytes, $number);
  print { $kind eq 'out' ? *STDOUT : *STDERR } $bytes;
}
ended(255);
