using ImageShare.Core.Sharing.Endings;
using ImageShare.Core.Sharing.StateMachine;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Tests.Sharing.Endings;

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

    // RFC 3326 §2, RFC 3261 §7.3.1: tokens have no case, what is quoted is one text whatever it holds, and white space may stand around ';' and '='.
    [TestCase("sip;cause=487", ShareEndReason.UserCancelled)]
    [TestCase("Sip;CAUSE=480;TEXT=\"Media Connection Lost\"", ShareEndReason.ConnectionLost)]
    [TestCase("SIP;text=\"no; cause=487\";cause=500", ShareEndReason.Failed)]
    [TestCase("SIP;text=\"a, SIP;cause=487\";cause=500", ShareEndReason.Failed)]
    [TestCase("SIP;text=\"say \\\"no\\\"; cause=487\";cause=500", ShareEndReason.Failed)]
    [TestCase("SIP;cause=500;text=\"Hash\\ Mismatch\"", ShareEndReason.HashMismatch)]
    [TestCase("SIP;cause=500;text=\"\\\"Hash Mismatch\\\"\"", ShareEndReason.Failed)]
    [TestCase("SIP \t;\tcause\t=\t500 ; text = \"Hash Mismatch\" ", ShareEndReason.HashMismatch)]
    [TestCase("SIP;cause=0487", ShareEndReason.UserCancelled)]
    [TestCase("SIP;cause=\"487\"", ShareEndReason.None)]
    [TestCase("SIP;cause=487x", ShareEndReason.None)]
    [TestCase("SIP;cause=-487", ShareEndReason.None)]
    [TestCase("SIPS;cause=487", ShareEndReason.None)]
    [TestCase("SIP;cause=99999999999", ShareEndReason.None)]
    [TestCase("SIP;cause=487;text=\"never closed", ShareEndReason.None)]
    [TestCase("SIP;text=\"no cause\", SIP;cause=487", ShareEndReason.UserCancelled)]
    [TestCase("preemption;cause=1;text=\"a, b\",sip;cause=487", ShareEndReason.UserCancelled)]
    [TestCase("SIP;cause=500, SIP;cause=487", ShareEndReason.Failed)]
    [TestCase(", ,SIP;cause=487", ShareEndReason.UserCancelled)]
    [TestCase("SIP;cause=487;x;y=z;z=\"a;b\"", ShareEndReason.UserCancelled)]
    public void What_others_write(string value, object reason)
    {
        Assert.That(ReasonHeader.Read(Bye(value)), Is.EqualTo(reason));
    }

    [Test]
    public void Several_rows_are_one_list()
    {
        SipRequest bye = Bye("Q.850;cause=16;text=\"Normal, clearing; SIP;cause=600\"");
        bye.Headers.Add("reason", "Sip ; cause=500 ; text=\"Image Not Stored\"");
        Assert.That(ReasonHeader.Read(bye), Is.EqualTo(ShareEndReason.NotStored));
    }

    [TestCase("SIP;cause=200;text=\"Call completed elsewhere\"", ShareEndReason.AcceptedElsewhere)]
    [TestCase("sip ; text=\"x;cause=200\" ; cause = 603", ShareEndReason.DeclinedElsewhere)]
    [TestCase("Sip;cause=408", ShareEndReason.NotAnswered)]
    [TestCase("SIP;cause=480;text=\"a, SIP;cause=200\"", ShareEndReason.NotAnswered)]
    [TestCase("SIP;cause=487;text=\"Cancelled by User\"", ShareEndReason.UserCancelled)]
    [TestCase("Q.850;cause=200", ShareEndReason.None)]
    public void What_others_write_in_a_cancel(string value, object reason)
    {
        var cancel = new SipRequest(SipMethod.Cancel, SipUri.Parse("sip:bob@ims.example"));
        cancel.Headers.Add("Reason", value);
        Assert.That(ReasonHeader.ReadOfCancel(cancel), Is.EqualTo(reason));
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
        Assert.That(ShareEndReasons.Of(ShareOutcome.CancelledHere).ToOutcome(isSender), Is.EqualTo(ShareOutcome.CancelledByPeer(isSender)));
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
