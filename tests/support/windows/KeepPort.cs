// Runs what keeps the channel of a guest with Windows (components/hypervisors/libvirt/windows/guest/Keeper.cs) on a terminal in the place of a serial port: KeepPort
// TERMINAL PORT.
using System.IO;
using System.Net.Sockets;

public static class KeepPort
{
    public static void Main(string[] args)
    {
        using (FileStream input = new FileStream(args[0], FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1))
        using (FileStream output = new FileStream(args[0], FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 1))
        {
            new Classlab.Keeper(input, output, delegate() { return new TcpClient("127.0.0.1", int.Parse(args[1])).GetStream(); }).Run();
        }
    }
}
