using System.Text;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sharing.Calls;

/// <summary>The capability query as both sides speak it.</summary>
[TestFixture]
public sealed class CapabilityQueryTests
{
    private static IEnumerable<TestCaseData> Profiles()
    {
        yield return new TestCaseData(ImageShareProfile.Rcs2, null).SetArgDisplayNames("no call");
        yield return new TestCaseData(ImageShareProfile.RcsE, "*;+g.3gpp.cs-voice").SetArgDisplayNames("circuit-switched call");
        yield return new TestCaseData(
            ImageShareProfile.RcsE with { CsVoice = false, PsVoice = true },
            "*;+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\"").SetArgDisplayNames("packet-switched call");
    }

    [TestCaseSource(nameof(Profiles))]
    [Category("IS-008")]
    public async Task The_query_asks_for_the_voice_call_of_the_network_and_not_for_the_service(ImageShareProfile profile, string? wanted)
    {
        await using SharePair pair = await SharePair.StartAsync(alice: o => o with { Profile = profile });
        ImageShareCapabilities capabilities = await pair.Alice.QueryCapabilitiesAsync(pair.Bob.Address).WaitAsync(SharePair.Patience);
        Assert.That(SipReader.TryReadDatagram(pair.FirstSent("OPTIONS").Bytes, null, out SipMessage? query, out _), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(query!.Headers.GetString("Accept-Contact"), Is.EqualTo(wanted));
            Assert.That(query.Headers.AcceptContacts.Any(a => a.Features.HasImageShare || a.Explicit || a.Require), Is.False);
            Assert.That(capabilities.CanShareImages, Is.True);
        });
    }

    [TestCase("404 Not Found")]
    [TestCase("405 Method Not Allowed")]
    [TestCase("486 Busy Here")]
    [TestCase("501 Not Implemented")]
    [TestCase("603 Decline")]
    [Category("IS-022")]
    public async Task Any_other_refusal_means_not_capable_at_once(string status)
    {
        (ImageShareClient alice, RawPhone phone, ManualTimeProvider time) = await StartAsync();
        await using (alice)
        await using (phone)
        {
            Task<ImageShareCapabilities> asking = alice.QueryCapabilitiesAsync(phone.Address);
            await phone.RespondAsync(await phone.ReceiveAsync("OPTIONS"), status, extra: "Retry-After: 1\r\n");
            ImageShareCapabilities capabilities = await asking.WaitAsync(SharePair.Patience);
            Assert.Multiple(() =>
            {
                Assert.That(capabilities.CanShareImages, Is.False);
                Assert.That($"{capabilities.SipStatus}", Is.EqualTo(status[..3]));
                Assert.That(time.Elapsed, Is.EqualTo(TimeSpan.Zero));
            });
        }
    }

    // What the 200 has in its Contact and as its body; whether it says anything of what its sender can do.
    [TestCase("", null, ImageShareSupport.Unknown)]
    [TestCase(";expires=60;+sip.instance=\"<urn:uuid:1>\"", null, ImageShareSupport.Unknown)]
    [TestCase(";+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi.mmtel\"", null, ImageShareSupport.No)]
    [TestCase(";+g.oma.sip-im", null, ImageShareSupport.No)]
    [TestCase("", "m=audio 0 RTP/AVP 0\r\n", ImageShareSupport.No)]
    [TestCase("", "m=message 0 TCP/MSRP *\r\na=accept-types:text/plain\r\n", ImageShareSupport.No)]
    [TestCase("", "m=message 0 TCP/MSRP *\r\na=accept-types:image/png\r\na=file-selector\r\n", ImageShareSupport.Yes)]
    [TestCase(";+g.3gpp.iari-ref=\"urn%3Aurn-7%3A3gpp-application.ims.iari.gsma-is\"", null, ImageShareSupport.Yes)]
    [Category("IS-012")]
    public async Task A_200_that_says_nothing_is_told_apart_from_a_no(string tags, string? media, ImageShareSupport support)
    {
        (ImageShareClient alice, RawPhone phone, _) = await StartAsync();
        await using (alice)
        await using (phone)
        {
            async Task AnswerAsync() => await phone.SendAsync(
                alice.Address,
                phone.Response(await phone.ReceiveAsync("OPTIONS"), "200 OK", media is null ? null : phone.Sdp(string.Empty, media))
                    .Replace($"Contact: <{phone.Address}>", $"Contact: <{phone.Address}>{tags}", StringComparison.Ordinal));
            Task<ImageShareCapabilities> asking = alice.QueryCapabilitiesAsync(phone.Address);
            await AnswerAsync();
            ImageShareCapabilities capabilities = await asking.WaitAsync(SharePair.Patience);
            Assert.That((capabilities.Support, capabilities.CanShareImages), Is.EqualTo((support, support is ImageShareSupport.Yes)));
            if (support is ImageShareSupport.Yes)
            {
                return;
            }

            await using ImageShareSession session = await alice.ShareAsync(phone.Address, SharePair.Image(TestImage.Png(1000)));
            await AnswerAsync();
            ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
            Assert.That(result.Error, Is.EqualTo(support is ImageShareSupport.Unknown ? ImageShareError.CapabilityUnknown : ImageShareError.NotCapable));
            Assert.That(result.Message, support is ImageShareSupport.Unknown ? Does.Contain("--no-query").And.Contain("QueryFirst") : Does.Not.Contain("--no-query"));
        }
    }

    // Why the credentials were not shown, or not taken, is said.
    [TestCase(null, "Digest realm=\"ims.example\", nonce=\"n\", qop=\"auth\"", "asks for a user name and a password for the realm 'ims.example'")]
    [TestCase("secret", "Digest realm=\"asterisk\", nonce=\"n\", qop=\"auth\"", "asks for credentials of the realm 'asterisk', and the configured ones are for 'ims.example'; they were not shown")]
    [TestCase("secret", "Digest realm=\"192.0.2.1\", nonce=\"n\"", "asks for credentials of the realm '192.0.2.1'")]
    [TestCase("secret", null, "its answer has no challenge")]
    [TestCase("secret", "Digest realm=\"ims.example\", nonce=\"n\", algorithm=MD4", "in a way that is not supported here")]
    [TestCase("secret", "Digest realm=\"ims.example\", nonce=\"n\", qop=\"auth-int\"", "in a way that is not supported here")]
    [TestCase("secret", "Basic realm=\"ims.example\"", "in a way that is not supported here")]
    [TestCase("secret", "Digest realm=\"ims.example\", nonce=\"n\", qop=\"auth\"", "refuses these credentials for the realm 'ims.example'")]
    [Category("AUTH-004")]
    public async Task A_challenge_that_is_not_answered_says_why(string? password, string? challenge, string reason)
    {
        foreach (string status in new[] { "401 Unauthorized", "407 Proxy Authentication Required" })
        {
            foreach (bool isQuery in new[] { true, false })
            {
                var network = new InMemoryNetwork();
                await using var phone = new RawPhone(network);
                await using ImageShareClient alice = await ImageShareClient.StartAsync(new ImageShareOptions
                {
                    Identity = SipUri.Parse("sip:alice@ims.example"),
                    Network = network,
                    Transport = SipTransportChoice.Udp,
                    Credentials = password is null ? null : new Core.Sip.Authentication.SipCredentials("alice", password),
                });
                string method = isQuery ? "OPTIONS" : "INVITE";
                string header = challenge is null ? string.Empty : $"{(status[0..3] == "401" ? "WWW-Authenticate" : "Proxy-Authenticate")}: {challenge}\r\n";
                await using ImageShareSession session = await alice.ShareAsync(phone.Address, SharePair.Image(TestImage.Png(1000)), new ShareSettings { QueryFirst = isQuery });
                await phone.RespondAsync(await phone.ReceiveAsync(method), status, extra: header);
                if (reason.StartsWith("refuses", StringComparison.Ordinal))
                {
                    string again;
                    while (!(again = await phone.ReceiveAsync(method)).Contains("uthorization: Digest", StringComparison.Ordinal))
                    {
                    }

                    await phone.RespondAsync(again, status, extra: header);
                }

                ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
                Assert.That(result.Error, Is.EqualTo(ImageShareError.AuthenticationFailed), result.Message);
                Assert.That(result.Message, Does.Contain(reason));
            }
        }
    }

    [TestCase("asterisk", "asterisk", true)]
    [TestCase("ASTERISK", "asterisk", true)]
    [TestCase("*", "asterisk", true)]
    [TestCase(null, "ims.example", true)]
    [TestCase(null, "asterisk", false)]
    [TestCase("asterisk", "ims.example", false)]
    [Category("AUTH-004")]
    public async Task A_realm_that_is_named_is_answered_and_every_other_is_not(string? realm, string challenged, bool isAnswered)
    {
        var network = new InMemoryNetwork();
        await using var phone = new RawPhone(network);
        await using ImageShareClient alice = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:alice@ims.example"),
            Network = network,
            Transport = SipTransportChoice.Udp,
            Credentials = new Core.Sip.Authentication.SipCredentials("alice", "secret", realm),
        });
        Task<ImageShareCapabilities> asking = alice.QueryCapabilitiesAsync(phone.Address);
        await phone.RespondAsync(await phone.ReceiveAsync("OPTIONS"), "401 Unauthorized", extra: $"WWW-Authenticate: Digest realm=\"{challenged}\", nonce=\"n1\", qop=\"auth\"\r\n");
        if (isAnswered)
        {
            string again = await phone.ReceiveAsync("OPTIONS");
            Assert.That(RawPhone.Header(again, "Authorization"), Does.Contain($"realm=\"{challenged}\""));
            await phone.RespondAsync(again, "200 OK");
        }

        Assert.That((await asking.WaitAsync(SharePair.Patience)).SipStatus, Is.EqualTo(isAnswered ? 200 : 401));
    }

    [Test]
    [Category("IS-022")]
    public async Task A_peer_that_is_not_available_is_asked_again_after_10_and_20_seconds()
    {
        (ImageShareClient alice, RawPhone phone, ManualTimeProvider time) = await StartAsync();
        await using (alice)
        await using (phone)
        {
            Task<ImageShareCapabilities> asking = alice.QueryCapabilitiesAsync(phone.Address);
            Task<List<TimeSpan>> answering = AnswerAsync(phone, time, 3);
            ImageShareCapabilities capabilities = await time.DriveAsync(asking).WaitAsync(SharePair.Patience);
            List<TimeSpan> asked = await answering.WaitAsync(SharePair.Patience);
            Assert.Multiple(() =>
            {
                Assert.That(capabilities.CanShareImages, Is.False);
                Assert.That(capabilities.SipStatus, Is.EqualTo(480));
                Assert.That(asked, Has.Count.EqualTo(3));
                Assert.That(asked[1] - asked[0], Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(10)));
                Assert.That(asked[2] - asked[1], Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(20)));
            });
        }
    }

    [Test]
    [Category("IS-022")]
    public async Task A_peer_that_becomes_available_is_capable()
    {
        (ImageShareClient alice, RawPhone phone, ManualTimeProvider time) = await StartAsync();
        await using (alice)
        await using (phone)
        {
            Task<ImageShareCapabilities> asking = alice.QueryCapabilitiesAsync(phone.Address);
            await phone.RespondAsync(await phone.ReceiveAsync("OPTIONS"), "480 Temporarily Unavailable");
            string again = await time.DriveAsync(phone.ReceiveAsync("OPTIONS")).WaitAsync(SharePair.Patience);

            // From here on no clock has to move, and none that does could make the answer late.
            await phone.RespondAsync(again, "200 OK", phone.Sdp("a=accept-types:image/jpeg\r\na=file-selector\r\n", "m=message 0 TCP/MSRP *\r\n"));
            ImageShareCapabilities capabilities = await asking.WaitAsync(SharePair.Patience);
            Assert.That(capabilities.Evidence, Is.EqualTo(CapabilityEvidence.Sdp));
        }
    }

    [Test]
    [Category("IS-022")]
    public async Task Retry_After_takes_the_place_of_the_configured_delay()
    {
        (ImageShareClient alice, RawPhone phone, ManualTimeProvider time) = await StartAsync([TimeSpan.FromSeconds(100)]);
        await using (alice)
        await using (phone)
        {
            Task<ImageShareCapabilities> asking = alice.QueryCapabilitiesAsync(phone.Address);
            Task<List<TimeSpan>> answering = AnswerAsync(phone, time, 2, "Retry-After: 3\r\n");
            await time.DriveAsync(asking).WaitAsync(SharePair.Patience);
            List<TimeSpan> asked = await answering.WaitAsync(SharePair.Patience);
            Assert.That(asked[1] - asked[0], Is.InRange(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(99)));
        }
    }

    [TestCase(0, "")]
    [TestCase(3, "Retry-After: 86400\r\n")]
    [Category("IS-022")]
    public async Task Without_repetitions_or_when_asked_for_too_much_patience_480_is_the_answer(int repetitions, string retryAfter)
    {
        (ImageShareClient alice, RawPhone phone, ManualTimeProvider time) = await StartAsync([.. Enumerable.Repeat(TimeSpan.FromSeconds(1), repetitions)]);
        await using (alice)
        await using (phone)
        {
            Task<ImageShareCapabilities> asking = alice.QueryCapabilitiesAsync(phone.Address);
            await phone.RespondAsync(await phone.ReceiveAsync("OPTIONS"), "480 Temporarily Unavailable", extra: retryAfter);
            Assert.That((await asking.WaitAsync(SharePair.Patience)).SipStatus, Is.EqualTo(480));
            Assert.That(time.Elapsed, Is.EqualTo(TimeSpan.Zero));
        }
    }

    [Test]
    public void More_than_three_repetitions_are_refused() => Assert.That(
        () => ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:alice@ims.example"),
            Limits = ImageShareLimits.Default with { QueryRetryDelays = [.. Enumerable.Repeat(TimeSpan.FromSeconds(1), 4)] },
        }),
        Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public async Task Giving_up_ends_the_wait_between_two_queries()
    {
        (ImageShareClient alice, RawPhone phone, _) = await StartAsync();
        await using (alice)
        await using (phone)
        {
            using var givingUp = new CancellationTokenSource();
            Task<ImageShareCapabilities> asking = alice.QueryCapabilitiesAsync(phone.Address, givingUp.Token);
            await phone.RespondAsync(await phone.ReceiveAsync("OPTIONS"), "480 Temporarily Unavailable");
            await givingUp.CancelAsync();
            Assert.That(async () => await asking.WaitAsync(SharePair.Patience), Throws.InstanceOf<OperationCanceledException>());
        }
    }

    [TestCase("", true)]
    [TestCase("Accept: application/sdp\r\n", true)]
    [TestCase("Accept: text/plain, application/SDP;q=0.2\r\n", true)]
    [TestCase("Accept: application/*\r\n", true)]
    [TestCase("Accept: */*\r\n", true)]
    [TestCase("Accept: text/plain\r\n", false)]
    [TestCase("Accept: application/pidf+xml\r\n", false)]
    [TestCase("Accept:\r\n", false)]
    [Category("IS-026")]
    public async Task The_answer_has_a_body_unless_the_query_excludes_it(string accept, bool hasBody)
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        await phone.SendAsync(pair.Bob.Address, phone.Request("OPTIONS", pair.Bob.Address, "query", extra: accept));
        SipMessage answer = Read(await phone.ReceiveAsync("SIP/2.0 200", "query"));
        Assert.Multiple(() =>
        {
            Assert.That(answer.Body.IsEmpty, Is.Not.EqualTo(hasBody));
            Assert.That(answer.Headers.Contains("Content-Type"), Is.EqualTo(hasBody));
            Assert.That(answer.Headers.GetString("Contact"), Does.Contain("gsma-is"));
        });
    }

    [TestCase(false, false)]
    [TestCase(false, true)]
    [TestCase(true, false)]
    [TestCase(true, true)]
    [Category("IS-027")]
    public async Task A_query_is_answered_in_a_dialog_and_outside_with_and_without_SDP(bool inDialog, bool withBody)
    {
        var network = new InMemoryNetwork();
        await using SharePair pair = await SharePair.StartAsync(network);
        await using var phone = new RawPhone(network);
        Task<string> inviting = phone.InviteAsync(pair.Bob.Address, "call", phone.Offer("name:\"a.png\" type:image/png size:1000"));
        await using ImageShareSession session = await (await pair.NextInvitationAsync()).AcceptAsync(pair.Store);
        string accepted = await inviting;
        string body = phone.Sdp("a=accept-types:image/jpeg\r\na=file-selector\r\n", "m=message 0 TCP/MSRP *\r\n");
        string query = phone.Request(
            "OPTIONS", pair.Bob.Address, inDialog ? "call" : "query", inDialog ? RawPhone.TagOf(accepted) : null, number: 2, body: withBody ? body : null);

        // A contact that would lead the peer's BYE astray, were it taken for a new one.
        await phone.SendAsync(pair.Bob.Address, query.Replace($"Contact: <{phone.Address}>", "Contact: <sip:elsewhere@127.0.0.1:9>", StringComparison.Ordinal));
        string answered = await phone.ReceiveAsync("SIP/2.0 ");
        Assert.That(RawPhone.Header(answered, "CSeq"), Is.EqualTo("2 OPTIONS"));
        SipMessage answer = Read(answered);
        Assert.Multiple(() =>
        {
            Assert.That(((SipResponse)answer).StatusCode, Is.EqualTo(200));
            Assert.That(answer.Headers.GetString("Contact"), Does.Contain("gsma-is"));
            Assert.That(Encoding.UTF8.GetString(answer.Body.Span), Does.Contain("a=file-selector\r\n"));
            Assert.That(session.Completion.IsCompleted, Is.False);
        });

        Task<ImageShareResult> cancelling = session.CancelAsync();
        string bye = await phone.ReceiveAsync("BYE", "call");
        await phone.RespondAsync(bye, "200 OK");
        Assert.That((await cancelling.WaitAsync(SharePair.Patience)).State, Is.EqualTo(ImageShareState.Cancelled));
        Assert.That(bye, Does.StartWith($"BYE {phone.Address} "));
    }

    // Answers so many queries with 480; says when each was asked.
    private static async Task<List<TimeSpan>> AnswerAsync(RawPhone phone, ManualTimeProvider time, int count, string extra = "")
    {
        var asked = new Dictionary<string, TimeSpan>();
        while (asked.Count < count)
        {
            string query = await phone.ReceiveAsync("OPTIONS");
            asked.TryAdd(RawPhone.Header(query, "Call-ID"), time.Elapsed);
            await phone.RespondAsync(query, "480 Temporarily Unavailable", extra: extra);
        }

        return [.. asked.Values];
    }

    private static async Task<(ImageShareClient Alice, RawPhone Phone, ManualTimeProvider Time)> StartAsync(IReadOnlyList<TimeSpan>? delays = null)
    {
        var network = new InMemoryNetwork();
        var time = new ManualTimeProvider();
        ImageShareClient alice = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:alice@ims.example"),
            Network = network,
            TimeProvider = time,
            Limits = delays is null ? ImageShareLimits.Default : ImageShareLimits.Default with { QueryRetryDelays = delays },
        });
        return (alice, new RawPhone(network), time);
    }

    private static SipMessage Read(string text)
    {
        Assert.That(SipReader.TryReadDatagram(Encoding.UTF8.GetBytes(text), null, out SipMessage? message, out SipReadError? error), Is.True, error?.ToString());
        return message!;
    }
}
