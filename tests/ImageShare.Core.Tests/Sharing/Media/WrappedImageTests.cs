using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Media;

/// <summary>A peer that wraps its image in message/cpim or multipart: the image is what is stored, measured and hashed, and not what is around it.</summary>
[TestFixture]
public sealed class WrappedImageTests : PhoneCallerTest
{
    private const string Image = "0123456789";
    private const string Cpim = "From: <sip:alice@example.com>\r\nTo: <sip:bob@example.com>\r\n\r\nContent-Type: {0}\r\n\r\n{1}";
    private const string Parts = "--b\r\nContent-Type: text/plain\r\n\r\nlook at this\r\n--b\r\nContent-Type: {0}\r\n\r\n{1}\r\n--b--\r\n";

    private protected override ImageShareOptions Configure(ImageShareOptions options) => options with { Transport = SipTransportChoice.Udp };

    private static IEnumerable<TestCaseData> Messages()
    {
        TestCaseData Case(string name, string type, string body, ImageShareError error = ImageShareError.None, int status = 200, string selector = "type:image/png size:10") =>
            new TestCaseData(type, body, selector, error, status).SetArgDisplayNames(name);
        string base64 = Convert.ToBase64String(Encoding.ASCII.GetBytes(Image));
        yield return Case("cpim", "message/cpim", Of(Cpim, "image/png", Image));
        yield return Case("cpim as the figures show it", "message/cpim", $"To: Bob <sip:b@x>\r\nContent-Type: image/png\r\n\r\n{Image}");
        yield return Case("cpim with a subject alone", "message/cpim", $"subject: x\r\n\r\ncontent-type: image/png\r\n\r\n{Image}");
        yield return Case("mixed", "multipart/mixed;boundary=b", Of(Parts, "image/png", Image));
        yield return Case("alternative", "multipart/alternative;boundary=b", Of(Parts, "image/png", Image));
        yield return Case("cpim in mixed", "multipart/mixed;boundary=b", Of(Parts, "message/cpim", Of(Cpim, "image/png", Image)));
        yield return Case("alternative in cpim", "message/cpim", Of(Cpim, "multipart/alternative;boundary=b", Of(Parts, "image/png", Image)));
        yield return Case("alternative in mixed", "multipart/mixed;boundary=a", $"--a\r\nContent-Type: multipart/alternative;boundary=b\r\n\r\n{Of(Parts, "image/png", Image)}\r\n--a--");
        yield return Case("base64", "message/cpim", Of(Cpim, "image/png\r\nContent-Transfer-Encoding: base64", base64));
        yield return Case("quoted-printable", "multipart/mixed;boundary=b", Of(Parts, "image/png\r\nContent-Transfer-Encoding: quoted-printable", "=30=31234=\r\n56789"));
        yield return Case("binary", "multipart/mixed;boundary=b", Of(Parts, "image/png\r\nContent-Transfer-Encoding: binary", Image));
        yield return Case("of no special type", "message/cpim", Of(Cpim, "application/octet-stream", Image));
        yield return Case("type not offered", "message/cpim", Of(Cpim, "image/gif", Image), selector: "size:10");
        yield return Case("another picture beside it", "multipart/alternative;boundary=b", Of(Parts, "image/gif\r\n\r\nGIF\r\n--b\r\nContent-Type: image/png", Image));
        yield return Case("an icon beside it", "multipart/mixed;boundary=b", Of(Parts, "image/png\r\nContent-Disposition: icon\r\n\r\nsmall\r\n--b\r\nContent-Type: image/png", Image));
        yield return Case("no image", "message/cpim", Of(Cpim, "text/plain", Image), ImageShareError.ImageMissing, 415);
        yield return Case("only another image", "message/cpim", Of(Cpim, "image/gif", Image), ImageShareError.ImageMissing, 415);
        yield return Case("two images", "multipart/mixed;boundary=b", Of(Parts, "image/png\r\n\r\n0123456789\r\n--b\r\nContent-Type: image/png", Image), ImageShareError.ImageAmbiguous, 415);
        yield return Case("something required", "message/cpim", "Require: X.y\r\n" + Of(Cpim, "image/png", Image), ImageShareError.MalformedMessage, 415);
        yield return Case("no boundary", "multipart/mixed", Of(Parts, "image/png", Image), ImageShareError.MalformedMessage, 415);
        yield return Case("no head", "message/cpim", "no head\r\n", ImageShareError.MalformedMessage, 415);
        yield return Case("broken base64", "message/cpim", Of(Cpim, "image/png\r\nContent-Transfer-Encoding: base64", "!!!!"), ImageShareError.MalformedMessage, 413);
        yield return Case("too deep", "message/cpim", Of(Cpim, "message/cpim", Of(Cpim, "message/cpim", Of(Cpim, "message/cpim", Of(Cpim, "message/cpim", Of(Cpim, "image/png", Image))))), ImageShareError.MalformedMessage, 415);
        yield return Case("too much", "message/cpim", Of(Cpim, "image/png", Image + "A"), ImageShareError.SizeMismatch, 413);
        yield return Case("too little", "message/cpim", Of(Cpim, "image/png", Image[1..]), ImageShareError.SizeMismatch, 413);
        yield return Case("too much around it", "multipart/mixed;boundary=b", Of(Parts, "text/plain", new string('x', 2_000_000)), ImageShareError.SizeMismatch, 413);
    }

    [TestCaseSource(nameof(Messages))]
    [Category("MSRP-047")]
    [Category("CPIM-001")]
    [Category("CPIM-004")]
    [Category("CPIM-005")]
    [Category("CPIM-006")]
    public async Task The_image_inside_is_what_is_stored(string type, string body, string selector, ImageShareError error, int status)
    {
        foreach (int cut in (int[])[body.Length, 2048, 7])
        {
            if (body.Length / cut > 300)
            {
                continue;
            }

            string hash = string.Join(':', SHA1.HashData(Encoding.ASCII.GetBytes(Image)).Select(b => b.ToString("X2", CultureInfo.InvariantCulture)));
            (ImageShareSession session, RawMsrpPeer peer, Core.Msrp.MsrpUri to, string response) = await AcceptAsync($"name:\"x.png\" {selector} hash:sha-1:{hash}", "cut" + cut);
            await using RawMsrpPeer closing = peer;
            string answer = string.Empty;
            for (int start = 0; start < body.Length && !answer.EndsWith(" 413", StringComparison.Ordinal) && !answer.EndsWith(" 415", StringComparison.Ordinal); start += cut)
            {
                string chunk = body.Substring(start, Math.Min(cut, body.Length - start));
                await peer.SendAsync(Chunk(peer, to, type, chunk, $"{start + 1}-*/{body.Length}", start + cut >= body.Length ? '$' : '+'));
                answer = await peer.ReadLineAsync();
            }

            Assert.That(answer, Is.EqualTo($"chunk {status}"));
            Task<ImageShareResult> ending = session.Completion;
            await Phone.ByeAsync(Bob.Address, "cut" + cut, response);
            ImageShareResult result = await Time.DriveAsync(ending);
            Assert.That(result.Error, Is.EqualTo(error), result.Message);
            Assert.That(result.IsVerified, Is.EqualTo(error == ImageShareError.None));
            if (error == ImageShareError.None)
            {
                FileInfo stored = Inbox.GetFiles().Single();
                Assert.That(File.ReadAllText(stored.FullName), Is.EqualTo(Image));
                Assert.That((result.BytesTransferred, stored.Name), Is.EqualTo((10, "x.png")));
                stored.Delete();
            }

            Assert.That(Inbox.GetFileSystemInfos(), Is.Empty);
        }
    }

    [Test]
    [Category("MSRP-036")]
    public async Task The_answer_says_what_may_be_around_an_image()
    {
        (ImageShareSession session, RawMsrpPeer peer, _, string response) = await AcceptAsync("type:image/png size:10", "answer");
        await using RawMsrpPeer closing = peer;
        string[] types = RawPhone.Line(response, "a=accept-types:").Split(' ');
        Assert.Multiple(() =>
        {
            Assert.That(types, Is.SupersetOf(new[] { "image/jpeg", "image/png", "message/cpim", "multipart/mixed", "multipart/alternative" }));
            Assert.That(types[0], Does.StartWith("image/"), "an image alone is liked best");
            Assert.That(types, Is.Unique);

            // What is in accept-types may stand inside as well: the other list is for what may stand inside only.
            Assert.That(response, Does.Not.Contain("a=accept-wrapped-types"));
        });
        await Phone.ByeAsync(Bob.Address, "answer", response);
        await Time.DriveAsync(session.Completion);
    }

    [Test]
    [Category("MSRP-047")]
    public async Task Octets_that_come_again_are_passed_over_and_those_behind_a_gap_refused()
    {
        string body = Of(Cpim, "image/png", Image);
        foreach (bool hasGap in (bool[])[false, true])
        {
            (ImageShareSession session, RawMsrpPeer peer, Core.Msrp.MsrpUri to, string response) = await AcceptAsync("name:\"x.png\" type:image/png size:10", "again" + hasGap);
            await using RawMsrpPeer closing = peer;
            foreach ((int start, int end) in ((int, int)[])[(0, 40), (20, 60), (0, 10), (hasGap ? 61 : 60, body.Length)])
            {
                await peer.SendAsync(Chunk(peer, to, "message/cpim", body[start..end], $"{start + 1}-*/{body.Length}", end == body.Length ? '$' : '+'));
                Assert.That(await peer.ReadLineAsync(), Is.EqualTo(start == 61 ? "chunk 413" : "chunk 200"));
            }

            await Phone.ByeAsync(Bob.Address, "again" + hasGap, response);
            ImageShareResult result = await Time.DriveAsync(session.Completion);
            Assert.That(result.Error, Is.EqualTo(hasGap ? ImageShareError.MalformedMessage : ImageShareError.None), result.Message);
        }

        Assert.That(File.ReadAllText(Inbox.GetFiles().Single().FullName), Is.EqualTo(Image));
    }

    [TestCase("message/cpim")]
    [TestCase("multipart/mixed;boundary=b")]
    [Category("MSRP-047")]
    [Category("SEC-001")]
    public async Task A_hundred_megabytes_wrapped_pass_without_being_kept(string type)
    {
        const int Block = 1 << 16;
        byte[] block = new byte[Block];
        new Random(1).NextBytes(block);
        await using var counted = new CountingSink();
        var sink = new UnwrappingSink(counted, MediaType.Parse(type), new IncomingImage { Type = new MediaType("image", "png") }, 100L << 20) { TooMuch = static () => new ImageShareException(ImageShareError.TooLarge, "much") };
        byte[] head = Encoding.ASCII.GetBytes(type.StartsWith("multipart", StringComparison.Ordinal) ? "--b\r\nContent-Type: image/png\r\n\r\n" : Of(Cpim, "image/png", string.Empty));
        await sink.WriteAsync(0, new ReadOnlySequence<byte>(head));
        long offset = head.Length;
        await sink.WriteAsync(offset, new ReadOnlySequence<byte>(block));
        offset += Block;
        long before = GC.GetTotalAllocatedBytes(precise: true);
        while (counted.Bytes < 100L << 20)
        {
            await sink.WriteAsync(offset, new ReadOnlySequence<byte>(block));
            offset += Block;
        }

        Assert.That(GC.GetTotalAllocatedBytes(precise: true) - before, Is.LessThan(16 << 20));
        Assert.That(counted.Bytes, Is.EqualTo(100L << 20));
        Assert.That(async () => await sink.WriteAsync(offset, new ReadOnlySequence<byte>(block)), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.TooLarge));
    }

    private static string Of(string frame, string type, string content) =>
        frame.Replace("{0}", type, StringComparison.Ordinal).Replace("{1}", content, StringComparison.Ordinal);

    private static string Chunk(RawMsrpPeer peer, Core.Msrp.MsrpUri to, string type, string octets, string range, char sign) =>
        $"MSRP chunk SEND\r\nTo-Path: {to}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: wrapped\r\nByte-Range: {range}\r\nContent-Type: {type}\r\n\r\n{octets}\r\n-------chunk{sign}\r\n";

    private async Task<(ImageShareSession Session, RawMsrpPeer Peer, Core.Msrp.MsrpUri To, string Response)> AcceptAsync(string selector, string call)
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, call, Phone.Offer(selector));
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await foreach (ImageShareInvitation invitation in Bob.Invitations.WithCancellation(patience.Token))
        {
            ImageShareSession session = await invitation.AcceptAsync(ImageStore.InDirectory(Inbox.FullName));
            string response = await calling;
            (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(response);
            return (session, peer, to, response);
        }

        throw new InvalidOperationException("The client was closed.");
    }

    private sealed class CountingSink : IImageSink
    {
        public long Bytes { get; private set; }

        public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
        {
            Assert.That(offset, Is.EqualTo(Bytes));
            Bytes += data.Length;
            return default;
        }

        public ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask AbandonAsync() => default;

        public ValueTask DisposeAsync() => default;
    }
}
