using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Registration;

namespace ImageShare.Core.Tests.Interop;

/// <summary>sipp as a registrar, for the answers that kamailio does not give.</summary>
[TestFixture]
[Category("Interop")]
public sealed class SippRegistrarTests
{
    [TestCase(false)]
    [TestCase(true)]
    [Category("REG-003")]
    [Category("REG-005")]
    public async Task A_registration_that_was_too_brief_is_asked_for_again_and_found_among_others(bool tcp)
    {
        await using Sipp sipp = await Sipp.AwaitCallAsync("register-too-brief", tcp);
        await using ImageShareClient alice = await StartAsync(sipp, tcp);
        SipRegistrationState state = await alice.RegisterAsync(new SipRegistrationOptions { Expiry = TimeSpan.FromMinutes(1) }).WaitAsync(ChildProcess.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(state.BindingCount, Is.EqualTo(3));
            Assert.That(state.Bindings.Select(b => b.IsOwn), Is.EqualTo([false, true, false]));
            Assert.That(state.Bindings[1].Expiry, Is.EqualTo(TimeSpan.FromMinutes(30)));
            Assert.That(state.Bindings[0].InstanceId, Is.EqualTo("urn:uuid:00000000-0000-1000-8000-000000000001"));
        });
        SipRegistrationState ended = await alice.UnregisterAsync().WaitAsync(ChildProcess.Patience);
        Assert.That((ended.Status, ended.Message), Is.EqualTo((SipRegistrationStatus.Unregistered, (string?)null)));
        await sipp.SucceedsAsync();
    }

    [TestCase("301 Moved Permanently", "Contact: <sip:registrar2.ims.example>", SipRegistrationStatus.Refused, "it is now at sip:registrar2.ims.example")]
    [TestCase("305 Use Proxy", "Supported: path", SipRegistrationStatus.Refused, "it has moved")]
    [TestCase("404 Not Found", "Supported: path", SipRegistrationStatus.Refused, "it does not know this user")]
    [TestCase("501 Not Implemented", "Supported: path", SipRegistrationStatus.Refused, "it is no registrar")]
    [TestCase("423 Interval Too Brief", "Supported: path", SipRegistrationStatus.Refused, "grants no expiry")]
    [TestCase("503 Service Unavailable", "Retry-After: 3600", SipRegistrationStatus.Lost, "overloaded")]
    [TestCase("500 Server Internal Error", "Supported: path", SipRegistrationStatus.Lost, "a fault of its own")]
    [TestCase("200 OK", "Supported: path", SipRegistrationStatus.Lost, "without any binding")]
    [TestCase("200 OK", "Contact: <sip:alice@192.0.2.98>;expires=3600", SipRegistrationStatus.Lost, "not of this client")]
    [Category("REG-010")]
    [Category("REG-011")]
    [Category("REG-018")]
    public async Task An_answer_that_registers_nobody_is_told_in_words(string answer, string row, SipRegistrationStatus status, string words)
    {
        await using Sipp sipp = await Sipp.AwaitCallAsync("register-refused", tcp: false, ("answer", answer), ("row", row));
        await using ImageShareClient alice = await StartAsync(sipp, tcp: false);
        DateTimeOffset began = DateTimeOffset.UtcNow;
        ImageShareException? refused = await Assert.ThrowsAsync<ImageShareException>(() => alice.RegisterAsync().WaitAsync(ChildProcess.Patience));
        Assert.Multiple(() =>
        {
            Assert.That(refused!.Message, Does.Contain(words));
            Assert.That(alice.Registration.Status, Is.EqualTo(status));
            Assert.That(alice.Registration.RetryAt is null, Is.EqualTo(status == SipRegistrationStatus.Refused));
            Assert.That(alice.Registration.RetryAt - began, row.StartsWith("Retry-After", StringComparison.Ordinal) ? Is.GreaterThanOrEqualTo(TimeSpan.FromHours(1)) : Is.Null.Or.GreaterThan(TimeSpan.FromSeconds(20)));
        });
        await sipp.SucceedsAsync();
    }

    private static Task<ImageShareClient> StartAsync(Sipp sipp, bool tcp) => ImageShareClient.StartAsync(new ImageShareOptions
    {
        Identity = SipUri.Parse("sip:alice@ims.example"),
        Network = SystemNetwork.Instance,
        Route = [SipUri.Parse($"sip:127.0.0.1:{sipp.Port};transport={(tcp ? "tcp" : "udp")};lr")],
        Transport = tcp ? SipTransportChoice.Tcp : SipTransportChoice.Udp,
    });
}
