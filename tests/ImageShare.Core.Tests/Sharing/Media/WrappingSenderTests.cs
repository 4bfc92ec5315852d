using System.Buffers;
using ImageShare.Core.Bodies.Cpim;
using ImageShare.Core.Msrp;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Images;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Media;

/// <summary>A client sends to peers that take no image alone, but one inside message/cpim (RFC 4975 §8.6).</summary>
[TestFixture]
public sealed class WrappingSenderTests : PhoneCalleeTest
{
    private static readonly byte[] Image = TestImage.Png(10_000);

    // What the peer takes alone, what it takes wrapped, and the type of the message: where no way is named it is the image's own, for the answer
    // has taken the file (RFC 5547 §8.3).
    [TestCase("message/cpim", "image/png", "message/cpim")]
    [TestCase("message/cpim", "image/*", "message/cpim")]
    [TestCase("message/cpim", "*", "message/cpim")]
    [TestCase("text/plain message/cpim", "text/html image/png", "message/cpim")]
    [TestCase("message/*", "IMAGE/PNG", "message/cpim")]
    [TestCase("message/cpim image/png", "*", "image/png")]
    [TestCase("message/cpim image/*", "image/png", "image/png")]
    [TestCase("*", "*", "image/png")]
    [TestCase("*", null, "image/png")]
    [TestCase(null, "image/gif", "image/png")]
    [TestCase("message/cpim application/octet-stream", "image/png", "message/cpim")]
    [TestCase("message/cpim application/octet-stream", "image/gif", "application/octet-stream")]
    [TestCase("message/cpim", "image/gif", "image/png")]
    [TestCase("message/cpim", null, "image/png")]
    [TestCase("multipart/mixed", "*", "image/png")]
    [TestCase("text/plain", "*", "image/png")]
    [TestCase("image/jpeg", null, "image/png")]
    [Category("MSRP-035")]
    public async Task An_image_goes_alone_where_it_may_and_in_cpim_where_it_must(string? accepted, string? wrapped, string sent)
    {
        ImageShareSession session = await ShareAsync();
        await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", Answer(accepted, wrapped));
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        (string? type, byte[] message) = await ReadMessageAsync(peer);
        Assert.That(type, Is.EqualTo(sent));
        Assert.That(sent == "message/cpim" ? Unwrap(message).Image : message, Is.EqualTo(Image));
        await CompletesAsync(session);
    }

    // A peer that answers and then refuses the type in MSRP is sent the image wrapped, where it takes it so as far as is known.
    [TestCase("image/png message/cpim", "image/png", true)]
    [TestCase("message/cpim", null, true)]
    [TestCase("image/jpeg message/cpim", "image/jpeg", false)]
    [TestCase("image/jpeg", null, false)]
    [TestCase(null, null, false)]
    [Category("MSRP-035")]
    public async Task A_type_that_is_refused_in_the_end_is_wrapped_or_the_refusal_is_told(string? accepted, string? wrapped, bool isWrapped)
    {
        ImageShareSession session = await ShareAsync();
        await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", Answer(accepted, wrapped));
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        RawMsrpPeer.Message first;
        while (!(first = (await peer.ReadAsync())!).HasBody)
        {
            await peer.AnswerAsync(first, 200, first.To.First);
        }

        Assert.That(first.ContentType, Is.EqualTo("image/png"));
        await peer.AnswerAsync(first, 415, first.To.First);
        if (!isWrapped)
        {
            await Phone.RespondAsync(await Phone.ReceiveAsync("BYE"), "200 OK");
            ImageShareResult refused = await session.Completion.WaitAsync(SharePair.Patience);
            Assert.That((refused.Error, refused.MsrpStatus), Is.EqualTo((ImageShareError.TransferRefused, 415)), refused.Message);
            return;
        }

        (string? type, byte[] message) = await ReadMessageAsync(peer, notOf: first.MessageId);
        Assert.That(type, Is.EqualTo("message/cpim"));
        Assert.That(Unwrap(message).Image, Is.EqualTo(Image));
        await CompletesAsync(session);
    }

    [Test]
    [Category("MSRP-035")]
    [Category("MSRP-052")]
    [Category("CPIM-003")]
    public async Task The_head_says_from_whom_to_whom_and_what_is_inside([Values] bool saysDisposition)
    {
        await using ImageShareClient carol = await StartCarolAsync(saysDisposition);
        ImageShareSession session = await carol.ShareAsync(Phone.Address, SharePair.Image(Image, "ca\"t.png"), new ShareSettings { QueryFirst = false });
        await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", Answer("message/cpim", "*"));
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        (_, byte[] message) = await ReadMessageAsync(peer);
        (CpimHead head, byte[] image) = Unwrap(message);
        Assert.Multiple(() =>
        {
            Assert.That(head.From, Is.EqualTo("<sip:carol@ims.example>"));
            Assert.That(head.To, Is.EqualTo($"<{Phone.Address}>"));
            Assert.That(head.DateTime, Is.EqualTo(Time.GetUtcNow()).Within(TimeSpan.FromMinutes(1)));
            Assert.That(head.Content.ContentType.Essence, Is.EqualTo("image/png"));
            Assert.That(head.Content.Disposition?.ToString(), saysDisposition ? Is.EqualTo("render;filename=\"ca\\\"t.png\";size=10000") : Is.Null);
            Assert.That(image, Is.EqualTo(Image));
        });
        await CompletesAsync(session);
        await Time.DriveAsync(carol.DisposeAsync().AsTask());
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(4_321)]
    [TestCase(9_999)]
    [Category("MSRP-035")]
    [Category("FT-033")]
    public async Task Of_an_image_that_is_continued_the_rest_is_wrapped_and_only_it_is_counted(int from)
    {
        List<long> reported = [];
        ImageShareSession session = await Alice.ShareAsync(
            Phone.Address, SharePair.Image(Image), new ShareSettings { QueryFirst = false, ResumeAt = from, Progress = new Listener(p => reported.Add(p.Bytes)) });
        string range = from == 0 ? string.Empty : $"a=file-range:{from + 1}-*\r\n";
        string invite = await Phone.ReceiveAsync("INVITE");
        Assert.That(invite, Does.Contain(range));
        await Phone.RespondAsync(invite, "200 OK", Answer("message/cpim", "*") + range);
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        (_, byte[] message) = await ReadMessageAsync(peer);
        Assert.That(Unwrap(message).Image, Is.EqualTo(Image[from..]));
        ImageShareResult result = await CompletesAsync(session);
        Assert.That(result.BytesTransferred, Is.EqualTo(Image.Length));
        Assert.That(reported, Is.Ordered.And.All.InRange(from, Image.Length));
        Assert.That(reported[^1], Is.EqualTo(Image.Length));
    }

    [Test]
    [Category("MSRP-035")]
    [Category("FT-021")]
    [Category("CPIM-003")]
    public async Task What_the_peer_takes_at_most_has_to_do_for_what_is_around_the_image_too()
    {
        long length = 0;
        foreach (long? room in (long?[])[null, 0, -1])
        {
            ImageShareSession session = await ShareAsync();
            string most = room is null ? string.Empty : $"a=max-size:{length + room}\r\n";
            await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", Answer("message/cpim", "*") + most);
            if (room < 0)
            {
                await Phone.RespondAsync(await Phone.ReceiveAsync("BYE"), "200 OK");
                ImageShareResult refused = await session.Completion.WaitAsync(SharePair.Patience);
                Assert.That(refused.Error, Is.EqualTo(ImageShareError.TooLarge), refused.Message);
                continue;
            }

            await using RawMsrpPeer peer = await Phone.AcceptAsync();
            length = (await ReadMessageAsync(peer)).Bytes.Length;
            Assert.That(length, Is.GreaterThan(Image.Length));
            await CompletesAsync(session);
        }
    }

    [TestCase("image/png", true)]
    [TestCase("*", true)]
    [TestCase("image/gif", false)]
    [TestCase(null, false)]
    [Category("MSRP-035")]
    public async Task A_peer_that_says_so_when_it_is_asked_is_sent_the_image_wrapped(string? wrapped, bool isOffered)
    {
        ImageShareSession session = await Alice.ShareAsync(Phone.Address, SharePair.Image(Image), new ShareSettings { QueryFirst = true });
        string sdp = Phone.Sdp("a=accept-types:message/cpim\r\na=file-selector\r\n" + (wrapped is null ? null : $"a=accept-wrapped-types:{wrapped}\r\n"), "m=message 0 TCP/MSRP *\r\n");
        await Phone.RespondAsync(
            await Phone.ReceiveAsync("OPTIONS"), "200 OK", sdp, "Content-Type: application/sdp\r\nUser-Agent: x\r\n");
        if (!isOffered)
        {
            ImageShareResult refused = await session.Completion.WaitAsync(SharePair.Patience);
            Assert.That(refused.Error, Is.EqualTo(wrapped is null ? ImageShareError.NotCapable : ImageShareError.TypeNotAccepted), refused.Message);
            return;
        }

        await Phone.RespondAsync(await Phone.ReceiveAsync("INVITE"), "200 OK", Answer("message/cpim", wrapped));
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        Assert.That((await ReadMessageAsync(peer)).Type, Is.EqualTo("message/cpim"));
        await CompletesAsync(session);
    }

    [TestCase(null, 0, 1000)]
    [TestCase("501-*", 500, 1000)]
    [TestCase("101-200", 100, 200)]
    [Category("MSRP-035")]
    [Category("FT-035")]
    [Category("FT-021")]
    public async Task What_is_served_is_wrapped_as_well(string? range, int from, int to)
    {
        using var folder = new Folder();
        byte[] cat = TestImage.Png(1000);
        folder.File("cat.png", cat);
        await using ImageShareClient bob = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = Core.Sip.SipUri.Parse("sip:bob@ims.example"),
            Network = Network,
            TimeProvider = Time,
            Transport = SipTransportChoice.Udp,
            Catalogue = ImageCatalogue.FromDirectory(folder.Path),
        });
        string Offer(string types, string more) => Phone.Sdp(
            $"a=recvonly\r\na=path:{Phone.Path}\r\na=setup:actpass\r\na=file-selector:name:\"cat.png\"\r\na=file-transfer-id:one\r\n{types}{more}"
            + (range is null ? null : $"a=file-range:{range}\r\n"));
        const string Wrapped = "a=accept-types:message/cpim\r\na=accept-wrapped-types:image/*\r\n";
        Assert.That(await Phone.InviteAsync(bob.Address, "bare", Offer("a=accept-types:message/cpim\r\n", string.Empty)), Does.StartWith("SIP/2.0 488"), "not wrapped either");
        long length = 0;
        foreach (long? room in (long?[])[null, 0, -1])
        {
            string call = "call" + room;
            string response = await Phone.InviteAsync(bob.Address, call, Offer(Wrapped, room is null ? string.Empty : $"a=max-size:{length + room}\r\n"));
            Assert.That(response, Does.StartWith(room < 0 ? "SIP/2.0 488" : "SIP/2.0 200"));
            if (room < 0)
            {
                continue;
            }

            (RawMsrpPeer peer, MsrpUri uri) = await Phone.DialAsync(response);
            await using RawMsrpPeer closing = peer;
            await peer.SendAsync(uri, "bind", string.Empty, null, '$');
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("bind 200"));
            (string? type, byte[] message) = await ReadMessageAsync(peer);
            length = message.Length;
            (CpimHead head, byte[] image) = Unwrap(message);
            Assert.That((type, head.From, head.To), Is.EqualTo(("message/cpim", "<sip:bob@ims.example>", "<sip:mallory@example.com>")));
            Assert.That(head.Content.Disposition?.Parameters.GetValue("filename"), Is.EqualTo("cat.png"), "its name is said nowhere else");
            Assert.That(image, Is.EqualTo(cat[from..to]));
            await Phone.RespondAsync(await Phone.ReceiveAsync("BYE", call), "200 OK");
        }

        await Time.DriveAsync(bob.DisposeAsync().AsTask());
    }

    private Task<ImageShareClient> StartCarolAsync(bool saysDisposition) => ImageShareClient.StartAsync(new ImageShareOptions
    {
        Identity = Core.Sip.SipUri.Parse("sip:carol@ims.example"),
        Network = Network,
        TimeProvider = Time,
        Transport = SipTransportChoice.Udp,
        Profile = saysDisposition ? ImageShareProfile.Rfc5547 : ImageShareProfile.Rcs2,
    });

    private Task<ImageShareSession> ShareAsync() => Alice.ShareAsync(Phone.Address, SharePair.Image(Image), new ShareSettings { QueryFirst = false });

    private string Answer(string? accepted, string? wrapped) => Phone.Sdp(
        $"a=recvonly\r\na=path:{Phone.Path}\r\na=setup:passive\r\n"
        + (accepted is null ? null : $"a=accept-types:{accepted}\r\n") + (wrapped is null ? null : $"a=accept-wrapped-types:{wrapped}\r\n"));

    private async Task<ImageShareResult> CompletesAsync(ImageShareSession session)
    {
        await Phone.RespondAsync(await Phone.ReceiveAsync("BYE"), "200 OK");
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That(result.IsCompleted, Is.True, result.Message);
        Assert.That(result.Sha1, Is.EqualTo(TestImage.Sha1(Image)), "of the file");
        return result;
    }

    /// <summary>The next whole message, each chunk acknowledged; its octets are as many as it said.</summary>
    private static async Task<(string? Type, byte[] Bytes)> ReadMessageAsync(RawMsrpPeer peer, string? notOf = null)
    {
        var octets = new MemoryStream();
        while (true)
        {
            RawMsrpPeer.Message chunk = (await peer.ReadAsync())!;
            if (chunk.MessageId == notOf && notOf is not null)
            {
                continue;
            }

            if (chunk.HasBody)
            {
                Assert.That(chunk.Range!.Value.Start, Is.EqualTo(octets.Length + 1));
                octets.Write(chunk.Body);
            }

            await peer.AnswerAsync(chunk, 200, chunk.To.First);
            if (chunk is { HasBody: true, Continuation: '$' })
            {
                Assert.That(chunk.Range!.Value.Total, Is.EqualTo(octets.Length));
                return (chunk.ContentType, octets.ToArray());
            }
        }
    }

    private static (CpimHead Head, byte[] Image) Unwrap(byte[] message)
    {
        var rest = new ReadOnlySequence<byte>(message);
        Assert.That(CpimHead.Read(ref rest, out CpimHead? head), Is.EqualTo(OperationStatus.Done));
        return (head!, rest.ToArray());
    }

    private sealed class Listener(Action<ImageShareProgress> report) : IProgress<ImageShareProgress>
    {
        public void Report(ImageShareProgress value) => report(value);
    }
}
