using System.Text;
using ImageShare.Core.Diagnostics;
using ImageShare.Core.Net;
using ImageShare.Core.Sdp;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Sharing.Several;

/// <summary>Several images in one invitation, between two whole clients.</summary>
[TestFixture]
public sealed class SeveralImagesTests
{
    private static readonly MediaType Png = new("image", "png");

    [TestCase(false)]
    [TestCase(true)]
    [Category("FT-043")]
    [Category("FT-012")]
    public async Task Each_is_accepted_or_refused_alone_and_one_connection_carries_them(bool overSockets)
    {
        var network = new CountingNetwork(overSockets ? SystemNetwork.Instance : new InMemoryNetwork());
        await using SharePair pair = await SharePair.StartAsync(network);
        byte[][] images = [TestImage.Png(300_000, 1), TestImage.Png(1000, 2), TestImage.Png(200, 3)];
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(
            pair.Bob.Address, [.. images.Select((image, i) => Named(image, $"{i}.png") with { Icon = new ImageIcon(Png, TestImage.Png(100 + i, i)) })]);
        ImageShareInvitation[] invitations = await TogetherAsync(pair, 3);
        Assert.Multiple(() =>
        {
            Assert.That(invitations.Select(i => i.Image.Name), Is.EqualTo((string[])["0.png", "1.png", "2.png"]));
            Assert.That(invitations.Select(i => i.Icon?.Content.Length), Is.EqualTo((int?[])[100, 101, 102]), "each its own");
            Assert.That(invitations.Select(i => i.SameSession), Is.All.EqualTo(invitations));
            Assert.That(invitations.Select(i => i.Id).Concat(outgoing.Select(o => o.Id)).Distinct().Count(), Is.EqualTo(1), "one SIP session");
            Assert.That(outgoing.Select(o => o.Index), Is.EqualTo((int[])[0, 1, 2]));
        });

        ImageShareSession last = await invitations[2].AcceptAsync(pair.Store);
        await invitations[1].DeclineAsync().WaitAsync(SharePair.Patience);
        ImageShareSession first = await invitations[0].AcceptAsync(pair.Store);
        ImageShareResult[] sent = await ResultsAsync(outgoing);
        ImageShareResult[] received = await ResultsAsync([first, last]);

        SessionDescription offer = DescriptionOf(pair, "INVITE");
        SessionDescription answer = DescriptionOf(pair, "SIP/2.0 200");
        Assert.Multiple(() =>
        {
            Assert.That(sent.Select(r => r.State), Is.EqualTo((ImageShareState[])[ImageShareState.Completed, ImageShareState.Declined, ImageShareState.Completed]), sent[0].Message);
            Assert.That(received.Select(r => r.State), Is.All.EqualTo(ImageShareState.Completed));
            Assert.That(received.Select(r => r.Sha1), Is.EqualTo((string[])[TestImage.Sha1(images[0]), TestImage.Sha1(images[2])]));
            Assert.That(pair.Inbox.GetFiles().Select(f => f.Name), Is.EquivalentTo((string[])["0.png", "2.png"]));

            Assert.That(offer.Media, Has.Length.EqualTo(3));
            Assert.That(offer.Media.Select(m => m.FileTransferId), Is.Unique);
            Assert.That(offer.Media.Select(m => m.Path![0]), Is.Unique, "a session each");
            Assert.That(answer.Media.Select(m => m.Port != 0), Is.EqualTo((bool[])[true, false, true]));
            Assert.That(answer.Media.Select(m => m.FileTransferId), Is.EqualTo(offer.Media.Select(m => m.FileTransferId)));
            Assert.That(answer.Media[1].Find("file-selector"), Is.EqualTo(offer.Media[1].Find("file-selector")));
            Assert.That(answer.Media[0].Path, Is.Not.EqualTo(answer.Media[2].Path));
            Assert.That(network.AcceptedOn(answer.Media[0].Port), Is.EqualTo(1), "one connection");
            Assert.That(pair.SipSent().Count(line => line.StartsWith("INVITE", StringComparison.Ordinal)), Is.EqualTo(1));
            Assert.That(pair.SipSent().Count(line => line.StartsWith("BYE", StringComparison.Ordinal)), Is.EqualTo(1));
        });
    }

    [Test]
    [Category("FT-043")]
    public async Task When_none_is_taken_the_invitation_is_refused()
    {
        await using SharePair pair = await SharePair.StartAsync();
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(pair.Bob.Address, Images(3, 1000));
        foreach (ImageShareInvitation invitation in await TogetherAsync(pair, 3))
        {
            await invitation.DeclineAsync().WaitAsync(SharePair.Patience);
        }

        ImageShareResult[] sent = await ResultsAsync(outgoing);
        Assert.That(sent.Select(r => (r.State, r.SipStatus)), Is.All.EqualTo((ImageShareState.Declined, 603)));
        Assert.That(pair.SipSent(), Has.None.StartsWith("BYE"));
    }

    [TestCase(true)]
    [TestCase(false)]
    [Category("FT-043")]
    [Category("FT-023")]
    public async Task One_broken_off_is_taken_out_of_the_session_and_the_others_go_on(bool bySender)
    {
        await using SharePair pair = await SharePair.StartAsync();
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(
            pair.Bob.Address, [Named(TestImage.Png(1_000_000), "0.png"), Named(TestImage.Png(30_000_000), "1.png"), Named(TestImage.Png(1_000_000), "2.png")],
            new ShareSettings { MaxBytesPerSecond = 200_000 });
        ImageShareSession[] incoming = await AcceptAllAsync(pair, 3);
        foreach (ImageShareSession session in incoming)
        {
            await MovesAsync(session);
        }

        ImageShareResult cancelled = await (bySender ? outgoing : incoming)[1].CancelAsync().WaitAsync(SharePair.Patience);
        ImageShareResult[] sent = await ResultsAsync(outgoing);
        ImageShareResult[] received = await ResultsAsync(incoming);
        ImageShareTraceEvent[] wire = Sent(pair);
        int again = Array.FindLastIndex(wire, m => m.StartLine.StartsWith("INVITE", StringComparison.Ordinal));
        SessionDescription offer = DescriptionIn(wire[again]);
        SessionDescription before = DescriptionOf(pair, bySender ? "INVITE" : "SIP/2.0 200");
        Assert.Multiple(() =>
        {
            Assert.That(cancelled.State, Is.EqualTo(ImageShareState.Cancelled));
            Assert.That(sent.Select(r => r.State), Is.EqualTo((ImageShareState[])[ImageShareState.Completed, ImageShareState.Cancelled, ImageShareState.Completed]), sent[1].Message);
            Assert.That(received.Select(r => r.State), Is.EqualTo((ImageShareState[])[ImageShareState.Completed, ImageShareState.Cancelled, ImageShareState.Completed]), received[1].Message);
            Assert.That(pair.Inbox.GetFiles().Select(f => f.Name), Is.EquivalentTo((string[])["0.png", "2.png"]));

            Assert.That(wire.Count(m => m.StartLine.StartsWith("INVITE", StringComparison.Ordinal)), Is.EqualTo(2), "the invitation and one offer");
            Assert.That(offer.Media.Select(m => m.Port != 0), Is.EqualTo((bool[])[true, false, true]));
            Assert.That(offer.Media.Select(m => m.FileTransferId), Is.EqualTo(before.Media.Select(m => m.FileTransferId)), "the ids they have");
            Assert.That(offer.Origin.SessionId, Is.EqualTo(before.Origin.SessionId));
            Assert.That(offer.Origin.Version, Is.GreaterThan(before.Origin.Version));
            Assert.That(!bySender || wire.Take(again).Any(m => m.Detail?.EndsWith('#') == true), Is.True, "MSRP first");
            Assert.That(wire.Count(m => m.StartLine.StartsWith("BYE", StringComparison.Ordinal)), Is.EqualTo(1));
        });
    }

    [Test]
    [Category("FT-043")]
    public async Task Two_broken_off_from_both_sides_at_once_leave_the_third()
    {
        await using SharePair pair = await SharePair.StartAsync();
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(pair.Bob.Address, Images(3, 1_500_000), new ShareSettings { MaxBytesPerSecond = 200_000 });
        ImageShareSession[] incoming = await AcceptAllAsync(pair, 3);
        foreach (ImageShareSession session in incoming)
        {
            await MovesAsync(session);
        }

        await Task.WhenAll(outgoing[0].CancelAsync(), incoming[2].CancelAsync()).WaitAsync(SharePair.Patience);
        ImageShareState[] expected = [ImageShareState.Cancelled, ImageShareState.Completed, ImageShareState.Cancelled];
        ImageShareResult[] sent = await ResultsAsync(outgoing);
        ImageShareResult[] received = await ResultsAsync(incoming);
        Assert.That(sent.Select(r => r.State), Is.EqualTo(expected), string.Join('\n', sent.Select(r => r.Message)));
        Assert.That(received.Select(r => r.State), Is.EqualTo(expected), string.Join('\n', received.Select(r => r.Message)));
        Assert.That(pair.Inbox.GetFiles().Select(f => f.Name), Is.EqualTo((string[])["1.png"]));
    }

    [TestCase(MsrpSecurity.Required, false)]
    [TestCase(MsrpSecurity.None, true)]
    [Category("FT-043")]
    public async Task They_go_over_TLS_and_past_middleboxes_as_one_does(MsrpSecurity security, bool cema)
    {
        var network = new CountingNetwork(new InMemoryNetwork());
        ImageShareOptions With(ImageShareOptions options) => options with { MsrpSecurity = security, UseCema = cema };
        await using SharePair pair = await SharePair.StartAsync(network, With, With);
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(pair.Bob.Address, Images(3, 50_000));
        ImageShareResult[] received = await ResultsAsync(await AcceptAllAsync(pair, 3));
        Assert.That((await ResultsAsync(outgoing)).Concat(received).Select(r => r.State), Is.All.EqualTo(ImageShareState.Completed));
        Assert.That(network.AcceptedOn(DescriptionOf(pair, "SIP/2.0 200").Media[0].Port), Is.EqualTo(1));
    }

    [Test]
    [Category("FT-043")]
    public async Task All_taken_back_before_the_answer_is_one_CANCEL()
    {
        await using SharePair pair = await SharePair.StartAsync();
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(pair.Bob.Address, Images(3, 1000));
        ImageShareInvitation[] invitations = await TogetherAsync(pair, 3);
        ImageShareSession accepted = await invitations[0].AcceptAsync(pair.Store);
        ImageShareResult[] sent = await Task.WhenAll(outgoing.Select(session => session.CancelAsync())).WaitAsync(SharePair.Patience);
        ImageShareResult received = await accepted.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(sent.Select(r => r.State), Is.All.EqualTo(ImageShareState.Cancelled));
            Assert.That(received.State, Is.EqualTo(ImageShareState.Cancelled), "taken, and taken back while it waited for the others");
            Assert.That(pair.SipSent().Count(line => line.StartsWith("CANCEL", StringComparison.Ordinal)), Is.EqualTo(1));
            Assert.That(pair.Inbox.GetFileSystemInfos(), Is.Empty);
        });
        foreach (ImageShareInvitation invitation in invitations[1..])
        {
            var withdrawn = new TaskCompletionSource();
            await using CancellationTokenRegistration registration = invitation.Withdrawn.Register(() => withdrawn.TrySetResult());
            await withdrawn.Task.WaitAsync(SharePair.Patience);
        }
    }

    [Test]
    [Category("FT-043")]
    public async Task One_taken_back_before_the_answer_is_taken_out_after_it()
    {
        await using SharePair pair = await SharePair.StartAsync();
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(pair.Bob.Address, Images(3, 50_000));
        ImageShareInvitation[] invitations = await TogetherAsync(pair, 3);
        Assert.That((await outgoing[1].CancelAsync().WaitAsync(SharePair.Patience)).State, Is.EqualTo(ImageShareState.Cancelled));
        Assert.That(pair.SipSent(), Has.None.StartsWith("CANCEL"));
        ImageShareSession[] incoming = await Task.WhenAll(invitations.Select(invitation => invitation.AcceptAsync(pair.Store)));
        ImageShareResult[] received = await ResultsAsync(incoming);
        Assert.That((await ResultsAsync(outgoing)).Select(r => r.IsCompleted), Is.EqualTo((bool[])[true, false, true]));
        Assert.That(received.Select(r => r.State), Is.EqualTo((ImageShareState[])[ImageShareState.Completed, ImageShareState.Cancelled, ImageShareState.Completed]), received[1].Message);
        Assert.That(pair.Inbox.GetFiles(), Has.Length.EqualTo(2));
    }

    [Test]
    [Category("FT-043")]
    [Category("IS-018")]
    public async Task A_lost_connection_fails_all_that_it_carried()
    {
        var network = new BreakableNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(
            pair.Bob.Address, Images(3, 2_000_000), new ShareSettings { MaxBytesPerSecond = 200_000 });
        ImageShareSession[] incoming = await AcceptAllAsync(pair, 3);
        foreach (ImageShareSession session in incoming)
        {
            await MovesAsync(session);
        }

        network.BreakAll();
        ImageShareResult[] all = [.. await ResultsAsync(outgoing), .. await ResultsAsync(incoming)];
        Assert.That(all.Select(r => r.IsCompleted), Is.All.False);
        Assert.That(pair.Inbox.GetFileSystemInfos(), Is.Empty);
    }

    [Test]
    [Category("FT-043")]
    public async Task The_same_image_twice_is_two_transfers()
    {
        await using SharePair pair = await SharePair.StartAsync();
        byte[] image = TestImage.Png(20_000);
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(pair.Bob.Address, [Named(image, "cat.png"), Named(image, "cat.png")]);
        ImageShareResult[] received = await ResultsAsync(await AcceptAllAsync(pair, 2));
        Assert.That((await ResultsAsync(outgoing)).Select(r => r.State), Is.All.EqualTo(ImageShareState.Completed));
        Assert.That(received.Select(r => r.Sha1), Is.All.EqualTo(TestImage.Sha1(image)));
        Assert.That(received.Select(r => r.Stored!.Path), Is.Unique);
    }

    [TestCase(1, 64, 1)]
    [TestCase(10, 2, 2)]
    [Category("FT-027")]
    public async Task More_than_the_limits_allow_are_refused_in_the_answer(int mostImages, int mostShares, int taken)
    {
        await using SharePair pair = await SharePair.StartAsync(
            bob: o => o with { Limits = o.Limits with { MaxImagesPerInvitation = mostImages, MaxConcurrentShares = mostShares } });
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(pair.Bob.Address, Images(3, 1000));
        await ResultsAsync(await AcceptAllAsync(pair, taken));
        ImageShareResult[] sent = await ResultsAsync(outgoing);
        Assert.That(sent.Select(r => r.State), Is.EqualTo(Enumerable.Repeat(ImageShareState.Completed, taken).Concat(Enumerable.Repeat(ImageShareState.Declined, 3 - taken))));
    }

    [Test]
    [Category("FT-021")]
    [Category("IS-028")]
    public async Task One_that_the_peer_cannot_take_is_not_offered_and_the_others_are()
    {
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { Limits = o.Limits with { MaxImageSize = 5000 } });
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(
            pair.Bob.Address, [Named(TestImage.Png(5001), "0.png"), Named(TestImage.Png(5000), "1.png"), Named(TestImage.Png(10), "2.png")]);
        await ResultsAsync(await AcceptAllAsync(pair, 2));
        ImageShareResult[] sent = await ResultsAsync(outgoing);
        Assert.That(sent.Select(r => r.Error), Is.EqualTo((ImageShareError[])[ImageShareError.TooLarge, ImageShareError.None, ImageShareError.None]));
        Assert.That(DescriptionOf(pair, "INVITE").Media.Select(m => m.FileSelector!.Name), Is.EqualTo((string[])["1.png", "2.png"]));
    }

    [Test]
    [Category("FT-043")]
    public async Task Those_nobody_decides_on_in_time_are_refused_and_do_not_keep_the_others()
    {
        var time = new ManualTimeProvider();
        await using SharePair pair = await SharePair.StartAsync(bob: o => o with { TimeProvider = time, Limits = o.Limits with { AnswerTimeout = TimeSpan.FromSeconds(20) } });
        IReadOnlyList<ImageShareSession> outgoing = await pair.Alice.ShareTogetherAsync(pair.Bob.Address, Images(3, 1000));
        ImageShareInvitation[] invitations = await TogetherAsync(pair, 3);
        ImageShareSession accepted = await invitations[1].AcceptAsync(pair.Store);
        var over = new CountdownEvent(2);
        invitations[0].Withdrawn.Register(() => over.Signal());
        invitations[2].Withdrawn.Register(() => over.Signal());
        await time.DriveAsync(Task.Run(over.Wait));
        ImageShareResult[] sent = await ResultsAsync(outgoing);
        ImageShareResult received = await accepted.Completion.WaitAsync(SharePair.Patience);
        Assert.That(received.IsCompleted, Is.True, received.Message);
        Assert.That(sent.Select(r => r.State), Is.EqualTo((ImageShareState[])[ImageShareState.Declined, ImageShareState.Completed, ImageShareState.Declined]));
        Assert.That(invitations[0].Withdrawn.IsCancellationRequested, Is.True);
        await time.DriveAsync(pair.Bob.DisposeAsync().AsTask());
    }

    [Test]
    public async Task What_cannot_be_shared_together_says_why()
    {
        await using SharePair pair = await SharePair.StartAsync(alice: o => o with { Limits = o.Limits with { MaxImagesPerInvitation = 2 } });
        Func<Task>[] wrong =
        [
            () => pair.Alice.ShareTogetherAsync(pair.Bob.Address, []),
            () => pair.Alice.ShareTogetherAsync(pair.Bob.Address, Images(3, 10)),
            () => pair.Alice.ShareTogetherAsync(pair.Bob.Address, Images(2, 10), new ShareSettings { ResumeAt = 1 }),
            () => pair.Alice.ShareTogetherAsync(pair.Bob.Address, Images(2, 10), new ShareSettings { Icon = new ImageIcon(Png, new byte[10]) }),
        ];
        foreach (Func<Task> share in wrong)
        {
            Assert.That(share, Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.InvalidValue));
        }

        Assert.That(pair.SipSent(), Is.Empty);
        Assert.That(
            async () => await ImageShareClient.StartAsync(new ImageShareOptions { Identity = pair.Alice.Address, Limits = new ImageShareLimits { MaxImagesPerInvitation = 16 } }),
            Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    private static SharedImage Named(byte[] octets, string name) => new(SharePair.Image(octets, name));

    private static SharedImage[] Images(int count, int size) => [.. Enumerable.Range(0, count).Select(i => Named(TestImage.Png(size, i), $"{i}.png"))];

    private static async Task<ImageShareInvitation[]> TogetherAsync(SharePair pair, int count)
    {
        var invitations = new ImageShareInvitation[count];
        for (int i = 0; i < count; i++)
        {
            invitations[i] = await pair.NextInvitationAsync();
        }

        return invitations;
    }

    private static async Task<ImageShareSession[]> AcceptAllAsync(SharePair pair, int count)
    {
        ImageShareInvitation[] invitations = await TogetherAsync(pair, count);
        return await Task.WhenAll(invitations.Select(invitation => invitation.AcceptAsync(pair.Store)));
    }

    private static Task<ImageShareResult[]> ResultsAsync(IEnumerable<ImageShareSession> sessions) =>
        Task.WhenAll(sessions.Select(session => session.Completion)).WaitAsync(SharePair.Patience);

    private static async Task MovesAsync(ImageShareSession session)
    {
        var moves = new TaskCompletionSource();
        session.ProgressChanged += (_, _) => moves.TrySetResult();
        if (session.Progress.Bytes == 0)
        {
            await moves.Task.WaitAsync(SharePair.Patience);
        }
    }

    private static ImageShareTraceEvent[] Sent(SharePair pair)
    {
        lock (pair.Sent)
        {
            return [.. pair.Sent];
        }
    }

    private static SessionDescription DescriptionOf(SharePair pair, string startsWith) => DescriptionIn(Sent(pair).First(m =>
        m.StartLine.StartsWith(startsWith, StringComparison.Ordinal) && Encoding.UTF8.GetString(m.Bytes.Span).Contains("a=file-transfer-id", StringComparison.Ordinal)));

    private static SessionDescription DescriptionIn(ImageShareTraceEvent message)
    {
        // Out of whatever stands around it.
        string text = Encoding.UTF8.GetString(message.Bytes.Span);
        text = text[text.IndexOf("v=0\r\n", StringComparison.Ordinal)..];
        int end = text.IndexOf("\r\n--", StringComparison.Ordinal);
        Assert.That(
            SessionDescription.TryParse(Encoding.UTF8.GetBytes(end < 0 ? text : text[..(end + 2)]), SdpLimits.Default, out SessionDescription? description, out SdpReadError error),
            Is.True,
            error.Code.ToString());
        return description!;
    }
}
