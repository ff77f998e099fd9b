// Keeps the channel for as long as Windows runs: KeeperProgram COM2 22.
using System;
using System.IO;
using System.IO.Ports;
using System.Net.Sockets;
using System.Threading;

namespace Classlab
{
    public static class KeeperProgram
    {
        // QEMU's port is as fast as it can, whatever its speed is said to be.
        private const int Baud = 115200;
        private const int AgainMilliseconds = 1000;

        public static void Main(string[] args)
        {
            int server = int.Parse(args[1]);
            while (true)
            {
                try { Keep(args[0], server); }
                catch (IOException) { }
                catch (UnauthorizedAccessException) { }
                Thread.Sleep(AgainMilliseconds);
            }
        }

        private static void Keep(string name, int server)
        {
            using (SerialPort port = new SerialPort(name, Baud))
            {
                port.DtrEnable = true;
                port.RtsEnable = true;
                port.Open();
                new Keeper(port.BaseStream, port.BaseStream, delegate() { return Connect(server); }).Run();
            }
        }

        private static Stream Connect(int server)
        {
            TcpClient client = new TcpClient("127.0.0.1", server);
            client.NoDelay = true;
            return client.GetStream();
        }
    }
}
