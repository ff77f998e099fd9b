// Runs what joins a host with a guest (components/hypervisors/hyperv/module/Channel.cs) where there is no Hyper-V: on a socket of another family.
using System;
using System.Net;
using System.Net.Sockets;
using System.Text;

public sealed class FileEndPoint : EndPoint
{
    private readonly byte[] path;

    public FileEndPoint(string path) { this.path = Encoding.UTF8.GetBytes(path); }

    public override AddressFamily AddressFamily { get { return AddressFamily.Unix; } }

    public override SocketAddress Serialize()
    {
        SocketAddress address = new SocketAddress(AddressFamily.Unix, 2 + path.Length + 1);
        for (int i = 0; i < path.Length; i++) address[2 + i] = path[i];
        address[2 + path.Length] = 0;
        return address;
    }

    public override EndPoint Create(SocketAddress address) { return this; }
}

public static class Pump
{
    public static int Main(string[] args)
    {
        try
        {
            if (args[0] == "address")
            {
                SocketAddress address = new Classlab.GuestEndPoint(new Guid(args[1]), new Guid(args[2])).Serialize();
                for (int i = 0; i < address.Size; i++) Console.Write(address[i].ToString("x2"));
                return 0;
            }
            using (Socket socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.IP))
            {
                Classlab.Channel.Connect(socket, new FileEndPoint(args[1]), int.Parse(args[2]));
                Classlab.Channel.Join(socket, Console.OpenStandardInput(), Console.OpenStandardOutput());
            }
            return 0;
        }
        catch (Exception error)
        {
            Console.Error.WriteLine("classlab-channel: " + error.GetBaseException().Message);
            return 1;
        }
    }
}
