using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sharing.Media;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Media;

/// <summary>What an MSRP message says of the file it carries (Content-Disposition, RFC 5547 §8.7, RFC 2183).</summary>
[TestFixture]
public sealed class TransferDispositionTests
{
    private const string Call = "call";

    private static readonly DateTimeOffset Date = new(2006, 5, 15, 15, 1, 31, TimeSpan.FromHours(3));

    [TestCase("My cool picture.jpg", true, "render;filename=\"My cool picture.jpg\";size=4385;creation-date=\"Mon, 15 May 2006 15:01:31 +0300\";modification-date=\"Mon, 15 May 2006 15:01:31 +0300\"")]
    [TestCase("a \"b\" \\c.png", false, "attachment;filename=\"a \\\"b\\\" \\\\c.png\";size=4385;creation-date=\"Mon, 15 May 2006 15:01:31 +0300\";modification-date=\"Mon, 15 May 2006 15:01:31 +0300\"")]
    [TestCase("猫 50%.png", true, "render;filename*=UTF-8''%E7%8C%AB%2050%25.png;size=4385;creation-date=\"Mon, 15 May 2006 15:01:31 +0300\";modification-date=\"Mon, 15 May 2006 15:01:31 +0300\"")]
    [Category("MSRP-052")]
    public void What_is_written_is_read(string name, bool mayDisplay, string expected)
    {
        var image = new ImageDescription { Name = name, Type = new MediaType("image", "png"), Size = 4385, Sha1 = new string('0', 40), Created = Date, Modified = Date, Read = Date };
        string written = TransferDisposition.Write(image, mayDisplay);
        Assert.That(written, Is.EqualTo(expected));
        Assert.That(Read(written), Is.EqualTo(new SentFile { Name = name, Size = 4385, Created = Date, Modified = Date, MayDisplay = mayDisplay }));
    }

    [Test]
    [Category("MSRP-052")]
    public void What_is_not_known_is_not_written() =>
        Assert.That(TransferDisposition.Write(new ImageDescription { Name = "a\r\nb.png", Type = new MediaType("image", "png"), Size = 5, Sha1 = new string('0', 40) }), Is.EqualTo("render;filename=\"ab.png\";size=5"), "and no line break ever");

    // Names: the extended form, sections, and what cannot be read.
    [TestCase("render; filename=\"cat.png\"", "cat.png")]
    [TestCase("RENDER;FILENAME=cat.png", "cat.png")]
    [TestCase("render; filename=\"plain.png\"; filename*=UTF-8''%C3%A4.png", "ä.png")]
    [TestCase("render; filename=\"plain.png\"; filename*=KOI8-R''%C3%A4.png", "plain.png")]
    [TestCase("render; filename=\"plain.png\"; filename*=nonsense", "plain.png")]
    [TestCase("render; filename*0=\"a long \"; filename*1=\"name.png\"", "a long name.png")]
    [TestCase("render; filename*0*=utf-8'en'%C3%A4; filename*1=\"%41.png\"", "ä%41.png")]
    [TestCase("render; filename*1=\"never begun.png\"", null)]
    [TestCase("render; filename=\"ä.png\"", "ä.png")]
    [TestCase("render; filename=\"../../etc/passwd\"", "../../etc/passwd")]
    [TestCase("render", null)]
    [Category("MSRP-052")]
    public void Names_are_read_in_all_their_forms(string value, string? name) => Assert.That(Read(value)!.Name, Is.EqualTo(name));

    [TestCase("")]
    [TestCase(";filename=a")]
    [TestCase("render; filename=\"open")]
    [TestCase("render; filename=")]
    [TestCase("render, attachment")]
    [TestCase("\0\u0001")]
    [Category("MSRP-052")]
    public void What_is_no_disposition_says_nothing(string value) => Assert.That(Read(value), Is.Null);

    [TestCase("render; size=-1; creation-date=\"yesterday\"")]
    [TestCase("render; size=99999999999999999999; creation-date=\"Mon, 99 May 2006 15:01:31 +0300\"")]
    [TestCase("render; size=\"4 MB\"; modification-date=\"\"")]
    [TestCase("render; size=+5")]
    [Category("MSRP-052")]
    public void Values_that_make_no_sense_are_left_out(string value) =>
        Assert.That(Read(value), Is.EqualTo(new SentFile()));

    [Test]
    [Category("MSRP-052")]
    public async Task A_sender_says_it_in_the_first_chunk_and_the_receiver_tells([Values] bool isAsked)
    {
        ImageShareProfile profile = isAsked ? ImageShareProfile.Rfc5547 with { ChunkSize = 2048 } : ImageShareProfile.Rcs2;
        await using SharePair pair = await SharePair.StartAsync(alice: o => o with { Profile = profile });
        (ImageShareResult sent, ImageShareResult received) = await pair.ShareAsync(TestImage.Png(10_000));
        Assert.That((sent.IsCompleted, received.IsVerified), Is.EqualTo((true, true)), $"{sent.Message} {received.Message}");
        Assert.That(sent.SentFile, Is.Null);
        Assert.That(received.SentFile, isAsked ? Is.EqualTo(new SentFile { Name = "cat.png", Size = 10_000 }) : Is.Null);
    }

    // The name of the offer, of the message, and of the file.
    [TestCase("name:\"offer.png\" ", "filename=\"message.png\"", "offer.png")]
    [TestCase("", "filename=\"message.png\"", "message.png")]
    [TestCase("", "filename*=UTF-8''%E7%8C%AB.png", "猫.png")]
    [TestCase("", "filename=\"../../etc/passwd\"", "passwd.png")]
    [TestCase("", "filename=\"CON\"", "_CON.png")]
    [TestCase("", "filename*=UTF-8''%00%0d%0a", "___.png")]
    [TestCase("", "size=3", "image.png")]
    [Category("MSRP-052")]
    public async Task The_offer_names_the_file_else_the_message_does(string selector, string disposition, string stored)
    {
        await using var network = new Phones();
        (ImageShareSession session, RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await network.AcceptAsync(selector + "type:image/png");
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "only", $"Byte-Range: 1-3/3\r\nContent-Disposition: attachment; {disposition}\r\n", "abc", '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("only 200"));
        await network.EndAsync(session);
        ImageShareResult received = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(received.State, Is.EqualTo(ImageShareState.Completed), received.Message);
            Assert.That(received.SentFile!.MayDisplay, Is.False);
            Assert.That(network.Inbox.GetFiles().Select(f => f.Name), Is.EqualTo([stored]));
        });
    }

    [TestCase("type:image/png", "2", "SizeMismatch")]
    [TestCase("type:image/png", "3", null)]
    [TestCase("type:image/png size:3", "2", null)]
    [TestCase("type:image/png", "9223372036854775807", null)]
    [Category("MSRP-052")]
    public async Task A_size_only_the_message_says_is_a_promise_too(string selector, string size, string? error)
    {
        await using var network = new Phones();
        (ImageShareSession session, RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await network.AcceptAsync(selector);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "only", $"Byte-Range: 1-*/*\r\nContent-Disposition: render; size={size}\r\n", "abc", '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo(error is null ? "only 200" : "only 413"));
        await network.EndAsync(session, weEnd: error is not null);
        ImageShareResult received = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That(received.Error.ToString(), Is.EqualTo(error ?? "None"), received.Message);
        Assert.That(network.Inbox.GetFileSystemInfos(), Has.Length.EqualTo(error is null ? 1 : 0));
    }

    // What the message says, what its part says, and the name and the size that count.
    [TestCase("", "attachment; filename=\"part.png\"; size=3", "part.png", 3, false)]
    [TestCase("render; filename=\"message.png\"", "render; filename=\"part.png\"; size=3", "message.png", 3, true)]
    [TestCase("attachment; size=3", "render; filename*=UTF-8''%E7%8C%AB.png; size=99", "猫.png", 3, false)]
    [TestCase("", "render; filename=\"../../etc/passwd\"", "passwd.png", null, true)]
    [TestCase("", "render", "image.png", null, true)]
    [Category("MSRP-052")]
    public async Task What_the_part_inside_says_counts_where_the_message_says_nothing(string message, string part, string stored, long? size, bool mayDisplay)
    {
        await using var network = new Phones();
        (ImageShareSession session, RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await network.AcceptAsync("type:image/png");
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(Wrapped(peer, to, message, part));
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("only 200"));
        await network.EndAsync(session);
        ImageShareResult received = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That(received.State, Is.EqualTo(ImageShareState.Completed), received.Message);
        Assert.That((received.SentFile!.Size, received.SentFile.MayDisplay), Is.EqualTo((size, mayDisplay)));
        Assert.That(network.Inbox.GetFiles().Select(f => f.Name), Is.EqualTo([stored]));
    }

    [TestCase("2", false)]
    [TestCase("3", true)]
    [TestCase("9223372036854775807", true)]
    [Category("MSRP-052")]
    public async Task A_size_the_part_says_is_a_promise_too(string size, bool isKept)
    {
        await using var network = new Phones();
        (ImageShareSession session, RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await network.AcceptAsync("type:image/png");
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(Wrapped(peer, to, string.Empty, "render; size=" + size));
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo(isKept ? "only 200" : "only 413"));
        await network.EndAsync(session, weEnd: !isKept);
        ImageShareResult received = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That(received.Error, Is.EqualTo(isKept ? ImageShareError.None : ImageShareError.SizeMismatch), received.Message);
    }

    private static string Wrapped(RawMsrpPeer peer, Core.Msrp.MsrpUri to, string message, string part)
    {
        string body = $"From: <sip:a@b>\r\nTo: <sip:c@d>\r\n\r\nContent-Type: image/png\r\nContent-Disposition: {part}\r\n\r\nabc";
        string said = message.Length == 0 ? string.Empty : $"Content-Disposition: {message}\r\n";
        return $"MSRP only SEND\r\nTo-Path: {to}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: wrapped\r\nByte-Range: 1-{body.Length}/{body.Length}\r\n{said}Content-Type: message/cpim\r\n\r\n{body}\r\n-------only$\r\n";
    }

    private static SentFile? Read(string value) => TransferDisposition.Read([new("X-Other", "y"), new("content-disposition", value)]);

    /// <summary>Bob, and a phone that says what it is told.</summary>
    private sealed class Phones : IAsyncDisposable
    {
        private readonly InMemoryNetwork _network = new();
        private readonly RawPhone _phone;
        private ImageShareClient? _bob;
        private string _response = string.Empty;

        public Phones() => _phone = new RawPhone(_network);

        public DirectoryInfo Inbox { get; } = Directory.CreateTempSubdirectory("imageshare-test-");

        public async Task<(ImageShareSession Session, RawMsrpPeer Peer, Core.Msrp.MsrpUri To)> AcceptAsync(string selector)
        {
            _bob = await ImageShareClient.StartAsync(new ImageShareOptions { Identity = Core.Sip.SipUri.Parse("sip:bob@ims.example"), Network = _network });
            Task<string> calling = _phone.InviteAsync(_bob.Address, Call, _phone.Offer(selector));
            using var patience = new CancellationTokenSource(SharePair.Patience);
            await using IAsyncEnumerator<ImageShareInvitation> invitations = _bob.Invitations.GetAsyncEnumerator(patience.Token);
            Assert.That(await invitations.MoveNextAsync(), Is.True);
            ImageShareSession session = await invitations.Current.AcceptAsync(ImageStore.InDirectory(Inbox.FullName));
            _response = await calling;
            (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await _phone.DialAsync(_response);
            return (session, peer, to);
        }

        public async Task EndAsync(ImageShareSession session, bool weEnd = false)
        {
            if (weEnd)
            {
                await _phone.RespondAsync(await _phone.ReceiveAsync("BYE", Call), "200 OK");
                return;
            }

            await _phone.ByeAsync(_bob!.Address, Call, _response);
            await session.Completion.WaitAsync(SharePair.Patience);
        }

        public async ValueTask DisposeAsync()
        {
            if (_bob is not null)
            {
                await _bob.DisposeAsync();
            }

            await _phone.DisposeAsync();
            Inbox.Delete(recursive: true);
        }
    }
}
