using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Tests.Sharing;

/// <summary>Why a share ended, as the two sides tell each other (RFC 3326).</summary>
[TestFixture]
[Category("IS-018")]
public sealed class ReasonHeaderTests
{
    [Test]
    public void What_is_written_is_read_again()
    {
        foreach (ShareEndReason reason in Enum.GetValues<ShareEndReason>())
        {
            Assert.That(ReasonHeader.Read(Bye(ReasonHeader.Write(reason))), Is.EqualTo(reason));
        }
    }

    [TestCase("SIP;cause=487", ShareEndReason.UserCancelled)]
    [TestCase("SIP;cause=603;text=\"Decline\"", ShareEndReason.UserCancelled)]
    [TestCase("SIP ; cause = 500 ; text=\"Server Internal Error\"", ShareEndReason.Failed)]
    [TestCase("SIP;text=\"hash mismatch\";cause=500", ShareEndReason.HashMismatch)]
    [TestCase("SIP;cause=480;text=\"Bearer unavailable\"", ShareEndReason.Failed)]
    [TestCase("SIP;cause=200;text=\"Call completed\"", ShareEndReason.None)]
    [TestCase("Q.850;cause=16;text=\"Terminated\"", ShareEndReason.None)]
    [TestCase("Q.850;cause=41, SIP;cause=500", ShareEndReason.Failed)]
    [TestCase("SIP", ShareEndReason.None)]
    [TestCase("SIP;cause=", ShareEndReason.None)]
    [TestCase("SIP;cause=4870", ShareEndReason.None)]
    [TestCase("", ShareEndReason.None)]
    public void What_others_write(string value, object reason)
    {
        Assert.That(ReasonHeader.Read(Bye(value)), Is.EqualTo(reason));
    }

    [Test]
    public void An_outcome_is_the_same_on_both_sides_when_one_tells_the_other([Values] bool isSender)
    {
        ShareOutcome[] outcomes = [ShareOutcome.ConnectionLost, ShareOutcome.MediaNotConnected, ShareOutcome.Stalled];
        foreach (ShareOutcome outcome in outcomes)
        {
            Assert.That(ShareEndReasons.Of(outcome).ToOutcome(isSender), Is.EqualTo(outcome));
        }

        ShareOutcome hash = ShareOutcome.Failed(ImageShareError.HashMismatch, "hash");
        Assert.That(ShareEndReasons.Of(hash).ToOutcome(isSender: true), Has.Property(nameof(ShareOutcome.Error)).EqualTo(ImageShareError.HashMismatch));
        Assert.That(ShareEndReasons.Of(ShareOutcome.CancelledHere).ToOutcome(isSender), Is.EqualTo(ShareOutcome.CancelledByPeer));
    }

    private static SipRequest Bye(string? reason)
    {
        var bye = new SipRequest(SipMethod.Bye, SipUri.Parse("sip:bob@ims.example"));
        if (reason is { Length: > 0 })
        {
            bye.Headers.Add("Reason", reason);
        }

        return bye;
    }
}
