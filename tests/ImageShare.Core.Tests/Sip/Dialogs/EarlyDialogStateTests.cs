using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Dialogs;
using ImageShare.Core.Sip.Messages;

namespace ImageShare.Core.Tests.Sip.Dialogs;

[TestFixture]
public sealed class EarlyDialogStateTests
{
    [TestCase(101, "7", "100rel", true)]
    [TestCase(199, "7", "x, 100REL", true)]
    [TestCase(100, "7", "100rel", false)]
    [TestCase(200, "7", "100rel", false)]
    [TestCase(180, "0", "100rel", false)]
    [TestCase(180, null, "100rel", false)]
    [TestCase(180, "7", "x", false)]
    [TestCase(180, "7", null, false)]
    [Category("REL-005")]
    public void A_provisional_response_that_says_so_is_reliable_unless_it_is_a_100(int status, string? number, string? require, bool isReliable)
    {
        SipResponse response = Response(status, number, require);
        Assert.That(EarlyDialogState.IsReliable(response, out uint read), Is.EqualTo(isReliable));
        Assert.That(read, Is.EqualTo(number is "7" ? 7u : 0u));
    }

    [Test]
    [Category("REL-005")]
    public void Only_the_next_number_is_taken_whichever_the_first_was()
    {
        EarlyDialogState state = Start();
        foreach ((uint number, bool isTaken) in ((uint, bool)[])[(41, true), (41, false), (40, false), (43, false), (42, true), (43, true)])
        {
            EarlyDialogState before = state;
            Assert.That(state.TryTake(Response(180, "1", "100rel"), number, out state), Is.EqualTo(isTaken), $"{number}");
            Assert.That(ReferenceEquals(state, before), Is.EqualTo(!isTaken));
        }

        Assert.That(state.LastRSeq, Is.EqualTo(43));
        EarlyDialogState last = Start() with { LastRSeq = uint.MaxValue };
        Assert.That(last.TryTake(Response(180, "1", "100rel"), 0, out _), Is.False, "there is no number behind the last");
        Assert.That((Start() with { LastRSeq = uint.MaxValue - 1 }).TryTake(Response(180, "1", "100rel"), uint.MaxValue, out _), Is.True);
    }

    [Test]
    [Category("DLG-012")]
    public void The_first_body_is_the_answer()
    {
        EarlyDialogState state = Start();
        SipResponse[] responses = [Response(180, "1", "100rel"), Response(183, "2", "100rel", "v=0"), Response(183, "3", "100rel", "v=1"), Response(180, "4", "100rel")];
        foreach (SipResponse response in responses)
        {
            Assert.That(state.TryTake(response, response.Headers.RSeq!.Value, out state), Is.True);
            Assert.That(state.Answer, Is.SameAs(ReferenceEquals(response, responses[0]) ? null : responses[1]));
        }
    }

    private static EarlyDialogState Start()
    {
        var invite = new SipRequest(SipMethod.Invite, SipUri.Parse("sip:bob@ims.example"));
        invite.Headers.Add("From", "<sip:alice@ims.example>;tag=a");
        invite.Headers.Add("To", "<sip:bob@ims.example>");
        invite.Headers.Add("Call-ID", "call");
        invite.Headers.Add("CSeq", "7 INVITE");
        return new EarlyDialogState(Dialog.OfCaller(invite, SipResponse.CreateFor(invite, 180, toTag: "b")));
    }

    private static SipResponse Response(int status, string? number, string? require, string body = "")
    {
        var response = new SipResponse(status) { Body = System.Text.Encoding.ASCII.GetBytes(body) };
        if (number is not null)
        {
            response.Headers.Add("RSeq", number);
        }

        if (require is not null)
        {
            response.Headers.Add("Require", require);
        }

        return response;
    }
}
