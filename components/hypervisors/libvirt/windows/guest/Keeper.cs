// Keeps the management channel of a guest with Windows: joins its serial port with its SSH server. Of C# 5, which Windows' own csc compiles.
// A port knows no connections, and a serial one does not tell either that the host went away: "classlab NONCE" begins a session wherever it stands, and
// the one before is over. "classlab NONCE end" tells the host that its session is (components/hypervisors/libvirt/channelClient.pl).
using System;
using System.IO;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;

namespace Classlab
{
    // Finds the hellos of a host at the end of what it says. SSH encrypts what it sends: there is none in it by chance.
    public sealed class Hello
    {
        private const int Longest = 80;
        private static readonly Regex Form = new Regex("classlab ([0-9a-f]{16,64})\n\\z");
        private string heard = "";

        // The nonce of a hello that these bytes complete; null where they do not.
        public string In(byte[] bytes, int count)
        {
            int from = Math.Max(0, count - Longest);
            heard += Encoding.GetEncoding(28591).GetString(bytes, from, count - from);
            heard = heard.Substring(Math.Max(0, heard.Length - Longest));
            Match hello = Form.Match(heard);
            if (!hello.Success) return null;
            heard = "";
            return hello.Groups[1].Value;
        }
    }

    public sealed class Keeper
    {
        private readonly Stream input;
        private readonly Stream output;
        private readonly Func<Stream> open;
        private readonly Hello hello = new Hello();
        private readonly object turn = new object();
        private Stream session;

        // The port's two directions, and what makes a connection to the server.
        public Keeper(Stream input, Stream output, Func<Stream> open)
        {
            this.input = input;
            this.output = output;
            this.open = open;
        }

        // Until the port is closed.
        public void Run()
        {
            byte[] bytes = new byte[65536];
            for (int read = input.Read(bytes, 0, bytes.Length); read > 0; read = input.Read(bytes, 0, bytes.Length))
            {
                string nonce = hello.In(bytes, read);
                if (nonce == null) Pass(bytes, read);
                else Begin(nonce);
            }
            lock (turn) Leave();
        }

        // Whoever says hello while no server listens hears nothing, and asks again.
        private void Begin(string nonce)
        {
            Stream own;
            lock (turn)
            {
                Leave();
                try { own = open(); }
                catch (SystemException) { return; }
                session = own;
                Say("classlab " + nonce + "\n");
            }
            Thread answering = new Thread(delegate() { Answer(own, nonce); });
            answering.IsBackground = true;
            answering.Start();
        }

        private void Leave()
        {
            if (session != null) session.Dispose();
            session = null;
        }

        // A server that is gone is noticed where its answers are read. Not in turn: both directions may have to wait.
        private void Pass(byte[] bytes, int count)
        {
            Stream to;
            lock (turn) to = session;
            if (to == null) return;
            try { to.Write(bytes, 0, count); }
            catch (IOException) { }
            catch (ObjectDisposedException) { }
        }

        private void Answer(Stream own, string nonce)
        {
            byte[] bytes = new byte[65536];
            try
            {
                for (int read = own.Read(bytes, 0, bytes.Length); read > 0; read = own.Read(bytes, 0, bytes.Length))
                {
                    lock (turn)
                    {
                        if (session != own) return;
                        output.Write(bytes, 0, read);
                        output.Flush();
                    }
                }
            }
            catch (IOException) { }
            catch (ObjectDisposedException) { }
            lock (turn)
            {
                if (session != own) return;
                Leave();
                Say("classlab " + nonce + " end\n");
            }
        }

        private void Say(string text)
        {
            byte[] bytes = Encoding.ASCII.GetBytes(text);
            output.Write(bytes, 0, bytes.Length);
            output.Flush();
        }
    }
}
