using ImageShare.Core.Benchmarks.Peers;

namespace ImageShare.Core.Benchmarks.Sip;

/// <summary>Reads and writes each message beside libosip2 and sofia-sip, with the same values in each message and with new ones.</summary>
internal static class SipComparison
{
    /// <returns>0, or 2 for wrong arguments.</returns>
    public static int Run(string[] args)
    {
        var options = new RoundOptions(rounds: 15, times: 10_000);
        if (!options.TryRead("sip", args))
        {
            return RoundOptions.WrongUsage;
        }

        using var table = new PeerTable("Sip", options.Rounds, options.Times);
        Add(table, "every value repeated", [.. SipWork.All.Select(static work => work.Repeated())]);
        Add(table, "every value new each time", SipWork.All);
        table.Run();
        return 0;
    }

    private static void Add(PeerTable table, string group, IReadOnlyList<SipWork> works)
    {
        foreach (SipWork work in works)
        {
            table.Add(group, $"{work.Name}, {work.Text.Bytes.Length} bytes: parse, all typed", work.Parse, "parse", work.Text);
        }

        // The peers have no more than this: a URI in pieces and parameters as text.
        foreach (SipWork work in works)
        {
            table.Add(group, $"{work.Name}: the same, and all parts", work.ParseParts, "parse", work.Text);
        }

        foreach (SipWork work in works)
        {
            table.Add(group, $"{work.Name}: parse, all typed, write", work.Write, "write", work.Text);
        }

        foreach (SipWork work in works)
        {
            table.Add(group, $"{work.Name}: parse and copy, nothing typed", work.Copy, "copy", work.Text);
        }
    }
}
