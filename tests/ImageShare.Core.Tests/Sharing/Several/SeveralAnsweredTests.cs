using System.Text;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Several;

/// <summary>Several images offered to a callee that answers in ways of its own.</summary>
[TestFixture]
public sealed class SeveralAnsweredTests : PhoneCalleeTest
{
    [TestCase(1)]
    [TestCase(2)]
    [Category("SDP-007")]
    [Category("FT-043")]
    public async Task What_an_answer_passes_over_is_refused_and_the_rest_goes_on(int sections)
    {
        // Doubango answers two sections with one.
        IReadOnlyList<ImageShareSession> sessions = await ShareAsync(3);
        await AnswerAsync(string.Concat(Enumerable.Range(0, sections).Select(i => Taken(i))));
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        Task<HashSet<string>> receiving = AnswerAllAsync(peer);
        await EndAsync();
        ImageShareResult[] results = await ResultsAsync(sessions);
        HashSet<string> reached = await receiving.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(results.Select(r => r.IsCompleted), Is.EqualTo(Enumerable.Range(0, 3).Select(i => i < sections)));
            Assert.That(results.Skip(sections).Select(r => r.Error), Is.All.EqualTo(ImageShareError.UnacceptableOffer));
            Assert.That(results[2].Message, Does.EndWith("Share it in a session of its own."));
            Assert.That(reached, Is.EquivalentTo(Enumerable.Range(0, sections).Select(i => $"session{i}")));
        });
    }

    [TestCase(0)]
    [TestCase(4)]
    [Category("SDP-007")]
    [Category("FT-043")]
    public async Task An_answer_with_no_section_or_more_than_were_offered_is_none(int sections)
    {
        IReadOnlyList<ImageShareSession> sessions = await ShareAsync(3);
        await AnswerAsync(string.Concat(Enumerable.Range(0, sections).Select(i => Taken(i))));
        await EndAsync();
        ImageShareResult[] results = await ResultsAsync(sessions);
        Assert.That(results.Select(r => r.Error), Is.All.EqualTo(ImageShareError.UnacceptableOffer));
    }

    [TestCase("", ImageShareError.UnacceptableOffer)]
    [TestCase("path tcp:max-size:10", ImageShareError.TooLarge)]
    [Category("FT-043")]
    [Category("SDP-012")]
    public async Task What_is_wrong_with_the_answer_to_one_is_no_others_concern(string second, ImageShareError error)
    {
        IReadOnlyList<ImageShareSession> sessions = await ShareAsync(3);
        string wrong = $"m=message {Phone.MsrpPort} TCP/MSRP *\r\na=recvonly\r\n" + (second.Length == 0
            ? "a=accept-types:*\r\n"
            : $"a=path:msrp://127.0.0.1:{Phone.MsrpPort}/session1;tcp\r\na={second["path tcp:".Length..]}\r\n");
        await AnswerAsync(Taken(0) + wrong + Taken(2));
        await using RawMsrpPeer peer = await Phone.AcceptAsync();

        // The section is in use as far as the phone knows: it is taken out, in its place. Nothing is through before the phone reads its MSRP.
        string offer = await Phone.ReceiveAsync("INVITE");
        Task<HashSet<string>> receiving = AnswerAllAsync(peer);
        string[] media = [.. offer.Split("\r\n").Where(l => l.StartsWith("m=", StringComparison.Ordinal))];
        await Phone.RespondAsync(offer, "200 OK", Answer(Taken(0) + "m=message 0 TCP/MSRP *\r\n" + Taken(2), version: 2));
        await EndAsync();
        ImageShareResult[] results = await ResultsAsync(sessions);
        HashSet<string> reached = await receiving.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(results.Select(r => r.Error), Is.EqualTo((ImageShareError[])[ImageShareError.None, error, ImageShareError.None]));
            Assert.That(media.Select(m => m.StartsWith("m=message 0 ", StringComparison.Ordinal)), Is.EqualTo((bool[])[false, true, false]));
            Assert.That(Ids(offer), Is.EqualTo(Ids(_invite)));
            Assert.That(reached, Is.EquivalentTo((string[])["session0", "session2"]), "over the one connection");
        });
    }

    [Test]
    [Category("FT-043")]
    public async Task A_callee_may_take_the_first_alone()
    {
        IReadOnlyList<ImageShareSession> sessions = await ShareAsync(3);
        await AnswerAsync(Taken(0) + "m=message 0 TCP/MSRP *\r\nm=message 0 TCP/MSRP *\r\n");
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        Task<HashSet<string>> receiving = AnswerAllAsync(peer);
        await EndAsync();
        ImageShareResult[] results = await ResultsAsync(sessions);
        Assert.That(results.Select(r => r.State), Is.EqualTo((ImageShareState[])[ImageShareState.Completed, ImageShareState.Declined, ImageShareState.Declined]));
        await receiving.WaitAsync(SharePair.Patience);
    }

    [TestCase("INVITE")]
    [TestCase("UPDATE")]
    [Category("FT-025")]
    [Category("FT-043")]
    public async Task Port_0_for_one_ends_that_one_and_the_others_are_as_they_were(string method)
    {
        IReadOnlyList<ImageShareSession> sessions = await ShareAsync(3, new ShareSettings { QueryFirst = false, MaxBytesPerSecond = 1000 });
        await AnswerAsync(Taken(0) + Taken(1) + Taken(2));
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        Task<HashSet<string>> receiving = AnswerAllAsync(peer);
        string[] ids = Ids(_invite);
        string answer = await OfferSectionsAsync(method, Taken(0, ids[0]) + $"m=message 0 TCP/MSRP *\r\na=file-transfer-id:{ids[1]}\r\n" + Taken(2, ids[2]));
        ImageShareResult removed = await sessions[1].Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(removed.State, Is.EqualTo(ImageShareState.Cancelled));
            Assert.That(Ports(answer).Select(p => p != 0), Is.EqualTo((bool[])[true, false, true]));
            Assert.That(Ids(answer), Is.EqualTo(ids));
            Assert.That(sessions[0].Completion.IsCompleted || sessions[2].Completion.IsCompleted, Is.False);
        });

        // Another file in the place of one that runs beside others has to come in a session of its own.
        string refused = await OfferSectionsAsync(method, Taken(0, "other") + $"m=message 0 TCP/MSRP *\r\na=file-transfer-id:{ids[1]}\r\n" + Taken(2, ids[2]), 2);
        Assert.That(refused, Does.StartWith("SIP/2.0 488"));
        await EndAsync();
        Assert.That((await ResultsAsync(sessions)).Select(r => r.IsCompleted), Is.EqualTo((bool[])[true, false, true]));
        await receiving.WaitAsync(SharePair.Patience);
    }

    [TestCase("", ImageShareState.Cancelled)]
    [TestCase("Reason: SIP;cause=500;text=\"Disk full\"\r\n", ImageShareState.Failed)]
    [Category("FT-025")]
    public async Task A_receiver_that_takes_one_out_may_say_that_something_failed(string reason, ImageShareState state)
    {
        IReadOnlyList<ImageShareSession> sessions = await ShareAsync(2, new ShareSettings { QueryFirst = false, MaxBytesPerSecond = 1000 });
        await AnswerAsync(Taken(0) + Taken(1));
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        Task<HashSet<string>> receiving = AnswerAllAsync(peer);
        string[] ids = Ids(_invite);
        await OfferSectionsAsync("INVITE", Taken(0, ids[0]) + $"m=message 0 TCP/MSRP *\r\na=file-transfer-id:{ids[1]}\r\n", extra: reason);
        ImageShareResult removed = await sessions[1].Completion.WaitAsync(SharePair.Patience);
        Assert.That(removed.State, Is.EqualTo(state), removed.Message);
        await EndAsync();
        Assert.That((await ResultsAsync(sessions))[0].IsCompleted, Is.True);
        await receiving.WaitAsync(SharePair.Patience);
    }

    [TestCase("415 Unsupported Media Type")]
    [TestCase("488 Not Acceptable Here")]
    [Category("MIME-015")]
    [Category("FT-043")]
    public async Task Refused_icons_are_left_out_and_all_images_offered_again(string refusal)
    {
        var icon = new ImageIcon(new MediaType("image", "png"), TestImage.Png(200));
        IReadOnlyList<ImageShareSession> sessions = await Alice.ShareTogetherAsync(
            Phone.Address, [.. Images(3).Select(image => image with { Icon = icon })], new ShareSettings { QueryFirst = false });
        string first = await Phone.ReceiveAsync("INVITE");
        await Phone.RespondAsync(first, refusal, extra: "Accept: application/sdp\r\n");
        await Phone.ReceiveAsync("ACK");
        string second = await Phone.ReceiveAsync("INVITE");
        await Phone.RespondAsync(second, "603 Decline");
        Assert.Multiple(() =>
        {
            Assert.That(first.Split("\r\n").Where(l => l.StartsWith("a=file-icon:cid:", StringComparison.Ordinal)).ToArray(), Has.Length.EqualTo(3).And.Unique);
            Assert.That(first.Split("\r\n").Count(l => l.StartsWith("Content-ID:", StringComparison.OrdinalIgnoreCase)), Is.EqualTo(3));
            Assert.That(second, Does.Not.Contain("a=file-icon").And.Not.Contain("multipart"));
            Assert.That(Ports(second), Has.Length.EqualTo(3));
        });
        Assert.That((await ResultsAsync(sessions)).Select(r => r.SipStatus), Is.All.EqualTo(603));
    }

    private string _invite = null!;

    private static SharedImage[] Images(int count) => [.. Enumerable.Range(0, count).Select(i => new SharedImage(SharePair.Image(TestImage.Png(5000, i), $"{i}.png")))];

    private async Task<IReadOnlyList<ImageShareSession>> ShareAsync(int count, ShareSettings? settings = null)
    {
        IReadOnlyList<ImageShareSession> sessions = await Alice.ShareTogetherAsync(Phone.Address, Images(count), settings ?? new ShareSettings { QueryFirst = false });
        _invite = await Phone.ReceiveAsync("INVITE");
        return sessions;
    }

    private string Taken(int section, string? id = null) =>
        $"m=message {Phone.MsrpPort} TCP/MSRP *\r\na=recvonly\r\na=accept-types:*\r\na=setup:passive\r\na=path:msrp://127.0.0.1:{Phone.MsrpPort}/session{section};tcp\r\n"
        + (id is null ? string.Empty : $"a=file-transfer-id:{id}\r\n");

    private static string Answer(string sections, int version = 1) => $"v=0\r\no=- 1 {version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{sections}";

    private async Task AnswerAsync(string sections)
    {
        await Phone.RespondAsync(_invite, "200 OK", Answer(sections));
        await Phone.ReceiveAsync("ACK");
    }

    private async Task EndAsync() => await Phone.RespondAsync(await Time.DriveAsync(Phone.ReceiveAsync("BYE")), "200 OK");

    private Task<ImageShareResult[]> ResultsAsync(IEnumerable<ImageShareSession> sessions) => Time.DriveAsync(Task.WhenAll(sessions.Select(session => session.Completion)));

    // Answers every request with 200 until the connection ends; the MSRP sessions that were spoken to.
    private static async Task<HashSet<string>> AnswerAllAsync(RawMsrpPeer peer)
    {
        HashSet<string> reached = [];
        while (await peer.ReadAsync() is { } message)
        {
            reached.Add(message.To.First.SessionId!);
            await peer.AnswerAsync(message, 200, message.To.First);
        }

        return reached;
    }

    private static string[] Ids(string message) =>
        [.. message.Split("\r\n").Where(l => l.StartsWith("a=file-transfer-id:", StringComparison.Ordinal)).Select(l => l["a=file-transfer-id:".Length..])];

    private static int[] Ports(string message) =>
        [.. message.Split("\r\n").Where(l => l.StartsWith("m=", StringComparison.Ordinal)).Select(l => int.Parse(l.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture))];

    private async Task<string> OfferSectionsAsync(string method, string sections, int number = 1, string extra = "")
    {
        var alice = Core.Sip.SipUri.Parse(RawPhone.Header(_invite, "Contact").Split('<', '>')[1]);
        string body = Answer(sections, version: number + 1);
        string Request(string name, string content) =>
            $"{name} {alice} SIP/2.0\r\nVia: SIP/2.0/UDP {Phone.Address.Host}:{Phone.Address.Port};branch=z9hG4bK{Guid.NewGuid():N}\r\nMax-Forwards: 70\r\n"
            + $"From: {RawPhone.Header(_invite, "To")};tag=mallory\r\nTo: {RawPhone.Header(_invite, "From")}\r\nCall-ID: {RawPhone.Header(_invite, "Call-ID")}\r\nCSeq: {number} {name}\r\n"
            + $"Contact: <{Phone.Address}>\r\n{extra}Content-Type: application/sdp\r\nContent-Length: {Encoding.UTF8.GetByteCount(content)}\r\n\r\n{content}";
        await Phone.SendAsync(alice, Request(method, body));
        string response;
        do
        {
            response = await Phone.ReceiveAsync("SIP/2.0 ");
        }
        while (response.StartsWith("SIP/2.0 1", StringComparison.Ordinal) || !RawPhone.Header(response, "CSeq").StartsWith($"{number} ", StringComparison.Ordinal));
        if (method == "INVITE")
        {
            await Phone.SendAsync(alice, Request("ACK", string.Empty));
        }

        return response;
    }
}
