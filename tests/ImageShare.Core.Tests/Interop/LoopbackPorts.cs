using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace ImageShare.Core.Tests.Interop;

/// <summary>Ports for programs that must be told theirs.</summary>
internal static class LoopbackPorts
{
    private const string RangeFile = "/proc/sys/net/ipv4/ip_local_port_range";
    private const int Lowest = 10_000;

    // No two programs of one run shall get the same port.
    private static readonly HashSet<int> Given = [];
    private static readonly int FirstOfSystem = ReadFirstOfSystem();

    /// <summary>
    /// A port that is free for UDP and TCP, and stays so until the program that is told of it has it: below those the system hands out by itself, for these may go to
    /// another socket of this run in between.
    /// </summary>
    public static int Free()
    {
        while (true)
        {
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            int port;
            try
            {
                udp.Bind(new IPEndPoint(IPAddress.Loopback, FirstOfSystem > Lowest ? Random.Shared.Next(Lowest, FirstOfSystem) : 0));
                port = ((IPEndPoint)udp.LocalEndPoint!).Port;
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

    // 0 where the system does not say.
    private static int ReadFirstOfSystem() =>
        File.Exists(RangeFile) && int.TryParse(File.ReadAllText(RangeFile).Split()[0], out int first) ? first : 0;

    public static bool ListensOnUdp(int port) => IPGlobalProperties.GetIPGlobalProperties().GetActiveUdpListeners().Any(e => e.Port == port);

    public static bool ListensOnTcp(int port) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(e => e.Port == port);
}
