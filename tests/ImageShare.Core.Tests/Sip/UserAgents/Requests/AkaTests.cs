using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ImageShare.Core.Authentication;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Authentication;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.UserAgents.Calls;
using ImageShare.Core.Sip.UserAgents.Requests;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Tests.Sip.UserAgents.Requests;

/// <summary>AKAv1-MD5 (RFC 3310): a fake ISIM answers, and a fake network computes for itself what it expects.</summary>
[TestFixture]
internal sealed partial class AkaTests : AgentTest
{
    private const string User = "001010000000001@ims.example";

    private static readonly byte[] Rand = Convert.FromHexString("23553CBE9637A89D218AE64DAE47BF35");
    private static readonly byte[] Autn = Convert.FromHexString("AA689C648370B9B9D3AAF9B1A4CAF38B");

    // Octets that are no text: a password would not survive as a string.
    private static readonly byte[] Res = Convert.FromHexString("A54211D5E3BA50BF");
    private static readonly byte[] Auts = Convert.FromHexString("451E8BECA43B0123456789ABCDEF");

    private readonly List<string> _asked = [];
    private Func<AkaChallenge, CancellationToken, ValueTask<AkaAnswer>> _sim = static (_, _) => ValueTask.FromResult(AkaAnswer.Respond(Res));

    [SetUp]
    public void ForgetWhatWasAsked()
    {
        _asked.Clear();
        _sim = static (_, _) => ValueTask.FromResult(AkaAnswer.Respond(Res));
    }

    // Values of an independent computation (Python's hashlib) over the RES above, which is no UTF-8.
    [TestCase(true, "0a3038c4c246d8a172383b1eee20298e")]
    [TestCase(false, "af7e51e92c64281f830daaddd99f14f6")]
    [Category("AUTH-002")]
    public void The_response_key_is_hashed_as_the_octets_it_is(bool hasQop, string expected)
    {
        string row = $"Digest realm=\"ims.example\", nonce=\"{Nonce()}\", algorithm=AKAv1-MD5" + (hasQop ? ", qop=\"auth\"" : string.Empty);
        Assert.That(DigestChallenge.TryParse(Encoding.UTF8.GetBytes(row), out DigestChallenge? challenge));
        var answer = new DigestAnswer(challenge!, "INVITE", "sip:bob@ims.example", 1, "0a4f113b");
        Assert.That(answer.ComputeResponse(User, Res), Is.EqualTo(expected));
    }

    [Test]
    public async Task The_SIM_answers_and_its_answer_serves_until_the_next_challenge()
    {
        BobHandler.RequestReceived = request => Demand(request, Nonce());
        Assert.That((await AskAsync()).StatusCode, Is.EqualTo(200));
        Assert.That((await AskAsync()).StatusCode, Is.EqualTo(200));
        string[] given = [.. Network.Named("OPTIONS").Select(e => e.Message.Headers.GetString("Authorization") ?? "none")];
        Assert.Multiple(() =>
        {
            Assert.That(_asked, Is.EqualTo(new[] { Convert.ToHexString(Rand) + Convert.ToHexString(Autn) + " ims.example" }));
            Assert.That(given, Has.Length.EqualTo(3));
            Assert.That(given[0], Is.EqualTo("none"));
            Assert.That(given[1], Does.Contain($"username=\"{User}\"").And.Contain("algorithm=AKAv1-MD5").And.Contain("nc=00000001").And.Not.Contain("auts"));
            Assert.That(given[2], Does.Contain("nc=00000002"));
        });
    }

    [Test]
    public async Task A_SIM_that_is_out_of_step_says_AUTS_with_an_empty_password_and_answers_the_next_challenge()
    {
        _sim = (challenge, _) => ValueTask.FromResult(_asked.Count == 1 ? AkaAnswer.Resynchronize(Auts) : AkaAnswer.Respond(Res));
        BobHandler.RequestReceived = request =>
        {
            string given = request.Request.Headers.GetString("Authorization") ?? string.Empty;
            if (given.Contains("auts=", StringComparison.Ordinal))
            {
                Assert.That(Value(given, "auts"), Is.EqualTo(Convert.ToBase64String(Auts)));
                Assert.That(Value(given, "response"), Is.EqualTo(Expected(given, [], "OPTIONS")));
                Refuse(request, Nonce(1));
                return;
            }

            Demand(request, _asked.Count < 2 ? Nonce() : Nonce(1));
        };
        Assert.That((await AskAsync()).StatusCode, Is.EqualTo(200));
        Assert.That(Network.Named("OPTIONS").Count(), Is.EqualTo(3));
        Assert.That(_asked, Has.Count.EqualTo(2));
        string last = Network.Named("OPTIONS").Last().Message.Headers.GetString("Authorization")!;
        Assert.That(last, Does.Not.Contain("auts").And.Contain(Nonce(1)));
    }

    [Test]
    [Category("AUTH-007")]
    public async Task A_network_that_is_never_content_is_given_up()
    {
        int nonce = 0;
        _sim = static (_, _) => ValueTask.FromResult(AkaAnswer.Resynchronize(Auts));
        BobHandler.RequestReceived = request => Refuse(request, Nonce((byte)nonce++));
        Assert.That((await AskAsync()).StatusCode, Is.EqualTo(401));
        Assert.That(Network.Named("OPTIONS").Count(), Is.EqualTo(3));
        _sim = static (_, _) => ValueTask.FromResult(AkaAnswer.Respond(Res));
        Assert.That((await AskAsync()).StatusCode, Is.EqualTo(401));
        Assert.That(Network.Named("OPTIONS").Count(), Is.EqualTo(5));
    }

    [TestCase("refuses")]
    [TestCase("throws")]
    [TestCase("throws at once")]
    [TestCase("gives nothing")]
    public async Task A_SIM_that_does_not_answer_leaves_the_challenge_unanswered(string manner)
    {
        _sim = manner switch
        {
            "refuses" => static (_, _) => ValueTask.FromResult(AkaAnswer.Refuse),
            "throws" => static (_, _) => ValueTask.FromException<AkaAnswer>(new InvalidOperationException("No card.")),
            "throws at once" => static (_, _) => throw new InvalidOperationException("No card."),
            _ => static (_, _) => ValueTask.FromResult<AkaAnswer>(null!),
        };
        BobHandler.RequestReceived = request => Refuse(request, Nonce());
        Assert.That((await AskAsync()).StatusCode, Is.EqualTo(401));
        Assert.That(Network.Named("OPTIONS").Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_SIM_that_never_comes_back_is_waited_for_32_seconds()
    {
        var never = new TaskCompletionSource<AkaAnswer>();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _sim = (_, _) =>
        {
            asked.TrySetResult();
            return new(never.Task);
        };
        BobHandler.RequestReceived = request => Refuse(request, Nonce());
        Task<SipResponse> asking = Alice.SendAsync(new SipRequest(SipMethod.Options, BobUri));
        await Within(asked.Task);
        Clock.Advance(TimeSpan.FromSeconds(31));
        await Alice.BarrierAsync();
        Assert.That(asking.IsCompleted, Is.False);
        Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.That((await Within(asking)).StatusCode, Is.EqualTo(401));
        await RunAsync(1);
    }

    [Test]
    public async Task A_call_given_up_while_the_SIM_thinks_is_cancelled_and_not_sent_again()
    {
        var thinking = new TaskCompletionSource<AkaAnswer>();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _sim = (_, _) =>
        {
            asked.TrySetResult();
            return new(thinking.Task);
        };
        BobHandler.InviteReceived = static invite =>
        {
            invite.Ring();
            invite.Reject(401, edit: static response => response.Headers.Add("WWW-Authenticate", Challenge(Nonce())));
        };
        OutgoingInvite call = Alice.Invite(NewInvite());
        await Within(asked.Task);
        call.Cancel();
        await Alice.BarrierAsync();
        thinking.SetResult(AkaAnswer.Respond(Res));
        Assert.That(await Within(call.Result), Is.TypeOf<InviteOutcome.Cancelled>());
        await SettleAsync();
        Assert.That(Network.Named("INVITE").Count(), Is.EqualTo(1));
        Assert.That(Network.Names, Does.Not.Contain("CANCEL"), "nothing is there to be cancelled");
    }

    [Test]
    [Category("AUTH-008")]
    public async Task A_call_is_made_with_it_and_its_ACK_shows_it()
    {
        BobHandler.InviteReceived = static invite =>
        {
            if (invite.Request.Headers.GetString("Authorization") is { } given && Value(given, "response") == Expected(given, Res, "INVITE"))
            {
                invite.AcceptAsync("v=0"u8.ToArray(), Sdp);
            }
            else
            {
                invite.Reject(401, edit: static response => response.Headers.Add("WWW-Authenticate", Challenge(Nonce())));
            }
        };
        OutgoingInvite call = Alice.Invite(NewInvite());
        await SettleAsync();
        var outcome = (InviteOutcome.Accepted)await Within(call.Result);
        Assert.That(Network.Named("ACK").Last().Message.Headers.GetString("Authorization"), Does.Contain("AKAv1-MD5"));
        Task bye = outcome.Dialog.ByeAsync();
        await SettleAsync();
        await Within(bye);
        Assert.That(_asked, Has.Count.EqualTo(1));
    }

    [TestCase("Digest realm=\"ims.example\", nonce=\"n\", algorithm=MD5, qop=\"auth\"")]
    [TestCase("Digest realm=\"evil.example\", nonce=\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\", algorithm=AKAv1-MD5")]
    [TestCase("Digest realm=\"ims.example\", nonce=\"no base64!\", algorithm=AKAv1-MD5")]
    [TestCase("Digest realm=\"ims.example\", nonce=\"AAAA\", algorithm=AKAv1-MD5")]
    [TestCase("Digest realm=\"ims.example\", nonce=\"\", algorithm=AKAv1-MD5")]
    [Category("AUTH-006")]
    public async Task What_is_no_question_for_a_SIM_is_not_put_to_it(string challenge)
    {
        BobHandler.RequestReceived = request => RefuseWith(request, challenge);
        Assert.That((await AskAsync()).StatusCode, Is.EqualTo(401));
        Assert.That(_asked, Is.Empty);
    }

    [Test]
    [Category("AUTH-006")]
    public async Task Of_several_challenges_the_SIM_takes_its_own()
    {
        BobHandler.RequestReceived = request =>
        {
            if (request.Request.Headers.Contains("Authorization"))
            {
                Demand(request, Nonce());
                return;
            }

            SipResponse response = request.CreateResponse(401);
            response.Headers.Add("WWW-Authenticate", "Digest realm=\"ims.example\", nonce=\"n\", algorithm=SHA-256, qop=\"auth\"");
            response.Headers.Add("WWW-Authenticate", Challenge(Nonce()));
            request.Respond(response);
        };
        Assert.That((await AskAsync()).StatusCode, Is.EqualTo(200));
    }

    [Test]
    public void Only_answers_of_a_SIMs_lengths_are_taken()
    {
        Assert.That(() => AkaAnswer.Respond(new byte[3]), Throws.ArgumentException);
        Assert.That(() => AkaAnswer.Respond(new byte[17]), Throws.ArgumentException);
        Assert.That(() => AkaAnswer.Resynchronize(new byte[13]), Throws.ArgumentException);
    }

    protected override SipUserAgentOptions AliceOptions(SipUserAgentOptions options) => options with
    {
        Credentials = SipCredentials.FromSim(User, (challenge, cancellationToken) =>
        {
            _asked.Add($"{Convert.ToHexString(challenge.Rand.Span)}{Convert.ToHexString(challenge.Autn.Span)} {challenge.Realm}");
            return _sim(challenge, cancellationToken);
        }),
    };

    private async Task<SipResponse> AskAsync()
    {
        Task<SipResponse> asked = Alice.SendAsync(new SipRequest(SipMethod.Options, BobUri));
        await SettleAsync();
        return await Within(asked);
    }

    // RAND, AUTN and something of the server's own.
    private static string Nonce(byte server = 0) => Convert.ToBase64String([.. Rand, .. Autn, 1, 2, server]);

    private static string Challenge(string nonce) => $"Digest realm=\"ims.example\", nonce=\"{nonce}\", algorithm=AKAv1-MD5, qop=\"auth\"";

    private static void Refuse(IncomingRequest request, string nonce) => RefuseWith(request, Challenge(nonce));

    private static void RefuseWith(IncomingRequest request, string challenge)
    {
        SipResponse response = request.CreateResponse(401);
        response.Headers.Add("WWW-Authenticate", challenge);
        request.Respond(response);
    }

    private static void Demand(IncomingRequest request, string nonce)
    {
        string given = request.Request.Headers.GetString("Authorization") ?? string.Empty;
        if (given.Length > 0 && Value(given, "nonce") == nonce && Value(given, "response") == Expected(given, Res, request.Request.Method.Name))
        {
            request.Respond(200);
        }
        else
        {
            Refuse(request, nonce);
        }
    }

    // What a server computes, written without a line of the library: RFC 2617 with octets for a password.
    private static string Expected(string given, byte[] key, string method)
    {
        string secret = Md5([.. Encoding.ASCII.GetBytes($"{Value(given, "username")}:{Value(given, "realm")}:"), .. key]);
        string request = Md5(Encoding.ASCII.GetBytes($"{method}:{Value(given, "uri")}"));
        return Md5(Encoding.ASCII.GetBytes($"{secret}:{Value(given, "nonce")}:{Count().Match(given).Groups[1].Value}:{Value(given, "cnonce")}:auth:{request}"));
    }

    [SuppressMessage("Security", "CA5351", Justification = "It is what RFC 3310 asks for.")]
    private static string Md5(byte[] octets) => Convert.ToHexStringLower(MD5.HashData(octets));

    private static string Value(string header, string name) => Regex.Match(header, $"[ ,]{name}=\"([^\"]*)\"").Groups[1].Value;

    [GeneratedRegex("nc=([0-9a-f]{8})")]
    private static partial Regex Count();
}
