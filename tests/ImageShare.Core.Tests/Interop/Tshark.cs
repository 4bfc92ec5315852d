using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ImageShare.Core.Tests.Interop;

/// <summary>What passed between some ports of the loopback interface, as tshark recorded and reads it.</summary>
internal sealed class Tshark : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imageshare-tshark-");
    private readonly UdpClient _probe = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly UdpClient _first = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly UdpClient _last = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly ChildProcess _capture;
    private readonly int[] _sip;
    private readonly int[] _msrp;

    private Tshark(string file, int[] sip, int[] msrp)
    {
        _sip = sip;
        _msrp = msrp;
        string filter = string.Join(" or ", ((int[])[.. sip, .. msrp, PortOf(_first), PortOf(_last)]).Select(p => $"port {p}"));

        // A line with the UDP port for each packet as it comes, and the packets into a file.
        _capture = ChildProcess.Start(file, _folder, "-i", "lo", "-n", "-l", "-P", "-w", "share.pcapng", "-f", filter, "-T", "fields", "-e", "udp.dstport");
    }

    /// <summary>Records from the moment this returns. Where recording is not permitted the test is skipped.</summary>
    public static async Task<Tshark> StartAsync(int[] sip, int[] msrp)
    {
        var tshark = new Tshark(Tool.Tshark.Require(), sip, msrp);
        try
        {
            if (!await tshark._capture.UntilAsync(() => tshark.Sees(tshark._first), "capturing"))
            {
                Assert.Ignore($"tshark may not capture on the loopback interface here:\n{tshark._capture.Output}");
            }

            return tshark;
        }
        catch
        {
            await tshark.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the recording, behind all that was sent up to now.</summary>
    public async Task StopAsync()
    {
        await _capture.ReadyAsync(() => Sees(_last));
        await _capture.DisposeAsync();
    }

    /// <summary>Reads the recording.</summary>
    /// <param name="filter">Which packets.</param>
    /// <param name="fields">What of them.</param>
    /// <returns>For each packet the values of the fields; several values of one field are joined with a bar.</returns>
    public async Task<string[][]> ReadAsync(string filter, params string[] fields)
    {
        await using ChildProcess reading = ChildProcess.Start(
            Tool.Tshark.Require(),
            _folder,
            [
                "-n", "-r", "share.pcapng",
                .. _sip.SelectMany(p => (string[])["-d", $"udp.port=={p},sip", "-d", $"tcp.port=={p},sip"]),
                .. _msrp.SelectMany(p => (string[])["-d", $"tcp.port=={p},msrp"]),
                "-Y", filter, "-T", "fields", "-E", "separator=/t", "-E", "aggregator=|", .. fields.SelectMany(f => (string[])["-e", f]),
            ]);
        int exitCode = await reading.ExitAsync();
        Assert.That(exitCode, Is.Zero, () => reading.Output);
        return [.. reading.Output.Split('\n').Where(line => line.Contains('\t', StringComparison.Ordinal)).Select(line => line.TrimEnd('\r').Split('\t'))];
    }

    public async ValueTask DisposeAsync()
    {
        await _capture.DisposeAsync();
        _probe.Dispose();
        _first.Dispose();
        _last.Dispose();
        _folder.Delete(recursive: true);
    }

    private static int PortOf(UdpClient client) => ((IPEndPoint)client.Client.LocalEndPoint!).Port;

    // Packets are shown in the order they passed: once this one is seen, all before it are in the file.
    private bool Sees(UdpClient target)
    {
        _probe.Send([0], (IPEndPoint)target.Client.LocalEndPoint!);
        return _capture.Output.Split('\n').Contains(PortOf(target).ToString(CultureInfo.InvariantCulture));
    }
}
