using ImageShare.Core.Benchmarks.Peers;

namespace ImageShare.Core.Benchmarks.Sdp;

/// <summary>Reads the seed's offer from bytes: alone, with every RFC 5547 value of its file, and to write it again, beside libosip2 and sofia-sip.</summary>
internal static class SdpBenchmark
{
    /// <returns>0, or 2 for wrong arguments.</returns>
    public static int Run(string[] args)
    {
        var options = new RoundOptions(rounds: 15, times: 20_000);
        if (!options.TryRead("sdp", args))
        {
            return RoundOptions.WrongUsage;
        }

        using var table = new PeerTable("Sdp", options.Rounds, options.Times);
        string group = $"{Samples.Sdp.Length} bytes";
        VariedText varied = SdpWork.Offer, repeated = varied.Repeated();
        SdpWork same = new(repeated), changing = new(varied);

        // The peers leave the values of RFC 5547 as text. "typed" is measured against their parsing alone, and against them with the values
        // taken from the text by the C code here.
        table.Add(group, "parse", same.Parse, "parse", repeated);
        table.Add(group, "parse, every value typed / parse", same.Typed, "parse", repeated);
        table.Add(group, "parse, every value typed / same", same.Typed, "typed", repeated);
        table.Add(group, "  the same, new values each time", changing.Typed, "typed", varied);
        table.Add(group, "parse and write", same.Write, "write", repeated);
        table.Add(group, "  the same, new values each time", changing.Write, "write", varied);
        table.Run();
        return 0;
    }
}
