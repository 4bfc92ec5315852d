using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace ImageShare.Core.Tests.Interop;

/// <summary>Ports for programs that must be told theirs.</summary>
internal static class LoopbackPorts
{
    // The system hands out a port again once it is let go; no two programs of one run shall get the same.
    private static readonly HashSet<int> Given = [];

    /// <summary>A port that is free for UDP and TCP, as the system chose it.</summary>
    public static int Free()
    {
        while (true)
        {
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            int port = ((IPEndPoint)udp.LocalEndPoint!).Port;
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                tcp.Bind(new IPEndPoint(IPAddress.Loopback, port));
            }
            catch (SocketException)
            {
                continue;
            }

            lock (Given)
            {
                if (Given.Add(port))
                {
                    return port;
                }
            }
        }
    }

    public static bool ListensOnUdp(int port) => IPGlobalProperties.GetIPGlobalProperties().GetActiveUdpListeners().Any(e => e.Port == port);

    public static bool ListensOnTcp(int port) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(e => e.Port == port);
}
