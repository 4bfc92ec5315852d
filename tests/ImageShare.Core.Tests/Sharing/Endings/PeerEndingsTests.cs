using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Endings;

/// <summary>
/// A callee ends the transfer in MSRP, in SIP, or in both: what the sender reads is the same whichever comes first, and never that this side has
/// cancelled (RFC 5547 §8.4, RFC 4975 §10, RFC 3326).
/// </summary>
[TestFixture]
[Category("IS-018")]
public sealed class PeerEndingsTests : PhoneCalleeTest
{
    private const string UserCancelled = "SIP;cause=487;text=\"Cancelled by User\"";

    // More than the path takes in, and less than it takes in together with what is handed to it at once.
    private const int SlowPath = 300_000;
    private string _invite = null!;
    private TaskCompletionSource _lastChunk = null!;

    private protected override ImageShareOptions Configure(ImageShareOptions options)
    {
        var last = _lastChunk = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return options with
        {
            Trace = e =>
            {
                if (e is { IsOutgoing: true, Detail: { } detail } && detail.EndsWith($"/{SlowPath} $", StringComparison.Ordinal))
                {
                    last.TrySetResult();
                }
            },
        };
    }

    private static IEnumerable<TestCaseData> Refusals() =>
        from status in (int[])[413, 481, 506]
        from chunk in (string[])["opening", "first", "last"]
        select new TestCaseData(status, chunk);

    [TestCaseSource(nameof(Refusals))]
    public async Task A_refusal_and_then_the_BYE_of_a_user(int status, string chunk)
    {
        ImageShareSession session = await RefuseAsync(status, chunk);
        await ByeAsync(UserCancelled);
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Expect(result, ImageShareState.Cancelled, ImageShareError.Cancelled, ImageShareEndedBy.Peer);
    }

    [TestCaseSource(nameof(Refusals))]
    public async Task A_refusal_and_no_BYE(int status, string chunk)
    {
        ImageShareSession session = await RefuseAsync(status, chunk);
        string bye = await Time.DriveAsync(Phone.ReceiveAsync("BYE"));
        await Phone.RespondAsync(bye, "200 OK");
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.MsrpStatus, Is.EqualTo(status));
        Expect(result, ImageShareState.Failed, ImageShareError.TransferRefused, ImageShareEndedBy.Peer);
    }

    private static IEnumerable<TestCaseData> Reasons()
    {
        yield return new TestCaseData(UserCancelled, ImageShareState.Cancelled, ImageShareError.Cancelled, ImageShareEndedBy.Peer);
        yield return new TestCaseData(null, ImageShareState.Cancelled, ImageShareError.Cancelled, ImageShareEndedBy.Peer);
        yield return new TestCaseData("SIP;cause=500;text=\"Hash Mismatch\"", ImageShareState.Failed, ImageShareError.HashMismatch, ImageShareEndedBy.Peer);
        yield return new TestCaseData("SIP;cause=500;text=\"Image Not Stored\"", ImageShareState.Failed, ImageShareError.TransferRefused, ImageShareEndedBy.Peer);
        yield return new TestCaseData("SIP;cause=480;text=\"Media Connection Lost\"", ImageShareState.Failed, ImageShareError.ConnectionLost, ImageShareEndedBy.Network);
        yield return new TestCaseData("SIP;cause=408;text=\"Transfer Stalled\"", ImageShareState.Failed, ImageShareError.TransferStalled, ImageShareEndedBy.Limit);
    }

    [TestCaseSource(nameof(Reasons))]
    public async Task The_end_of_the_connection_and_then_the_BYE(string? reason, ImageShareState state, ImageShareError error, ImageShareEndedBy endedBy)
    {
        ImageShareSession session = await ShareAsync();
        await using (RawMsrpPeer peer = await Phone.AcceptAsync())
        {
            await AnswerOpeningAsync(peer);
            await peer.ReadAsync();
        }

        await WaitForAsync(session, ImageShareState.Terminating);
        await ByeAsync(reason);
        Expect(await Time.DriveAsync(session.Completion), state, error, endedBy);
    }

    [TestCaseSource(nameof(Reasons))]
    public async Task The_BYE_and_then_the_end_of_the_connection(string? reason, ImageShareState state, ImageShareError error, ImageShareEndedBy endedBy)
    {
        ImageShareSession session = await ShareAsync();
        await using (RawMsrpPeer peer = await Phone.AcceptAsync())
        {
            await AnswerOpeningAsync(peer);
            await peer.ReadAsync();
            await ByeAsync(reason);
            await WaitForAsync(session, ImageShareState.Terminating);
        }

        Expect(await Time.DriveAsync(session.Completion), state, error, endedBy);
    }

    [Test]
    public async Task A_sender_that_cancels_when_all_has_left_says_that_the_peer_may_have_it()
    {
        ImageShareSession session = await ShareAsync();
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        await AnswerOpeningAsync(peer);
        while ((await peer.ReadAsync())!.Continuation != '$')
        {
            // Nothing of the image is answered.
        }

        Task<ImageShareResult> cancelling = session.CancelAsync();
        string bye = await Time.DriveAsync(Phone.ReceiveAsync("BYE"));
        await Phone.RespondAsync(bye, "200 OK");
        ImageShareResult result = await Time.DriveAsync(cancelling);
        Expect(result, ImageShareState.Cancelled, ImageShareError.Cancelled, ImageShareEndedBy.User);
        Assert.That(result.PeerMayHaveImage, Is.True);
        Assert.That(result.Message, Does.Contain("may have the image"));
        Assert.That(RawPhone.Header(bye, "Reason"), Is.EqualTo(UserCancelled));
    }

    [Test]
    public async Task A_sender_that_cancels_when_its_last_chunk_is_stuck_on_its_way_says_that_the_peer_may_have_it()
    {
        ImageShareSession session = await ShareAsync(SlowPath);
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        await AnswerOpeningAsync(peer);
        await _lastChunk.Task.WaitAsync(SharePair.Patience);

        // The user hears of it before the peer has read a thing, and before the wait for it is over.
        ImageShareResult result = await Time.DriveAsync(session.CancelAsync());
        Expect(result, ImageShareState.Cancelled, ImageShareError.Cancelled, ImageShareEndedBy.User);
        Assert.That(result.PeerMayHaveImage, Is.True);
        await Phone.RespondAsync(await Time.DriveAsync(Phone.ReceiveAsync("BYE")), "200 OK");
    }

    [Test]
    public async Task A_sender_that_cancels_before_all_has_left_says_that_the_peer_has_it_not()
    {
        ImageShareSession session = await ShareAsync(2_000_000, new ShareSettings { QueryFirst = false, MaxBytesPerSecond = 100_000 });
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        await AnswerOpeningAsync(peer);
        await peer.ReadAsync();
        Task<ImageShareResult> cancelling = session.CancelAsync();
        await Phone.RespondAsync(await Time.DriveAsync(Phone.ReceiveAsync("BYE")), "200 OK");
        ImageShareResult result = await Time.DriveAsync(cancelling);
        Assert.That(result.PeerMayHaveImage, Is.False);
        Assert.That(result.State, Is.EqualTo(ImageShareState.Cancelled));
    }

    [Test]
    [Category("MSRP-035")]
    public async Task A_peer_that_stands_still_for_less_than_the_idle_time_may_go_on()
    {
        ImageShareSession session = await ShareAsync();
        await using RawMsrpPeer peer = await Phone.AcceptAsync();
        RawMsrpPeer.Message opening = await AnswerOpeningAsync(peer);
        var chunks = new List<RawMsrpPeer.Message>();
        do
        {
            chunks.Add((await peer.ReadAsync())!);
        }
        while (chunks[^1].Continuation != '$');

        // Above the 30 s of RFC 4975 §7.1.1, below the 60 s that this side allows.
        Time.Advance(TimeSpan.FromSeconds(50));
        foreach (RawMsrpPeer.Message chunk in chunks)
        {
            await peer.AnswerAsync(chunk, 200, opening.To.First);
        }

        await Phone.RespondAsync(await Time.DriveAsync(Phone.ReceiveAsync("BYE")), "200 OK");
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.IsCompleted, Is.True, result.Message);
        Assert.That(result.EndedBy, Is.EqualTo(ImageShareEndedBy.Nobody));
    }

    // In the last SEND all of it is answered but its end.
    private async Task<ImageShareSession> RefuseAsync(int status, string chunk)
    {
        ImageShareSession session = await ShareAsync();
        RawMsrpPeer peer = await Phone.AcceptAsync();
        RawMsrpPeer.Message message = (await peer.ReadAsync())!;
        if (chunk != "opening")
        {
            await peer.AnswerAsync(message, 200, message.To.First);
            message = (await peer.ReadAsync())!;
        }

        while (chunk == "last" && message.Continuation != '$')
        {
            await peer.AnswerAsync(message, 200, message.To.First);
            message = (await peer.ReadAsync())!;
        }

        await peer.AnswerAsync(message, status, message.To.First);
        if (chunk == "opening" && status == 413)
        {
            // Nothing is refused with that: the transfer begins, and its first chunk is.
            await peer.AnswerAsync((await peer.ReadAsync())!, status, message.To.First);
        }

        await WaitForAsync(session, ImageShareState.Terminating);
        return session;
    }

    private async Task<ImageShareSession> ShareAsync(int size = 20_000, ShareSettings? settings = null)
    {
        ImageShareSession session = await Alice.ShareAsync(Phone.Address, SharePair.Image(TestImage.Png(size)), settings ?? new ShareSettings { QueryFirst = false });
        _invite = await Phone.ReceiveAsync("INVITE");
        await Phone.RespondAsync(_invite, "200 OK", Phone.Answer());
        await Phone.ReceiveAsync("ACK");
        return session;
    }

    private static async Task<RawMsrpPeer.Message> AnswerOpeningAsync(RawMsrpPeer peer)
    {
        RawMsrpPeer.Message opening = (await peer.ReadAsync())!;
        await peer.AnswerAsync(opening, 200, opening.To.First);
        return opening;
    }

    private static async Task WaitForAsync(ImageShareSession session, ImageShareState state)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        session.StateChanged += (_, now) =>
        {
            if (now == state)
            {
                reached.TrySetResult();
            }
        };
        if (session.State != state)
        {
            await reached.Task.WaitAsync(SharePair.Patience);
        }
    }

    private async Task ByeAsync(string? reason)
    {
        var alice = Core.Sip.SipUri.Parse(RawPhone.Header(_invite, "Contact").Split('<', '>')[1]);
        await Phone.SendAsync(
            alice,
            $"BYE {alice} SIP/2.0\r\nVia: SIP/2.0/UDP {Phone.Address.Host}:{Phone.Address.Port};branch=z9hG4bK{Guid.NewGuid():N}\r\nMax-Forwards: 70\r\n"
            + $"From: {RawPhone.Header(_invite, "To")};tag=mallory\r\nTo: {RawPhone.Header(_invite, "From")}\r\nCall-ID: {RawPhone.Header(_invite, "Call-ID")}\r\nCSeq: 1 BYE\r\n"
            + (reason is null ? null : $"Reason: {reason}\r\n") + "Content-Length: 0\r\n\r\n");
        await Phone.ReceiveAsync("SIP/2.0 200");
    }

    private static void Expect(ImageShareResult result, ImageShareState state, ImageShareError error, ImageShareEndedBy endedBy) => Assert.Multiple(() =>
    {
        Assert.That(result.State, Is.EqualTo(state), result.Message);
        Assert.That(result.Error, Is.EqualTo(error), result.Message);
        Assert.That(result.EndedBy, Is.EqualTo(endedBy), result.Message);
        Assert.That(result.EndedBy == ImageShareEndedBy.User || !result.Message!.Contains("on this side", StringComparison.Ordinal), Is.True, result.Message);
    });
}
