using ImageShare.Core.Sharing;

namespace ImageShare.Core.Tests.Interop;

/// <summary>sipp asks, invites, cancels and errs; a whole client answers it on real sockets. The scenarios check the answers.</summary>
[TestFixture]
[Category("Interop")]
public sealed class SippCallerTests
{
    [TestCase(false)]
    [TestCase(true)]
    [Category("IS-010")]
    [Category("IS-011")]
    [Category("SIPT-001")]
    public async Task A_capability_query_is_answered_with_tag_and_description(bool tcp)
    {
        await using Bob bob = await StartAsync();
        await PlayAsync(bob, "options", tcp);
    }

    [TestCase(false)]
    [TestCase(true)]
    [Category("DLG-018")]
    [Category("IS-007")]
    public async Task A_caller_that_hangs_up_instead_of_sending_leaves_nothing_behind(bool tcp)
    {
        await using Bob bob = await StartAsync();
        await using Sipp sipp = Sipp.Call("invite-and-bye", tcp, bob.Port);
        ImageShareInvitation invitation = await bob.NextInvitationAsync();
        Assert.That(invitation.Image.Size, Is.EqualTo(78169));
        await using ImageShareSession session = await invitation.AcceptAsync(bob.Store);
        await sipp.SucceedsAsync();
        ImageShareResult result = await session.Completion.WaitAsync(ChildProcess.Patience);
        Assert.That(result.State, Is.EqualTo(ImageShareState.Cancelled), result.Message);
        Assert.That(bob.Files, Is.Empty);

        // 486 were the answer if the share still ran.
        await PlayAsync(bob, "options", tcp);
    }

    [TestCase(false)]
    [TestCase(true)]
    [Category("DLG-015")]
    public async Task A_caller_that_cancels_gets_200_and_487_and_the_invitation_is_withdrawn(bool tcp)
    {
        await using Bob bob = await StartAsync();
        await using Sipp sipp = Sipp.Call("invite-and-cancel", tcp, bob.Port);
        ImageShareInvitation invitation = await bob.NextInvitationAsync();
        var withdrawn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = invitation.Withdrawn.Register(withdrawn.SetResult);
        await sipp.SucceedsAsync();
        await withdrawn.Task.WaitAsync(ChildProcess.Patience);
        Assert.That(
            async () => await invitation.AcceptAsync(bob.Store),
            Throws.TypeOf<ImageShareException>().With.Property(nameof(ImageShareException.Error)).EqualTo(ImageShareError.InvalidState));
        Assert.That(bob.Files, Is.Empty);
        await PlayAsync(bob, "options", tcp);
    }

    [TestCase("audio-offer.sdp", "X-None: 0", "488", "488")]
    [TestCase("image-offer.sdp", "Require: teleportation", "420", "Unsupported: *teleportation")]
    [TestCase("image-offer.sdp", "Require: precondition", "420", "Unsupported: *precondition")]
    [TestCase("image-offer.sdp", "Content-Encoding: gzip", "415", "Accept-Encoding: *identity")]
    [Category("DLG-020")]
    [Category("DLG-026")]
    [Category("IS-030")]
    public async Task An_invitation_that_cannot_be_taken_is_refused_once(string offer, string header, string status, string says)
    {
        await using Bob bob = await StartAsync();
        await PlayAsync(bob, "refused-invite", tcp: false, ("offer", $"@include {offer}@"), ("header", header), ("status", status), ("says", says));
    }

    [TestCase("FOO", "", "501", "Allow: *INVITE, ACK, BYE, CANCEL,.*OPTIONS")]
    [TestCase("MESSAGE", "", "405", "Allow: *INVITE, ACK, BYE, CANCEL,.*OPTIONS")]
    [TestCase("BYE", ";tag=nobody", "481", "CSeq: *7 BYE")]
    [TestCase("BYE", "", "481", "CSeq: *7 BYE")]
    [TestCase("CANCEL", "", "481", "CSeq: *7 CANCEL")]
    [Category("DLG-008")]
    [Category("DLG-026")]
    public async Task A_request_that_belongs_nowhere_is_refused(string method, string to, string status, string says)
    {
        await using Bob bob = await StartAsync();
        foreach (bool tcp in (bool[])[false, true])
        {
            await PlayAsync(bob, "refused-request", tcp, ("method", method), ("to", to), ("header", "X-None: 0"), ("status", status), ("says", says));
        }
    }

    private static async Task<Bob> StartAsync()
    {
        Tool.Sipp.Require();
        return await Bob.StartAsync();
    }

    private static async Task PlayAsync(Bob bob, string scenario, bool tcp, params (string Name, string Value)[] fill)
    {
        await using Sipp sipp = Sipp.Call(scenario, tcp, bob.Port, fill);
        await sipp.SucceedsAsync();
    }
}
