using ImageShare.Core.Tests.Interop;

namespace ImageShare.Core.Tests.Tracing;

/// <summary>A capture file as tshark reads it, with nothing but the defaults of its dissectors.</summary>
internal static class Dissection
{
    // Comments of packets count as expert information too; everything from chat on is more.
    private const int Chat = 0x200000;

    /// <summary>For each packet the values of the fields; several values of one field are joined with a bar.</summary>
    public static async Task<string[][]> ReadAsync(FileInfo file, string filter, params string[] fields)
    {
        await using ChildProcess reading = ChildProcess.Start(
            Tool.Tshark.Require(),
            file.Directory!,
            [
                "-n", "-r", file.Name, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE",
                "-Y", filter, "-T", "fields", "-E", "separator=/t", "-E", "aggregator=|", "-e", "frame.number", .. fields.SelectMany(f => (string[])["-e", f]),
            ]);
        int exitCode = await reading.ExitAsync();
        Assert.That(exitCode, Is.Zero, () => reading.Output);
        return [.. reading.Output.Split('\n').Where(line => line.Contains('\t', StringComparison.Ordinal)).Select(line => line.TrimEnd('\r').Split('\t')[1..])];
    }

    /// <summary>Every packet is a message tshark knows, with right checksums and sequence numbers, and nothing to complain about.</summary>
    public static async Task AssertCleanAsync(FileInfo file)
    {
        string[][] packets = await ReadAsync(file, "frame", "_ws.col.Protocol");
        Assert.That(packets, Is.Not.Empty);
        Assert.That(packets.Select(p => p[0]).Distinct(), Is.SubsetOf(["SIP", "SIP/SDP", "MSRP"]));
        string[][] faults = await ReadAsync(
            file,
            $"_ws.malformed || tcp.analysis.flags || _ws.expert.severity > {Chat} || ip.checksum.status == 0 || udp.checksum.status == 0 || tcp.checksum.status == 0",
            "_ws.malformed", "_ws.expert.message", "ip.checksum.status", "udp.checksum.status", "tcp.checksum.status");
        Assert.That(faults.Select(f => string.Join(' ', f)), Is.Empty);
    }
}
