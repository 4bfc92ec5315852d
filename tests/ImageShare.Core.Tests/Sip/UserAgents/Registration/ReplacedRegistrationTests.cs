using System.Net;
using System.Runtime.CompilerServices;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Headers;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Sip.Transport;
using ImageShare.Core.Sip.UserAgents;
using ImageShare.Core.Sip.UserAgents.Registration;
using ImageShare.Core.Sip.UserAgents.Settings;

namespace ImageShare.Core.Tests.Sip.UserAgents.Registration;

/// <summary>An agent has one registration at a time; whoever still has the one before does no harm with it.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ReplacedRegistrationTests
{
    private static readonly SipRegistrationOptions Shorter = new() { Expiry = TimeSpan.FromMinutes(10) };

    private readonly BreakableNetwork _network = new();

    private (SipTransport Transport, SipUserAgent Agent) Start(TestRegistrar registrar)
    {
        SipTransport transport = SipTransport.Create(_network, new SipTransportOptions { LocalEndPoint = new IPEndPoint(IPAddress.Loopback, 0) });
        var options = new SipUserAgentOptions { Identity = new NameAddress(SipUri.Parse("sip:alice@ims.example")), Route = [registrar.Proxy("tcp")] };
        return (transport, SipUserAgent.Start(transport, options, new RecordingHandler()));
    }

    private static Task<T> Within<T>(Task<T> task) => task.WaitAsync(SharePair.Patience);

    [Test]
    [Category("REG-002")]
    public async Task The_one_before_cannot_begin_again()
    {
        await using var registrar = new TestRegistrar(_network);
        (SipTransport transport, SipUserAgent agent) = Start(registrar);
        await using SipTransport network = transport;
        await using SipUserAgent alice = agent;
        SipRegistration before = alice.GetRegistration();
        SipRegistration after = alice.GetRegistration(Shorter);
        ImageShareException error = (await Assert.ThrowsAsync<ImageShareException>(async () => await Within(before.RegisterAsync())))!;
        Assert.That((error.Error, (await Within(after.RegisterAsync())).IsRegistered), Is.EqualTo((ImageShareError.InvalidState, true)));
        Assert.That(registrar.Registers, Has.Length.EqualTo(1));
    }

    [Test]
    [Category("REG-014")]
    public async Task To_end_the_one_before_again_does_not_hide_a_lost_connection_from_the_next()
    {
        await using var registrar = new TestRegistrar(_network) { SupportsOutbound = true };
        (SipTransport transport, SipUserAgent agent) = Start(registrar);
        await using SipTransport network = transport;
        await using SipUserAgent alice = agent;
        SipRegistration before = alice.GetRegistration();
        await Within(before.RegisterAsync());
        await Within(before.UnregisterAsync());
        await Within(alice.GetRegistration(Shorter).RegisterAsync());
        await Within(before.UnregisterAsync());
        _network.BreakAll();
        Assert.That((await registrar.WaitForAsync(4))[^1].Headers.GetString("Expires"), Is.EqualTo("600"));
    }

    [Test]
    [Category("REG-002")]
    public async Task Nothing_remembers_the_one_before()
    {
        await using var registrar = new TestRegistrar(_network);
        (SipTransport transport, SipUserAgent agent) = Start(registrar);
        await using SipTransport network = transport;
        await using SipUserAgent alice = agent;
        WeakReference before = await UseAsync(alice);
        await Within(alice.GetRegistration(Shorter).RegisterAsync());
        for (int i = 0; i < 100 && before.IsAlive; i++)
        {
            await Task.Delay(10);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.That(before.IsAlive, Is.False);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> UseAsync(SipUserAgent alice)
    {
        SipRegistration registration = alice.GetRegistration();
        await Within(registration.RegisterAsync());
        await Within(registration.UnregisterAsync());
        return new WeakReference(registration);
    }
}
