#!/usr/bin/perl
# Reaches a virtual machine of classlab without any network of its:
#
#   channelClient.pl GUEST [SECONDS [FOLDER]]
#   ssh -o ProxyCommand='perl channelClient.pl GUEST' root@GUEST
#
# A port of the guest's channel that nobody has is taken under a lock and relayed to standard input and output, until either
# side ends. SECONDS is how long a guest that is starting is waited for (60 by default), FOLDER where its sockets are.
# A port knows no connections: "classlab NONCE" goes there and has to come back, so that nothing of a connection before is read as one
# of this. A guest that says nothing is asked again on a new connection, with another nonce.
use strict;
use warnings;
use Errno qw(EACCES EAGAIN ECONNREFUSED EINTR ENOENT);
use Fcntl qw(:flock O_CREAT O_RDWR);
use IO::Select;
use Socket qw(AF_UNIX SOCK_STREAM pack_sockaddr_un);
use Time::HiRes qw(stat utime);

my $PORTS = 12;
my $BLOCK = 65536;
# Without KVM a guest under load takes its time.
my $LONGEST_WAIT = 8;

my ( $guest, $seconds, $folder ) = @ARGV;
die "usage: $0 GUEST [SECONDS [FOLDER]]\n" if !defined $guest || $guest !~ /\A[\w.-]+\z/;
$seconds = 60                  if !defined $seconds;
$folder  = '/run/libvirt/qemu' if !defined $folder;
my $deadline = time + $seconds;
my $why      = "there is no socket $folder/$guest.channel.0: the guest is not running";

sub give_up {
    print STDERR "classlab: $guest does not answer on its channel within $seconds s: $why\n";
    exit 1;
}

sub socket_of { return "$folder/$guest.channel.$_[0]" }

# The port comes first that was not taken for longest: a guest that works hard has not yet ended the last session of the others.
sub ports {
    my %taken = map { $_ => ( stat socket_of($_) . '.lock' )[9] // 0 } 0 .. $PORTS - 1;
    return sort { $taken{$a} <=> $taken{$b} || $a <=> $b } keys %taken;
}

# The lock is gone with this process, however it ends.
sub take_port {
    my $busy = 0;
    for my $port ( ports() ) {
        next if !-S socket_of($port);
        if ( !sysopen my $lock, socket_of($port) . '.lock', O_CREAT | O_RDWR ) {
            $why = "its lock cannot be taken ($!): root may";
            next;
        }
        elsif ( flock $lock, LOCK_EX | LOCK_NB ) {
            utime undef, undef, $lock;
            return ( $port, $lock );
        }
        $busy++;
    }
    $why = "all its ports are in use ($busy)" if $busy;
    return;
}

sub random_nonce {
    open my $random, '<:raw', '/dev/urandom' or die "/dev/urandom: $!\n";
    sysread( $random, my $bytes, 16 ) == 16 or die "/dev/urandom: $!\n";
    return unpack 'H*', $bytes;
}

sub write_all {
    my ( $handle, $data ) = @_;
    while ( length $data ) {
        my $written = syswrite $handle, $data;
        if ( defined $written ) { substr $data, 0, $written, '' }
        elsif ( !$!{EINTR} ) { return 0 }
    }
    return 1;
}

# Waits until the guest repeats the nonce; what stands before it is another's.
sub hear {
    my ( $socket, $line, $wait ) = @_;
    my ( $heard, $until ) = ( '', time + $wait );
    while ( ( my $left = $until - time ) >= 0 ) {
        next if !IO::Select->new($socket)->can_read( $left || 0.5 );
        my $count = sysread $socket, $heard, $BLOCK, length $heard;
        return if !$count;
        my $at = index $heard, $line;
        return substr $heard, $at + length $line if $at >= 0;
        $heard = substr $heard, -length $line if length $heard > length $line;
    }
    return;
}

# A connection with the guest's answer; also what the guest said behind it.
sub meet {
    my ( $port, $wait ) = @_;
    if ( !socket my $socket, AF_UNIX, SOCK_STREAM, 0 ) { $why = "no socket: $!" }
    elsif ( !connect $socket, pack_sockaddr_un( socket_of($port) ) ) {
        $why = "its socket cannot be reached ($!)" . ( $!{EACCES} ? ': root may' : '' );
    }
    else {
        my $nonce = random_nonce();
        $why = 'the guest says nothing: it is starting, or its system does not run';
        if ( write_all( $socket, "classlab $nonce\n" ) ) {
            my $rest = hear( $socket, "classlab $nonce\n", $wait );
            return ( $socket, $nonce, $rest ) if defined $rest;
        }
    }
    return;
}

# Until either side ends. The guest says when a session is over, since its port stays open. Nothing is held back to look for that: what
# is said then would be waited for.
sub relay {
    my ( $socket, $nonce, $data ) = @_;
    my $end    = "classlab $nonce end\n";
    my $last   = '';
    my $select = IO::Select->new( \*STDIN, $socket );
    while (1) {
        $last .= $data;
        $last = substr $last, -length $end if length $last > length $end;
        my $over = $last eq $end;
        $data = substr $data, 0, length($end) < length $data ? length($data) - length $end : 0 if $over;
        return if !write_all( \*STDOUT, $data ) || $over;
        $data = '';
        for my $ready ( $select->can_read ) {
            my $said  = '';
            my $count = sysread $ready, $said, $BLOCK;
            if ( !defined $count ) { next if $!{EINTR} || $!{EAGAIN}; return }
            return if $count == 0;
            if    ( $ready == $socket )             { $data = $said }
            elsif ( !write_all( $socket, $said ) ) { return }
        }
    }
}

$SIG{PIPE} = 'IGNORE';
my $wait = 1;
while ( time <= $deadline ) {
    my ( $port, $lock ) = take_port();
    if ( defined $lock ) {
        my ( $socket, $nonce, $rest ) = meet( $port, $wait );
        if ( defined $socket ) {
            relay( $socket, $nonce, $rest );
            exit 0;
        }
        $wait = 2 * $wait < $LONGEST_WAIT ? 2 * $wait : $LONGEST_WAIT;
    }
    select undef, undef, undef, 0.2;
}
give_up();
