using System.Net;
using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Tests.Net;
using ImageShare.Core.Tests.Testing;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Tests.Sharing.Registration;

/// <summary>What time, lost connections and absent registrars do to a registration, with a clock that only the test moves.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RegistrationOverTimeTests
{
    private readonly BreakableNetwork _network = new();
    private readonly ManualTimeProvider _clock = new();
    private readonly JumpingTime _time;

    public RegistrationOverTimeTests() => _time = new JumpingTime(_clock);

    private Task<ImageShareClient> StartAsync(TestRegistrar registrar, SipRegistrationOptions? registration = null, string? transport = null, Func<ImageShareOptions, ImageShareOptions>? with = null)
    {
        var options = new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:alice@ims.example"),
            Network = _network,
            TimeProvider = _time,
            Route = [registrar.Proxy(transport)],
            Registration = registration ?? new SipRegistrationOptions(),
            Transport = transport is null ? SipTransportChoice.BySize : SipTransportChoice.Tcp,
        };
        return ImageShareClient.StartAsync(with is null ? options : with(options));
    }

    private static Task<T> Within<T>(Task<T> task) => task.WaitAsync(SharePair.Patience);

    private async Task UntilAsync(Func<bool> holds, string what, double stepSeconds = 0)
    {
        using var patience = new CancellationTokenSource(SharePair.Patience);
        while (!holds())
        {
            Assert.That(patience.IsCancellationRequested, Is.False, what);
            await Calm.ComesAsync();
            _clock.Advance(TimeSpan.FromSeconds(stepSeconds));
        }
    }

    [Test]
    [Category("REG-004")]
    [Category("Load")]
    public async Task A_registration_is_refreshed_for_days()
    {
        await using var registrar = new TestRegistrar(_network);
        await using ImageShareClient alice = await StartAsync(registrar);
        List<SipRegistrationStatus> seen = [];
        alice.RegistrationChanged += (_, state) => seen.Add(state.Status);
        await Within(alice.RegisterAsync());
        int before = registrar.Registers.Length;
        for (int minute = 0; minute < 2 * 24 * 60; minute += 5)
        {
            _clock.Advance(TimeSpan.FromMinutes(5));
            await Calm.ComesAsync();
            await UntilAsync(() => alice.Registration.RegisteredUntil > _time.GetUtcNow(), "refreshed in time");
        }

        Assert.Multiple(() =>
        {
            Assert.That(registrar.Registers.Length - before, Is.InRange(48 * 60 / 55, 48 * 60 / 40), "every 45 to 50 minutes, as far as a step of five allows");
            Assert.That(seen, Does.Not.Contain(SipRegistrationStatus.Lost));
        });
    }

    [TestCase(2 * 3600, Description = "a machine that slept for two hours")]
    [TestCase(365 * 86400, Description = "a clock that was set right")]
    [Category("REG-020")]
    public async Task After_a_jump_of_the_time_of_day_it_is_refreshed_within_a_minute_and_not_called_lost(double seconds)
    {
        await using var registrar = new TestRegistrar(_network);
        await using ImageShareClient alice = await StartAsync(registrar);
        await Within(alice.RegisterAsync());
        List<SipRegistrationStatus> seen = [];
        alice.RegistrationChanged += (_, state) => seen.Add(state.Status);
        int before = registrar.Registers.Length;
        _time.Jump = TimeSpan.FromSeconds(seconds);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await registrar.WaitForAsync(before + 1);
        await UntilAsync(() => alice.Registration.RegisteredUntil > _time.GetUtcNow(), "refreshed");
        Assert.That(seen, Is.All.EqualTo(SipRegistrationStatus.Registered));
    }

    [Test]
    [Category("REG-020")]
    public async Task When_the_time_of_day_is_set_back_the_refresh_comes_all_the_same()
    {
        await using var registrar = new TestRegistrar(_network);
        await using ImageShareClient alice = await StartAsync(registrar);
        await Within(alice.RegisterAsync());
        int before = registrar.Registers.Length;
        _time.Jump = TimeSpan.FromDays(-300);
        await UntilAsync(() => registrar.Registers.Length > before, "refreshed", stepSeconds: 60);
        Assert.That(_clock.Elapsed, Is.LessThan(TimeSpan.FromMinutes(55)));
    }

    [Test]
    [Category("REG-009")]
    [Category("REG-019")]
    [Category("Load")]
    public async Task A_registrar_that_is_gone_for_hours_is_asked_seldom_and_found_again()
    {
        using var metrics = new CountedMetrics();
        var log = new CapturingLoggerFactory();
        await using var registrar = new TestRegistrar(_network);
        await using ImageShareClient alice = await StartAsync(registrar, with: o => o with { LoggerFactory = log });
        await Within(alice.RegisterAsync());
        bool isGone = true;
        registrar.Answer = (_, _, ok) => isGone ? null : ok;
        await UntilAsync(() => alice.Registration.Status == SipRegistrationStatus.Lost, "lost", stepSeconds: 20);
        SipRegistrationState lost = alice.Registration;
        Assert.Multiple(() =>
        {
            Assert.That((lost.Error, lost.BindingCount, lost.RegisteredUntil), Is.EqualTo((ImageShareError.NoAnswer, 0, (DateTimeOffset?)null)));
            Assert.That(lost.Message, Does.StartWith("Nobody answered the REGISTER to sip:ims.example in time"));
            Assert.That(lost.RetryAt, Is.GreaterThan(_time.GetUtcNow()));
            Assert.That(log.From(LogLevel.Warning), Has.Some.Contains("The registration is lost: NoAnswer. Nobody reaches this client"));
            Assert.That(log.From(LogLevel.Debug), Has.None.Contains("ims.example"), "whose registration it is stands at Trace only");
        });
        metrics.AssertCounted("sip.registrations.lost error=NoAnswer");
        TimeSpan since = _clock.Elapsed;
        int before = registrar.Registers.Select(r => r.Headers.CSeq!.Number).Distinct().Count();
        await UntilAsync(() => _clock.Elapsed - since > TimeSpan.FromHours(5), "five hours", stepSeconds: 30);
        int attempts = registrar.Registers.Select(r => r.Headers.CSeq!.Number).Distinct().Count() - before;
        Assert.That(attempts, Is.InRange(8, 24), "every 15 to 30 minutes in the end");
        isGone = false;
        await UntilAsync(() => alice.Registration.IsRegistered, "registered again", stepSeconds: 30);
        Assert.That((alice.Registration.Message, alice.Registration.RetryAt), Is.EqualTo(((string?)null, (DateTimeOffset?)null)));
    }

    [Test]
    [Category("REG-010")]
    public async Task Retry_After_is_waited_for()
    {
        await using var registrar = new TestRegistrar(_network);
        registrar.Answer = (number, register, ok) =>
        {
            if (number > 1)
            {
                return ok;
            }

            SipResponse refusal = SipResponse.CreateFor(register, 503, toTag: "r");
            refusal.Headers.Add("Retry-After", "1000");
            return refusal;
        };
        await using ImageShareClient alice = await StartAsync(registrar);
        await UntilAsync(() => alice.Registration.RetryAt is not null, "waits");
        TimeSpan wait = alice.Registration.RetryAt!.Value - _time.GetUtcNow();
        Assert.That(wait.TotalSeconds, Is.InRange(1000, 1100));
        Assert.That((alice.Registration.Status, alice.Registration.SipStatus, alice.Registration.Error), Is.EqualTo((SipRegistrationStatus.Lost, 503, ImageShareError.RegistrationRefused)));
        _clock.Advance(wait);
        await UntilAsync(() => alice.Registration.IsRegistered, "registered", stepSeconds: 0.1);
    }

    [Test]
    [Category("REG-013")]
    [Category("REG-014")]
    [Category("REG-019")]
    public async Task A_lost_connection_is_replaced_by_another_with_the_same_flow()
    {
        await using var registrar = new TestRegistrar(_network, time: _time) { SupportsOutbound = true };
        await using ImageShareClient alice = await StartAsync(registrar, transport: "tcp");
        Assert.That((await Within(alice.RegisterAsync())).UsesOutbound, Is.True);
        List<SipRegistrationStatus> seen = [];
        alice.RegistrationChanged += (_, state) => seen.Add(state.Status);
        int before = registrar.Registers.Length;
        _network.BreakAll();
        await registrar.WaitForAsync(before + 1);
        await UntilAsync(() => alice.Registration.IsRegistered && seen.Count > 0, "registered again");
        SipRequest[] registers = registrar.Registers;
        Assert.Multiple(() =>
        {
            Assert.That(seen, Is.EqualTo(new[] { SipRegistrationStatus.Registering, SipRegistrationStatus.Registered }), "and until then it is known that nobody reaches this side");
            Assert.That(registers.Select(r => r.Headers.Contacts.Single().Parameters.GetValue("reg-id")), Is.All.EqualTo("1"));
            Assert.That(registers.Select(r => r.Headers.Contacts.Single().Parameters.GetValue("+sip.instance")).Distinct().Count(), Is.EqualTo(1));
            Assert.That(registers.Select(r => string.Join(',', r.Headers.Supported)), Is.All.EqualTo("path,outbound"));
            Assert.That(alice.Registration.BindingCount, Is.EqualTo(1));
        });
    }

    [Test]
    [Category("REG-014")]
    [Category("Load")]
    public async Task A_connection_that_is_lost_again_and_again_is_not_chased()
    {
        await using var registrar = new TestRegistrar(_network, time: _time) { SupportsOutbound = true };
        await using ImageShareClient alice = await StartAsync(registrar, transport: "tcp");
        await Within(alice.RegisterAsync());
        for (int second = 0; second < 3600; second += 5)
        {
            _network.BreakAll();
            await Calm.ComesAsync();
            _clock.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.That(registrar.Registers, Has.Length.InRange(4, 12));
    }

    [Test]
    [Category("REG-014")]
    public async Task Without_outbound_a_lost_connection_is_replaced_while_the_registration_goes_on()
    {
        await using var registrar = new TestRegistrar(_network, time: _time);
        await using ImageShareClient alice = await StartAsync(registrar, transport: "tcp");
        await Within(alice.RegisterAsync());
        List<SipRegistrationStatus> seen = [];
        alice.RegistrationChanged += (_, state) => seen.Add(state.Status);
        int before = registrar.Registers.Length;
        _network.BreakAll();
        await registrar.WaitForAsync(before + 1);
        await UntilAsync(() => seen.Count > 0, "refreshed");
        Assert.That(seen, Is.All.EqualTo(SipRegistrationStatus.Registered));
    }

    [Test]
    [Category("REG-014")]
    public async Task Who_can_be_reached_on_a_TLS_connection_only_is_lost_with_it_and_registers_another()
    {
        await using var registrar = new TestRegistrar(_network, time: _time, tls: new TlsOptions { Certificate = TestCertificates.Loopback });
        await using ImageShareClient alice = await StartAsync(registrar, with: o => o with
        {
            Transport = SipTransportChoice.Tls,
            Route = [SipUri.Parse("sip:127.0.0.1:5061;transport=tls;lr")],
            SipTls = new TlsOptions { TrustedRoots = [TestCertificates.Authority] },
        });
        SipUri first = (await Within(alice.RegisterAsync())).Bindings.Single().Uri;
        List<SipRegistrationStatus> seen = [];
        alice.RegistrationChanged += (_, state) => seen.Add(state.Status);
        _network.BreakAll();
        await UntilAsync(() => alice.Registration.IsRegistered && seen.Count > 0, "registered again");
        Assert.Multiple(() =>
        {
            Assert.That(seen, Is.EqualTo(new[] { SipRegistrationStatus.Registering, SipRegistrationStatus.Registered }));
            Assert.That(alice.Registration.Bindings.Single(b => b.IsOwn).Uri, Is.Not.EqualTo(first), "the other end of the new connection");
            Assert.That(alice.Registration.UsesOutbound, Is.False);
        });
    }

    [TestCase("60", 60)]
    [TestCase("1", 10, Description = "a hostile one")]
    [TestCase(null, 120)]
    [Category("REG-015")]
    public async Task Keep_alives_are_sent_as_often_as_the_registrar_asks(string? flowTimer, double seconds)
    {
        await using var registrar = new TestRegistrar(_network, time: _time) { SupportsOutbound = true };
        if (flowTimer is not null)
        {
            registrar.Extra.Add(("Flow-Timer", flowTimer));
        }

        await using ImageShareClient alice = await StartAsync(registrar, transport: "tcp");
        await Within(alice.RegisterAsync());
        await Calm.ComesAsync();
        _clock.Advance(TimeSpan.FromSeconds(seconds * 0.79));
        await Calm.ComesAsync();
        Assert.That(registrar.KeepAlives, Is.Zero);
        await UntilAsync(() => registrar.KeepAlives == 1, "a keep-alive", stepSeconds: 1);
        Assert.That(_clock.Elapsed.TotalSeconds, Is.LessThan(seconds + 2));
    }

    [Test]
    [Category("REG-015")]
    public async Task Without_outbound_nobody_promised_to_answer_keep_alives_and_none_are_sent()
    {
        await using var registrar = new TestRegistrar(_network, time: _time);
        registrar.Extra.Add(("Flow-Timer", "60"));
        await using ImageShareClient alice = await StartAsync(registrar, transport: "tcp");
        await Within(alice.RegisterAsync());
        _clock.Advance(TimeSpan.FromMinutes(10));
        await Calm.ComesAsync();
        Assert.That((registrar.KeepAlives, alice.Registration.UsesOutbound), Is.EqualTo((0L, false)));
    }

    [Test]
    [Category("REG-016")]
    public async Task A_learnt_address_is_told_and_with_the_option_it_is_the_contact()
    {
        await using var registrar = new TestRegistrar(_network);
        registrar.Answer = (_, _, answer) =>
        {
            answer.Headers.ReplaceFirst("Via", answer.Headers.TopVia!.WithReceived(IPAddress.Parse("198.51.100.9")).WithRPort(40000));
            return answer;
        };
        await using ImageShareClient alice = await StartAsync(registrar, with: o => o with { UseLearntAddress = true });
        await Within(alice.RegisterAsync());
        SipRequest[] registers = await registrar.WaitForAsync(2);
        await UntilAsync(() => registrar.BindingsOf("alice") is [{ Host: "198.51.100.9" }], "the new binding alone");
        await UntilAsync(() => alice.Registration.Bindings is [{ IsOwn: true, Uri.Host: "198.51.100.9" }], "known");
        Assert.Multiple(() =>
        {
            Assert.That((alice.Registration.LearntAddress, alice.Registration.IsBehindNat), Is.EqualTo((IPEndPoint.Parse("198.51.100.9:40000"), true)));
            Assert.That(registers[1].Headers.Contacts.Select(c => c.Parameters.GetValue("expires")), Is.EqualTo(new[] { "3600", "0" }), "the one before is removed");
            Assert.That(registers[1].Headers.Contacts[0].Uri.ToString(), Does.EndWith("alice@198.51.100.9:40000"));
        });
        _clock.Advance(TimeSpan.FromSeconds(28));
        await registrar.WaitForAsync(3);
    }

    [Test]
    [Category("REG-018")]
    public async Task A_NAT_that_gives_another_address_each_time_is_not_followed()
    {
        await using var registrar = new TestRegistrar(_network);
        registrar.Answer = (number, _, answer) =>
        {
            answer.Headers.ReplaceFirst("Via", answer.Headers.TopVia!.WithReceived(IPAddress.Parse("198.51.100.9")).WithRPort(40000 + number));
            return answer;
        };
        await using ImageShareClient alice = await StartAsync(registrar, new SipRegistrationOptions { NatRefreshInterval = null }, with: o => o with { UseLearntAddress = true });
        await Within(alice.RegisterAsync());
        await registrar.WaitForAsync(3);
        _clock.Advance(TimeSpan.FromSeconds(10));
        await Calm.ComesAsync();
        Assert.That(registrar.Registers, Has.Length.EqualTo(3));
    }

    /// <summary>A clock whose time of day can be set.</summary>
    private sealed class JumpingTime(ManualTimeProvider inner) : TimeProvider
    {
        public TimeSpan Jump { get; set; }

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override long GetTimestamp() => inner.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Jump;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => inner.CreateTimer(callback, state, dueTime, period);
    }
}
