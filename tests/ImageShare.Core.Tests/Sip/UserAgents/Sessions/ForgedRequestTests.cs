using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Sessions;

namespace ImageShare.Core.Tests.Sip.UserAgents.Sessions;

/// <summary>Requests of somebody who has heard of a session but does not know all of its identifiers, or repeats what it heard.</summary>
[TestFixture]
internal sealed class ForgedRequestTests : AgentTest
{
    [TestCase("BYE", "Call-ID")]
    [TestCase("BYE", "From")]
    [TestCase("BYE", "To")]
    [TestCase("BYE", "no From tag")]
    [TestCase("BYE", "no To tag")]
    [TestCase("INFO", "From")]
    [TestCase("UPDATE", "To")]
    [TestCase("INVITE", "From")]
    [Category("DLG-008")]
    [Category("DLG-018")]
    public async Task A_request_that_lacks_one_identifier_of_the_dialog_gets_481_and_ends_nothing(string method, string wrong)
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        SipRequest invite = Network.Named("INVITE").First().Request!;
        string bobTag = Network.Named("200 INVITE").First().Response!.Headers.To!.Tag!;
        SipRequest forged = Raw(method, bobTag, callId: invite.Headers.CallId!, number: invite.Headers.CSeq!.Number + 1);
        forged.Headers.Set("From", invite.Headers.From!);
        switch (wrong)
        {
            case "Call-ID":
                forged.Headers.Set("Call-ID", invite.Headers.CallId + "x");
                break;
            case "From":
                forged.Headers.Set("From", invite.Headers.From!.WithTag("guessed"));
                break;
            case "To":
                forged.Headers.Set("To", "<sip:bob@ims.example>;tag=guessed");
                break;
            case "no From tag":
                forged.Headers.Set("From", "<sip:alice@ims.example>");
                break;
            default:
                forged.Headers.Set("To", "<sip:bob@ims.example>");
                break;
        }

        Assert.That((await AskBobAsync(forged)).Select(r => r.StatusCode), Is.EqualTo(method == "INFO" ? new[] { 405 } : [481]));
        Assert.That((alice.Ended.IsCompleted, bob.Ended.IsCompleted), Is.EqualTo((false, false)));
        Assert.That(BobHandler.Invites, Has.Count.EqualTo(1));
        Task ending = alice.ByeAsync();
        await SettleAsync();
        await Within(ending);
    }

    [Test]
    [Category("DLG-008")]
    public async Task A_BYE_with_a_number_that_was_used_before_ends_nothing()
    {
        (InviteDialog alice, InviteDialog bob, _) = await EstablishAsync();
        SipRequest invite = Network.Named("INVITE").First().Request!;
        SipRequest forged = Raw(
            "BYE", Network.Named("200 INVITE").First().Response!.Headers.To!.Tag, callId: invite.Headers.CallId!, number: invite.Headers.CSeq!.Number - 1);
        forged.Headers.Set("From", invite.Headers.From!);
        Assert.That((await AskBobAsync(forged)).Single().StatusCode, Is.EqualTo(500));
        Assert.That((alice.Ended.IsCompleted, bob.Ended.IsCompleted), Is.EqualTo((false, false)));
        Task ending = alice.ByeAsync();
        await SettleAsync();
        await Within(ending);
    }

    [TestCase("Authorization")]
    [TestCase("Proxy-Authorization")]
    public async Task Credentials_nobody_asked_for_change_nothing(string header)
    {
        SipRequest request = Raw("OPTIONS");
        request.Headers.Add(header, "Digest username=\"x\", realm=\"never.example\", nonce=\"n\", uri=\"sip:b\", response=\"00\", nc=, ,qop==auth");
        Assert.That((await AskBobAsync(request)).Single().StatusCode, Is.EqualTo(200));
    }
}
