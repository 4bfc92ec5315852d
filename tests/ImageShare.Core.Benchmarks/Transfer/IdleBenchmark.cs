using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Net;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>
/// What sessions cost that do nothing: each bound over a TCP connection of its own, or all over one. Prints one JSON line. The peers are
/// plain sockets in this process and count too.
/// </summary>
/// <remarks><c>idle [--sessions 10000] [--one-connection]</c></remarks>
internal static class IdleBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        int at = Array.IndexOf(args, "--sessions");
        int count = at >= 0 ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 10_000;
        bool oneConnection = args.Contains("--one-connection");
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(SystemNetwork.Instance, new MsrpEndpointOptions { IdleTimeout = null });
        long heap = GC.GetTotalMemory(forceFullCollection: true);
        long resident = Environment.WorkingSet;
        var sessions = new List<MsrpSession>();
        var peers = new List<Socket>();
        byte[] answer = new byte[4096];
        for (int i = 0; i < count; i++)
        {
            MsrpSession session = endpoint.CreateSession(new MsrpSessionOptions());
            sessions.Add(session);
            if (!oneConnection || i == 0)
            {
                peers.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                await peers[^1].ConnectAsync(endpoint.LocalEndPoint);
            }

            await peers[^1].SendAsync(Encoding.ASCII.GetBytes(
                $"MSRP bind1234 SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: msrp://127.0.0.1:9/peer;tcp\r\nByte-Range: 1-0/0\r\n-------bind1234$\r\n"));
            int length = await peers[^1].ReceiveAsync(answer.AsMemory());
            if (!Encoding.ASCII.GetString(answer, 0, length).StartsWith("MSRP bind1234 200", StringComparison.Ordinal))
            {
                throw new InvalidOperationException("A session was not bound: this run measures nothing.");
            }
        }

        long heapAfter = GC.GetTotalMemory(forceFullCollection: true);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            @case = oneConnection ? "idle sessions on one connection" : "idle sessions, a connection each",
            sessions = sessions.Count(s => !s.Ended.IsCompleted),
            managedMegabytes = Math.Round((heapAfter - heap) / 1e6, 1),
            residentMegabytes = Math.Round((Environment.WorkingSet - resident) / 1e6, 1),
            managedBytesPerSession = (heapAfter - heap) / count,
        }));
        peers.ForEach(p => p.Dispose());
        return 0;
    }
}
