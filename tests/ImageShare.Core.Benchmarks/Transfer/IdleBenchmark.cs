using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Net;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>
/// What sessions cost that do nothing: each bound over a TCP connection of its own, or all over one. Prints one JSON line. The peers are plain sockets in a
/// process of their own: they do not count, and each process may open as many descriptors as the system allows one.
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
        using Process peers = SecondProcess.Start("idle-peers");
        long heap = GC.GetTotalMemory(forceFullCollection: true);
        long resident = Environment.WorkingSet;
        var sessions = new List<MsrpSession>();
        for (int i = 0; i < count; i++)
        {
            MsrpSession session = endpoint.CreateSession(new MsrpSessionOptions());
            sessions.Add(session);
            await peers.StandardInput.WriteLineAsync($"{(oneConnection && i > 0 ? "same" : endpoint.LocalEndPoint)} {session.LocalUri}");
            await peers.StandardInput.FlushAsync();
            if (await peers.StandardOutput.ReadLineAsync() != "bound")
            {
                throw new InvalidOperationException($"Session {i} was not bound: this run measures nothing. Does the system allow so many open files?");
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
        peers.StandardInput.Close();
        await peers.WaitForExitAsync();
        return 0;
    }

    /// <summary>The main loop of the peers' process: binds the session of each line, over a new connection or the one before.</summary>
    public static async Task<int> RunPeersAsync()
    {
        var sockets = new List<Socket>();
        byte[] answer = new byte[4096];
        while (await Console.In.ReadLineAsync() is { } line)
        {
            string[] words = line.Split(' ');
            if (words[0] != "same")
            {
                sockets.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
                await sockets[^1].ConnectAsync(IPEndPoint.Parse(words[0]));
            }

            await sockets[^1].SendAsync(Encoding.ASCII.GetBytes(
                $"MSRP bind1234 SEND\r\nTo-Path: {words[1]}\r\nFrom-Path: msrp://127.0.0.1:9/peer;tcp\r\nByte-Range: 1-0/0\r\n-------bind1234$\r\n"));
            int length = await sockets[^1].ReceiveAsync(answer.AsMemory());
            bool isBound = Encoding.ASCII.GetString(answer, 0, length).StartsWith("MSRP bind1234 200", StringComparison.Ordinal);
            await Console.Out.WriteLineAsync(isBound ? "bound" : "refused");
        }

        sockets.ForEach(s => s.Dispose());
        return 0;
    }
}
