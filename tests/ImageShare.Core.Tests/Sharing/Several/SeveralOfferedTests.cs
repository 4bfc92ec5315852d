using System.Buffers;
using System.Globalization;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Several;

/// <summary>A caller that offers several things at once, in ways of its own.</summary>
[TestFixture]
public sealed class SeveralOfferedTests : PhoneCallerTest
{
    private const string Call = "call";

    private protected override ImageShareOptions Configure(ImageShareOptions options) => options;

    [Test]
    [Category("FT-043")]
    [Category("SDP-006")]
    [Category("SDP-013")]
    public async Task What_is_no_image_to_take_is_refused_in_its_place()
    {
        string[] sections =
        [
            Push("one", 10),
            "m=audio 9 RTP/AVP 0\r\n",
            Push("two", 10).Replace("a=sendonly", "a=recvonly", StringComparison.Ordinal),
            Push("three", 10),
            $"m=message {Phone.MsrpPort} TCP/MSRP *\r\na=sendonly\r\na=accept-types:text/plain\r\na=path:{Phone.Path}\r\n",
            "m=quantum 7 TCP/UNKNOWN x\r\n",
        ];
        Task<string> calling = Phone.InviteAsync(Bob.Address, Call, Offer(sections));
        ImageShareSession[] sessions = [await (await NextAsync()).AcceptAsync(Store), await (await NextAsync()).AcceptAsync(Store)];
        string answer = await calling;
        Assert.Multiple(() =>
        {
            Assert.That(sessions.Select(s => s.ImageName), Is.EqualTo((string[])["one.png", "three.png"]));
            Assert.That(Ports(answer).Select(p => p != 0), Is.EqualTo((bool[])[true, false, false, true, false, false]));
            Assert.That(
                Lines(answer, "m=").Select(m => m.Split(' ')[0] + " " + string.Join(' ', m.Split(' ')[2..])),
                Is.EqualTo((string[])["m=message TCP/MSRP *", "m=audio RTP/AVP 0", "m=message TCP/MSRP *", "m=message TCP/MSRP *", "m=message TCP/MSRP *", "m=quantum TCP/UNKNOWN x"]));
            Assert.That(Lines(answer, "a=file-transfer-id:"), Is.EqualTo((string[])["a=file-transfer-id:one", "a=file-transfer-id:two", "a=file-transfer-id:three"]));
        });

        // Both over one connection; the first one is complete while the second is still under way.
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(answer);
        await using RawMsrpPeer closing = peer;
        var other = Core.Msrp.MsrpUri.Parse(Lines(answer, "a=path:")[1]["a=path:".Length..]);
        await peer.SendAsync(other, "half", "Byte-Range: 1-5/10\r\n", "01234", '+', "second");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("half 200"));
        await peer.SendAsync(to, "whole", "Byte-Range: 1-10/10\r\n", "0123456789", '$', "first");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("whole 200"));
        Assert.That((await Time.DriveAsync(sessions[0].Completion)).IsCompleted, Is.True);
        Assert.That(sessions[1].State, Is.EqualTo(ImageShareState.Transferring));
        await peer.SendAsync(other, "rest", "Byte-Range: 6-10/10\r\n", "56789", '$', "second");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("rest 200"));
        await Phone.ByeAsync(Bob.Address, Call, answer);
        Assert.That((await Time.DriveAsync(sessions[1].Completion)).IsCompleted, Is.True);
    }

    [Test]
    [Category("FT-043")]
    [Category("SDP-009")]
    public async Task An_offer_without_one_of_them_ends_that_one()
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, Call, Offer(Push("one", 10), Push("two", 10)));
        ImageShareSession[] sessions = [await (await NextAsync()).AcceptAsync(Store), await (await NextAsync()).AcceptAsync(Store)];
        string answer = await calling;
        string again = await OfferAsync(answer, Offer(Push("one", 10).Replace($"m=message {Phone.MsrpPort}", "m=message 0", StringComparison.Ordinal), Push("two", 10)));
        Assert.That(Ports(again).Select(p => p != 0), Is.EqualTo((bool[])[false, true]));
        Assert.That((await Time.DriveAsync(sessions[0].Completion)).State, Is.EqualTo(ImageShareState.Cancelled));
        Assert.That(sessions[1].Completion.IsCompleted, Is.False);
        await Phone.ByeAsync(Bob.Address, Call, answer);
        await Time.DriveAsync(sessions[1].Completion);
    }

    [TestCase(false)]
    [TestCase(true)]
    [Category("FT-043")]
    [Category("FT-024")]
    public async Task A_receiver_that_gives_up_one_says_413_and_offers_the_others(bool hasFailed)
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, Call, Offer(Push("one", 10), Push("two", 10)));
        ImageShareSession[] sessions = [await (await NextAsync()).AcceptAsync(Store), await (await NextAsync()).AcceptAsync(hasFailed ? new FullStore() : Store)];
        string answer = await calling;
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(answer);
        await using RawMsrpPeer closing = peer;
        var other = Core.Msrp.MsrpUri.Parse(Lines(answer, "a=path:")[1]["a=path:".Length..]);
        await peer.SendAsync(to, "first", "Byte-Range: 1-5/10\r\n", "01234", '+', "first");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("first 200"));
        if (!hasFailed)
        {
            await peer.SendAsync(other, "second", "Byte-Range: 1-5/10\r\n", "01234", '+', "second");
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("second 200"));
            _ = sessions[1].CancelAsync();
        }
        else
        {
            await peer.SendAsync(other, "full", "Byte-Range: 1-5/10\r\n", "01234", '+', "second");
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("full 413"));
        }

        string offer = await Phone.ReceiveAsync("INVITE", Call);
        if (!hasFailed)
        {
            // Its MSRP session stays until the offer is answered, to say so.
            await peer.SendAsync(other, "third", "Byte-Range: 6-10/10\r\n", "56789", '+', "second");
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("third 413"));
        }

        await Phone.RespondAsync(offer, "200 OK", Offer(Push("one", 10), "m=message 0 TCP/MSRP *\r\na=file-transfer-id:two\r\n"));
        ImageShareResult given = await Time.DriveAsync(sessions[1].Completion);
        await peer.SendAsync(to, "rest", "Byte-Range: 6-10/10\r\n", "56789", '$', "first");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("rest 200"));
        await Phone.ByeAsync(Bob.Address, Call, answer);
        Assert.Multiple(() =>
        {
            Assert.That(given.Error, Is.EqualTo(hasFailed ? ImageShareError.DiskFull : ImageShareError.Cancelled), given.Message);
            Assert.That(Ports(offer).Select(p => p != 0), Is.EqualTo((bool[])[true, false]));
            Assert.That(Lines(offer, "a=file-transfer-id:"), Is.EqualTo((string[])["a=file-transfer-id:one", "a=file-transfer-id:two"]));
            Assert.That(Lines(offer, "Reason: ").Single(), Does.Contain(hasFailed ? "cause=500" : "cause=487"), "a user is told from a failure");
        });
        Assert.That((await Time.DriveAsync(sessions[0].Completion)).IsCompleted, Is.True);
    }

    [Test]
    [Category("FT-043")]
    [Category("FT-010")]
    public async Task An_id_names_one_transfer()
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, Call, Offer(Push("same", 10), Push("same", 20), Push("other", 30)));
        ImageShareInvitation first = await NextAsync();
        ImageShareInvitation second = await NextAsync();
        Assert.That(first.SameSession.Select(i => i.Image.Size), Is.EqualTo((long?[])[10, 30]));
        await first.DeclineAsync();
        await second.DeclineAsync();
        Assert.That(await calling, Does.StartWith("SIP/2.0 603"));
    }

    [TestCase(50, "SIP/2.0 413")]
    [TestCase(17, "SIP/2.0 413")]
    [Category("SEC-001")]
    [Category("SDP-011")]
    public async Task More_sections_than_are_read_are_too_many(int sections, string status)
    {
        string answer = await Phone.InviteAsync(Bob.Address, Call, Offer([.. Enumerable.Range(0, sections).Select(i => Push($"f{i}", 10))]));
        Assert.That(answer, Does.StartWith(status));
    }

    [Test]
    [Category("FT-043")]
    [Category("FT-027")]
    public async Task Sixteen_sections_are_ten_invitations()
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, Call, Offer([.. Enumerable.Range(0, 16).Select(i => Push($"f{i}", 10))]));
        ImageShareInvitation first = await NextAsync();
        Assert.That(first.SameSession, Has.Count.EqualTo(10));
        ImageShareSession session = await first.AcceptAsync(Store);
        foreach (ImageShareInvitation other in first.SameSession.Skip(1))
        {
            await other.DeclineAsync();
        }

        string answer = await calling;
        Assert.That(Ports(answer).Select(p => p != 0), Is.EqualTo(Enumerable.Range(0, 16).Select(i => i == 0)));
        await Phone.ByeAsync(Bob.Address, Call, answer);
        await Time.DriveAsync(session.Completion);
    }

    [Test]
    [Category("FT-043")]
    [Category("FT-027")]
    public async Task More_than_may_wait_are_refused_and_those_that_wait_are_not()
    {
        await using ImageShareClient carol = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = Core.Sip.SipUri.Parse("sip:carol@ims.example"),
            Network = Network,
            Limits = ImageShareLimits.Default with { MaxPendingInvitations = 2 },
        });
        string branch = Guid.NewGuid().ToString("N");
        await Phone.SendAsync(carol.Address, Phone.Request("INVITE", carol.Address, Call, body: Offer(Push("one", 10), Push("two", 10), Push("three", 10)), branch: branch));

        // When the query behind it is answered, all that came with it is waiting.
        await Phone.SendAsync(carol.Address, Phone.Request("OPTIONS", carol.Address, "query"));
        await Phone.ReceiveAsync("SIP/2.0 ", "query");
        using var patience = new CancellationTokenSource(SharePair.Patience);
        int asked = 0;
        await foreach (ImageShareInvitation invitation in carol.Invitations.WithCancellation(patience.Token))
        {
            Assert.That(invitation.SameSession, Has.Count.EqualTo(3));
            await invitation.DeclineAsync(patience.Token);
            if (++asked == 2)
            {
                break;
            }
        }

        string answer = await Phone.FinishInviteAsync(carol.Address, Call, branch);
        Assert.That(answer, Does.StartWith("SIP/2.0 603"), "a person's no counts before a full queue's");
    }

    private string Push(string id, int size) =>
        $"m=message {Phone.MsrpPort} TCP/MSRP *\r\na=sendonly\r\na=accept-types:*\r\na=path:{Phone.Path}\r\na=setup:actpass\r\n"
        + string.Create(CultureInfo.InvariantCulture, $"a=file-selector:name:\"{id}.png\" type:image/png size:{size}\r\na=file-transfer-id:{id}\r\n");

    private string Offer(params string[] sections) => Phone.Sdp(string.Concat(sections), media: string.Empty);

    private static string[] Lines(string message, string begin) => [.. message.Split("\r\n").Where(l => l.StartsWith(begin, StringComparison.Ordinal))];

    private static int[] Ports(string message) => [.. Lines(message, "m=").Select(m => int.Parse(m.Split(' ')[1], CultureInfo.InvariantCulture))];

    private async Task<string> OfferAsync(string response, string offer)
    {
        await Phone.SendAsync(Bob.Address, Phone.Request("INVITE", Bob.Address, Call, RawPhone.TagOf(response), 2, offer));
        string answer;
        do
        {
            answer = await Phone.ReceiveAsync("SIP/2.0 ", Call);
        }
        while (answer.StartsWith("SIP/2.0 1", StringComparison.Ordinal) || !RawPhone.Header(answer, "CSeq").StartsWith("2 ", StringComparison.Ordinal));
        await Phone.SendAsync(Bob.Address, Phone.Request("ACK", Bob.Address, Call, RawPhone.TagOf(response), 2));
        return answer;
    }

    // A disk with no room left.
    private sealed class FullStore : IImageStore
    {
        public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default) => ValueTask.FromResult<IImageSink>(new FullSink());

        private sealed class FullSink : IImageSink
        {
            public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default) =>
                throw new ImageShareException(ImageShareError.DiskFull, "There is no room left.");

            public ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

            public ValueTask AbandonAsync() => ValueTask.CompletedTask;

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
