using System.Text.RegularExpressions;
using ImageShare.Core.Authentication;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Tests.Sip.UserAgents.Requests;

[TestFixture]
internal sealed partial class AuthenticationTests : AgentTest
{
    private const string Challenge = """Digest realm="ims.example", nonce="n1", qop="auth", algorithm=SHA-256""";

    [Test]
    [Category("AUTH-001")]
    [Category("AUTH-003")]
    public async Task A_challenged_request_is_sent_again_with_credentials_and_the_next_one_has_them_at_once()
    {
        BobHandler.RequestReceived = request => Demand(request, 401, "WWW-Authenticate", "Authorization", Challenge);
        Assert.That((await AskAsync()).StatusCode, Is.EqualTo(200));
        SipRequest[] sent = [.. Network.Named("OPTIONS").Select(e => e.Request!)];
        Assert.Multiple(() =>
        {
            Assert.That(sent, Has.Length.EqualTo(2));
            Assert.That(sent[1].Headers.CallId, Is.EqualTo(sent[0].Headers.CallId));
            Assert.That(sent[1].Headers.From, Is.EqualTo(sent[0].Headers.From));
            Assert.That(sent[1].Headers.To, Is.EqualTo(sent[0].Headers.To));
            Assert.That(sent.Select(r => r.Headers.CSeq!.Number), Is.EqualTo(new[] { 1, 2 }));
            Assert.That(sent[1].Headers.TopVia!.Branch, Is.Not.EqualTo(sent[0].Headers.TopVia!.Branch));
            Assert.That(sent[0].Headers.Contains("Authorization"), Is.False);
            Assert.That(sent[1].Headers.GetString("Authorization"), Does.Contain("nc=00000001").And.Contain("uri=\"sip:bob@127.0.0.1:5070\""));
        });

        Assert.That((await AskAsync()).StatusCode, Is.EqualTo(200));
        SipRequest[] third = [.. Network.Named("OPTIONS").Skip(2).Select(e => e.Request!)];
        Assert.That(third.Single().Headers.GetString("Authorization"), Does.Contain("nc=00000002"));
    }

    [Test]
    [Category("AUTH-001")]
    public async Task A_proxy_and_a_server_may_both_ask()
    {
        BobHandler.RequestReceived = request =>
        {
            if (!request.Request.Headers.Contains("Proxy-Authorization"))
            {
                Demand(request, 407, "Proxy-Authenticate", "Proxy-Authorization", Challenge);
            }
            else
            {
                Demand(request, 401, "WWW-Authenticate", "Authorization", Challenge.Replace("n1", "n2", StringComparison.Ordinal));
            }
        };
        Assert.That((await AskAsync()).StatusCode, Is.EqualTo(200));
        SipRequest last = Network.Named("OPTIONS").Last().Request!;
        Assert.That(last.Headers.CSeq!.Number, Is.EqualTo(3));
        Assert.That((last.Headers.Contains("Authorization"), last.Headers.Contains("Proxy-Authorization")), Is.EqualTo((true, true)));
    }

    [Test]
    [Category("AUTH-007")]
    public async Task A_wrong_password_is_tried_once_and_reported()
    {
        int nonce = 0;
        BobHandler.RequestReceived = request => Refuse(request, $"""Digest realm="ims.example", nonce="n{nonce++}", qop="auth" """);
        Assert.That((await AskAsync()).StatusCode, Is.EqualTo(401));
        Assert.That(Network.Named("OPTIONS").Count(), Is.EqualTo(2));
    }

    [Test]
    [Category("AUTH-007")]
    public async Task A_stale_nonce_is_worth_one_more_try_and_not_more()
    {
        int nonce = 0;
        BobHandler.RequestReceived = request => Refuse(request, $"""Digest realm="ims.example", nonce="n{nonce++}", stale=true""");
        Assert.That((await AskAsync()).StatusCode, Is.EqualTo(401));
        Assert.That(Network.Named("OPTIONS").Count(), Is.EqualTo(3));
    }

    [TestCase("Basic realm=\"ims.example\"")]
    [TestCase("Digest realm=\"evil.example\", nonce=\"x\"")]
    [TestCase("Digest realm=\"ims.example\", nonce=\"x\", algorithm=MD4")]
    [TestCase("")]
    [Category("AUTH-004")]
    [Category("AUTH-006")]
    public async Task Basic_a_strange_realm_and_an_unknown_algorithm_get_nothing(string challenge)
    {
        BobHandler.RequestReceived = request => Refuse(request, challenge);
        Assert.That((await AskAsync()).StatusCode, Is.EqualTo(401));
        Assert.That(Network.Named("OPTIONS").Count(), Is.EqualTo(1));
    }

    [Test]
    [Category("AUTH-001")]
    [Category("AUTH-008")]
    public async Task A_challenged_call_is_tried_again_and_its_ACK_and_BYE_show_credentials_and_its_CANCEL_none()
    {
        BobHandler.InviteReceived = invite =>
        {
            if (invite.Request.Headers.Contains("Authorization"))
            {
                invite.AcceptAsync("v=0"u8.ToArray(), Sdp);
            }
            else
            {
                invite.Reject(401, edit: static response => response.Headers.Add("WWW-Authenticate", Challenge));
            }
        };
        OutgoingInvite call = Alice.Invite(NewInvite());
        await SettleAsync();
        var outcome = (InviteOutcome.Accepted)await Within(call.Result);
        Task bye = outcome.Dialog.ByeAsync();
        await SettleAsync();
        await Within(bye);
        WireEntry[] invites = [.. Network.Named("INVITE")];
        SipRequest ack = Network.Named("ACK").Last().Request!;
        Assert.Multiple(() =>
        {
            Assert.That(Network.Names, Is.EqualTo(new[] { "INVITE", "401 INVITE", "ACK", "INVITE", "200 INVITE", "ACK", "BYE", "200 BYE" }));
            Assert.That(invites[1].Message.Headers.CSeq!.Number, Is.EqualTo(2));
            Assert.That(invites[1].Message.Headers.From, Is.EqualTo(invites[0].Message.Headers.From));
            Assert.That(ack.Headers.GetString("Authorization"), Is.EqualTo(invites[1].Message.Headers.GetString("Authorization")));
            Assert.That(ack.Headers.CSeq!.Number, Is.EqualTo(2));
            Assert.That(Network.Named("BYE").Single().Message.Headers.CSeq!.Number, Is.EqualTo(3));
        });

        BobHandler.InviteReceived = static invite => invite.Ring();
        OutgoingInvite second = Alice.Invite(NewInvite());
        await SettleAsync();
        second.Cancel();
        await SettleAsync();
        await Within(second.Result);
        Assert.That(Network.Named("INVITE").Last().Message.Headers.Contains("Authorization"));
        Assert.That(Network.Named("CANCEL").Single().Message.Headers.Contains("Authorization"), Is.False);
    }

    [Test]
    [Category("AUTH-007")]
    public async Task A_call_refused_twice_is_reported()
    {
        BobHandler.InviteReceived = static invite => invite.Reject(401, edit: static response => response.Headers.Add("WWW-Authenticate", Challenge));
        OutgoingInvite call = Alice.Invite(NewInvite());
        await SettleAsync();
        Assert.That(((InviteOutcome.Rejected)await Within(call.Result)).Response.StatusCode, Is.EqualTo(401));
        Assert.That(Network.Named("INVITE").Count(), Is.EqualTo(2));
    }

    protected override SipUserAgentOptions AliceOptions(SipUserAgentOptions options) =>
        options with { Credentials = new SipCredentials("alice@ims.example", "secret") };

    private async Task<SipResponse> AskAsync()
    {
        Task<SipResponse> asked = Alice.SendAsync(new SipRequest(SipMethod.Options, BobUri));
        await SettleAsync();
        return await Within(asked);
    }

    private static void Refuse(IncomingRequest request, string challenge)
    {
        SipResponse response = request.CreateResponse(401);
        response.Headers.Add("WWW-Authenticate", challenge);
        request.Respond(response);
    }

    /// <summary>What a server does: computes the answer itself and compares.</summary>
    private static void Demand(IncomingRequest request, int status, string challengeHeader, string answerHeader, string challengeText)
    {
        DigestChallenge? challenge = DigestChallenge.Choose([challengeText], "ims.example");
        string given = request.Request.Headers.GetString(answerHeader) ?? string.Empty;
        if (given.Length > 0)
        {
            uint count = Convert.ToUInt32(Count().Match(given).Groups[1].Value, 16);
            var answer = new DigestAnswer(challenge!, "OPTIONS", request.Request.RequestUri.ToString(), count, ClientNonce().Match(given).Groups[1].Value);
            if (given.Contains($"response=\"{answer.ComputeResponse("alice@ims.example", "secret"u8)}\"", StringComparison.Ordinal))
            {
                request.Respond(200);
                return;
            }
        }

        SipResponse response = request.CreateResponse(status);
        response.Headers.Add(challengeHeader, challengeText);
        request.Respond(response);
    }

    [GeneratedRegex("nc=([0-9a-f]{8})")]
    private static partial Regex Count();

    [GeneratedRegex("cnonce=\"([^\"]+)\"")]
    private static partial Regex ClientNonce();
}
