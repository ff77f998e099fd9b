// Joins a program's input and output with a service of a virtual machine. Of C# 5, which Windows PowerShell 5.1 compiles.
using System;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace Classlab
{
    // Where a service of a virtual machine is: SOCKADDR_HV of hvsocket.h, family, two bytes of nothing, machine, service
    // (Microsoft, "Make your own integration services"). PowerShell's own way into machines writes it alike
    // (PowerShell/PowerShell, RemoteSessionHyperVSocket.cs).
    public sealed class GuestEndPoint : EndPoint
    {
        public const int HyperV = 34;
        private readonly Guid machine;
        private readonly Guid service;

        public GuestEndPoint(Guid machine, Guid service)
        {
            this.machine = machine;
            this.service = service;
        }

        public override AddressFamily AddressFamily { get { return (AddressFamily)HyperV; } }

        public override SocketAddress Serialize()
        {
            SocketAddress address = new SocketAddress(AddressFamily, 36);
            address[2] = 0;
            address[3] = 0;
            byte[] first = machine.ToByteArray();
            byte[] second = service.ToByteArray();
            for (int i = 0; i < 16; i++)
            {
                address[4 + i] = first[i];
                address[20 + i] = second[i];
            }
            return address;
        }

        // .NET makes the other end's from what was connected to.
        public override EndPoint Create(SocketAddress address) { return this; }
    }

    public static class Channel
    {
        // HV_PROTOCOL_RAW of hvsocket.h.
        private const int Raw = 1;

        // How long the guest may go on once nobody sends any more, in milliseconds.
        private const int LastMilliseconds = 10000;

        public static void Open(Guid machine, Guid service, int milliseconds, Stream input, Stream output)
        {
            GuestEndPoint end = new GuestEndPoint(machine, service);
            using (Socket socket = new Socket(end.AddressFamily, SocketType.Stream, (ProtocolType)Raw))
            {
                Connect(socket, end, milliseconds);
                Join(socket, input, output);
            }
        }

        // Connecting to a machine may take as long as Windows likes: whoever waits has a deadline.
        public static void Connect(Socket socket, EndPoint end, int milliseconds)
        {
            Exception failure = null;
            Thread connecting = new Thread(delegate()
            {
                try { socket.Connect(end); }
                catch (Exception error) { failure = error; }
            });
            connecting.IsBackground = true;
            connecting.Start();
            if (!connecting.Join(milliseconds))
            {
                socket.Close();
                throw new TimeoutException("it did not answer within " + milliseconds / 1000 + " s");
            }
            if (failure != null) throw new IOException(failure.Message, failure);
        }

        // Until either side ends. What the guest sent before it ended is passed on; a connection that is lost is an error.
        public static void Join(Socket socket, Stream input, Stream output)
        {
            Exception lost = null;
            bool ended = false;
            Thread sending = new Thread(delegate()
            {
                byte[] bytes = new byte[65536];
                try
                {
                    for (int read = input.Read(bytes, 0, bytes.Length); read > 0; read = input.Read(bytes, 0, bytes.Length))
                    {
                        for (int sent = 0; sent < read;) sent += socket.Send(bytes, sent, read - sent, SocketFlags.None);
                    }
                    socket.Shutdown(SocketShutdown.Send);
                    Thread.Sleep(LastMilliseconds);
                    ended = true;
                    socket.Close();
                }
                catch (Exception error)
                {
                    lost = error;
                }
            });
            sending.IsBackground = true;
            sending.Start();
            byte[] buffer = new byte[65536];
            try
            {
                for (int read = socket.Receive(buffer); read > 0; read = socket.Receive(buffer))
                {
                    output.Write(buffer, 0, read);
                    output.Flush();
                }
            }
            catch (Exception error)
            {
                // Nobody sends any more, and the guest goes on without a word.
                if (ended) return;
                throw new IOException("the connection into the guest was lost: " + error.Message, error);
            }
            if (lost is SocketException) throw new IOException("the connection into the guest was lost: " + lost.Message, lost);
        }
    }
}
