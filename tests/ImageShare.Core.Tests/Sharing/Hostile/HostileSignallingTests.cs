using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Hostile;

/// <summary>A phone that floods, forgets its ACK, and crosses its own messages.</summary>
[TestFixture]
public sealed class HostileSignallingTests : PhoneCallerTest
{
    private const string Png = "type:image/png size:10";

    [Test]
    [Category("SEC-001")]
    public async Task A_flood_of_queries_is_answered_and_nothing_of_it_is_held()
    {
        int timers = Time.ArmedTimers;
        for (int i = 0; i < 3000; i++)
        {
            await Phone.SendAsync(Bob.Address, Phone.Request("OPTIONS", Bob.Address, "flood" + i));
        }

        for (int i = 0; i < 3000; i++)
        {
            Assert.That(await Phone.ReceiveAsync("SIP/2.0 "), Does.StartWith("SIP/2.0 200"));
        }

        // The clock stands still: a transaction for one of them would be there still.
        Assert.That(Time.ArmedTimers, Is.EqualTo(timers));
        Assert.That(Time.Elapsed, Is.EqualTo(TimeSpan.Zero));
    }

    [Test]
    public async Task A_BYE_instead_of_the_ACK_ends_the_share()
    {
        string branch = "byenoack";
        await Phone.SendAsync(Bob.Address, Phone.Request("INVITE", Bob.Address, "bye", body: Phone.Offer(Png), branch: branch));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(Store);
        string response = await Phone.ReceiveAsync("SIP/2.0 200");
        await Phone.ByeAsync(Bob.Address, "bye", response);
        Assert.That((await Time.DriveAsync(session.Completion)).State, Is.EqualTo(ImageShareState.Cancelled));
    }

    [Test]
    public async Task A_200_nobody_acknowledges_ends_in_time_with_BYE()
    {
        await Phone.SendAsync(Bob.Address, Phone.Request("INVITE", Bob.Address, "noack", body: Phone.Offer(Png)));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(Store);
        ImageShareResult result = await Time.DriveAsync(session.Completion);
        Assert.That(result.Error, Is.AnyOf(ImageShareError.NoAnswer, ImageShareError.MediaNotConnected));
        await Time.DriveAsync(Phone.ReceiveAsync("BYE"));
    }

    [Test]
    public async Task A_re_INVITE_that_cannot_be_taken_is_refused_and_the_share_goes_on()
    {
        Task<string> calling = Phone.InviteAsync(Bob.Address, "again", Phone.Offer("name:\"x.png\" " + Png));
        ImageShareSession session = await (await NextAsync()).AcceptAsync(Store);
        string response = await calling;
        (RawMsrpPeer peer, Core.Msrp.MsrpUri to) = await Phone.DialAsync(response);
        await using RawMsrpPeer closing = peer;
        await peer.SendAsync(to, "half", "Byte-Range: 1-5/10\r\n", "01234", '+');
        await peer.ReadLineAsync();
        string branch = Guid.NewGuid().ToString("N");
        await Phone.SendAsync(Bob.Address, Phone.Request("INVITE", Bob.Address, "again", RawPhone.TagOf(response), number: 2, body: Phone.Offer("type:image/png size:5000"), branch: branch));
        Assert.That(await Phone.ReceiveAsync("SIP/2.0 4", "again"), Does.StartWith("SIP/2.0 488"));
        await Phone.SendAsync(Bob.Address, Phone.Request("ACK", Bob.Address, "again", RawPhone.TagOf(response), number: 2, branch: branch));
        await Phone.SendAsync(Bob.Address, Phone.Request("OPTIONS", Bob.Address, "again", RawPhone.TagOf(response), number: 3));
        Assert.That(await Phone.ReceiveAsync("SIP/2.0 2", "again"), Does.Contain("CSeq: 3 OPTIONS"));
        await peer.SendAsync(to, "rest", "Byte-Range: 6-10/10\r\n", "56789", '$');
        await peer.ReadLineAsync();
        await Phone.ByeAsync(Bob.Address, "again", response);
        Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.True);
    }

    [Test]
    [Category("SEC-001")]
    [Category("IS-015")]
    public async Task A_flood_of_invitations_meets_the_limits()
    {
        for (int i = 0; i < 300; i++)
        {
            await Phone.SendAsync(Bob.Address, Phone.Request("INVITE", Bob.Address, "flood" + i, body: Phone.Offer(Png)));
        }

        // All of one caller: the bounds for one are met before those for all.
        int taken = Math.Min(ImageShareLimits.Default.MaxPendingInvitationsPerPeer, ImageShareLimits.Default.MaxConcurrentSharesPerPeer);
        HashSet<string> refused = [];
        while (refused.Count < 300 - taken)
        {
            string response = await Phone.ReceiveAsync("SIP/2.0 4");
            Assert.That(response, Does.StartWith("SIP/2.0 486"));
            refused.Add(RawPhone.Header(response, "Call-ID"));
        }

        // What was not refused rings.
        Assert.That((await NextAsync()).Id, Does.StartWith("flood"));
        Assert.That(refused, Has.Count.EqualTo(300 - taken));
    }

    [Test]
    public async Task Invitations_that_were_taken_back_make_room_for_new_ones()
    {
        for (int i = 0; i < 20; i++)
        {
            string callId = "gone" + i, branch = "gone" + i;
            await Phone.SendAsync(Bob.Address, Phone.Request("INVITE", Bob.Address, callId, body: Phone.Offer(Png), branch: branch));
            await Phone.ReceiveAsync("SIP/2.0 180", callId);
            await Phone.SendAsync(Bob.Address, Phone.Request("CANCEL", Bob.Address, callId, branch: branch));
            Assert.That(await Phone.FinishInviteAsync(Bob.Address, callId, branch), Does.StartWith("SIP/2.0 487"));
        }

        Task<string> calling = Phone.InviteAsync(Bob.Address, "good", Phone.Offer(Png));
        ImageShareInvitation invitation;
        do
        {
            invitation = await NextAsync();
        }
        while (invitation.Id != "good");
        await invitation.DeclineAsync();
        Assert.That(await calling, Does.StartWith("SIP/2.0 603"));
    }

    [Test]
    public async Task The_answer_crosses_the_CANCEL_and_the_share_was_taken_back()
    {
        for (int i = 0; i < 40; i++)
        {
            string callId = "cross" + i;
            await Phone.SendAsync(Bob.Address, Phone.Request("INVITE", Bob.Address, callId, body: Phone.Offer(Png), branch: callId));
            ImageShareInvitation invitation = await NextAsync();
            Task<ImageShareSession?> accepting = Task.Run(() => TryAcceptAsync(invitation));
            await Phone.SendAsync(Bob.Address, Phone.Request("CANCEL", Bob.Address, callId, branch: callId));
            string response = await Phone.FinishInviteAsync(Bob.Address, callId, callId);
            if (response.StartsWith("SIP/2.0 2", StringComparison.Ordinal))
            {
                await Phone.ByeAsync(Bob.Address, callId, response);
            }

            if (await accepting.WaitAsync(SharePair.Patience) is { } session)
            {
                ImageShareResult result = await Time.DriveAsync(session.Completion);
                Assert.That(result.State, Is.EqualTo(ImageShareState.Cancelled), result.Message);
            }

            Assert.That(Inbox.GetFileSystemInfos(), Is.Empty);
        }
    }
}
