using System.Buffers;
using System.Globalization;
using ImageShare.Core.Benchmarks.Peers;
using ImageShare.Core.Bodies;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sdp.FileTransfer;
using ImageShare.Core.Text;

namespace ImageShare.Core.Benchmarks.Bodies;

/// <summary>
/// Reads an offer with the attributes of its file: the library's speed as a ratio to a scan by hand that looks for just these. Reads and writes a body
/// of that offer and its icon: the same as a ratio to MimeKit alone. And the octets each allocates.
/// </summary>
internal static class BodyComparison
{
    private const int IconLength = 2048;
    private const string IconId = "test@mercuro.net";

    public static int Run(string[] args)
    {
        var options = new RoundOptions(rounds: 15, times: 10_000);
        if (!options.TryRead("bodies", args))
        {
            return RoundOptions.WrongUsage;
        }

        ComparePeers(options);
        int rounds = options.Rounds * 4;
        Console.WriteLine($"{"",-34}{"octets",7}{"by hand ns",12}{"library ns",12}{"speed",8}{"by hand B",11}{"library B",11}");
        Print("offer, file attributes typed", Samples.Sdp.Length, HandComparison.Compare(() => HandScan.Offer(Samples.Sdp), () => ReadOffer(Samples.Sdp), rounds));
        Print("offer, lines only", Samples.Sdp.Length, HandComparison.Compare(() => HandScan.Offer(Samples.Sdp), () => ReadLines(Samples.Sdp), rounds));
        Console.WriteLine($"{"",-34}{"octets",7}{"MimeKit ns",12}{"library ns",12}{"speed",8}{"MimeKit B",11}{"library B",11}");
        foreach (TransferEncoding encoding in (TransferEncoding[])[TransferEncoding.Base64, TransferEncoding.Binary])
        {
            (MultipartBody body, byte[] icon) = WithIcon(encoding);
            byte[] octets = Write(body);
            string type = body.ContentType.ToString();
            Print($"multipart + icon, {encoding}, read", octets.Length, HandComparison.Compare(() => BareMimeKit.Read(type, octets), () => ReadIcon(body.ContentType, octets), rounds));
            Print(
                $"multipart + icon, {encoding}, write",
                octets.Length,
                HandComparison.Compare(() => BareMimeKit.Write(Samples.Sdp, icon, IconId, encoding is TransferEncoding.Base64).Length, () => Write(body).Length, rounds));
        }

        return 0;
    }

    private static void ComparePeers(RoundOptions options)
    {
        using var table = new PeerTable("Bodies", options.Rounds, options.Times);
        const string Group = "multipart: offer typed, icon decoded";
        foreach (TransferEncoding encoding in (TransferEncoding[])[TransferEncoding.Base64, TransferEncoding.Binary])
        {
            BodyWork work = BodyWork.Create(WithIcon(encoding).Body, IconId), repeated = work.Repeated();
            table.Add(Group, $"{work.Text.Bytes.Length} bytes, {encoding}", repeated.Read, "read", repeated.Text);
            table.Add(Group, "  the same, new values each time", work.Read, "read", work.Text);
        }

        table.Run();
    }

    private static (MultipartBody Body, byte[] Icon) WithIcon(TransferEncoding encoding)
    {
        byte[] icon = new byte[IconLength];
        new Random(5547).NextBytes(icon);
        var offered = new OfferIcon(new MediaType("image", "png"), icon, IconId) { TransferEncoding = encoding };
        return (OfferBody.WithIcon(Samples.Sdp, offered, "related", IconLength), icon);
    }

    private static int ReadLines(byte[] octets) => SessionDescription.TryParse(octets, out SessionDescription? offer) ? offer.Media.Length : 0;

    private static int ReadOffer(byte[] octets)
    {
        if (!SessionDescription.TryParse(octets, out SessionDescription? offer))
        {
            throw new InvalidOperationException("The sample offer does not read.");
        }

        MediaDescription file = offer.Media[0];
        FileSelector selector = file.FileSelector!;
        return selector.Name!.Length + (int)selector.Size!.Value + selector.Sha1!.Length + file.FileTransferId!.Value.Value.Length
            + file.Path![0].Length + (int)offer.GetDirection(file);
    }

    private static int ReadIcon(MediaType type, byte[] octets)
    {
        MultipartReadResult result = MultipartCodec.Read(type, octets, MultipartLimits.Default);
        return result.Body!.FindSessionDescription()!.Content.Length + result.Body.Resolve("cid:" + IconId)!.Content.Length;
    }

    private static byte[] Write(MultipartBody body)
    {
        var output = new ArrayBufferWriter<byte>(4096);
        MultipartCodec.Write(body, output);
        return output.WrittenSpan.ToArray();
    }

    private static void Print(string name, int length, (HandComparison.Figures ByHand, HandComparison.Figures Library) result) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-34}{length,7}{result.ByHand.Nanoseconds,12:0}{result.Library.Nanoseconds,12:0}{result.ByHand.Nanoseconds / result.Library.Nanoseconds,8:0.00}{result.ByHand.Bytes,11}{result.Library.Bytes,11}"));
}
