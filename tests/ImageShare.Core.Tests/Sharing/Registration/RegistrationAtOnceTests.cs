using ImageShare.Core.Net;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Registration;
using ImageShare.Core.Tests.Testing;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Tests.Sharing.Registration;

/// <summary>What happens at the same time, and registrars that answer anything.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RegistrationAtOnceTests
{
    private readonly InMemoryNetwork _network = new();
    private readonly ManualTimeProvider _clock = new();

    private Task<ImageShareClient> StartAsync(TestRegistrar registrar, Func<ImageShareOptions, ImageShareOptions>? with = null)
    {
        var options = new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:alice@ims.example"),
            Network = _network,
            TimeProvider = _clock,
            Route = [registrar.Proxy()],
        };
        return ImageShareClient.StartAsync(with is null ? options : with(options));
    }

    private static Task<T> Within<T>(Task<T> task) => task.WaitAsync(SharePair.Patience);

    [Test]
    [Category("REG-002")]
    public async Task Many_who_register_at_the_same_time_share_one_attempt()
    {
        await using var registrar = new TestRegistrar(_network);
        var gate = new TaskCompletionSource();
        registrar.Answer = (_, _, ok) =>
        {
            gate.Task.Wait();
            return ok;
        };
        await using ImageShareClient alice = await StartAsync(registrar);
        Task<SipRegistrationState>[] all = [.. Enumerable.Range(0, 20).Select(_ => Task.Run(() => alice.RegisterAsync()))];
        await registrar.WaitForAsync(1);
        await Calm.ComesAsync();
        gate.SetResult();
        SipRegistrationState[] states = await Within(Task.WhenAll(all));
        Assert.Multiple(() =>
        {
            Assert.That(states.Select(s => s.Status), Is.All.EqualTo(SipRegistrationStatus.Registered));
            Assert.That(registrar.Registers.Select(r => r.Headers.CSeq!.Number).Distinct().Count(), Is.LessThanOrEqualTo(20));
            Assert.That(registrar.BindingsOf("alice"), Has.Length.EqualTo(1));
        });
    }

    [Test]
    [Category("REG-002")]
    public async Task Registering_and_unregistering_in_turn_ends_as_the_last_call_says()
    {
        await using var registrar = new TestRegistrar(_network);
        await using ImageShareClient alice = await StartAsync(registrar);
        var calls = new List<Task>();
        for (int i = 0; i < 50; i++)
        {
            calls.Add(alice.RegisterAsync());
            calls.Add(alice.UnregisterAsync());
        }

        Task<SipRegistrationState> last = alice.RegisterAsync();
        await Within(last);
        foreach (Task call in calls)
        {
            try
            {
                await call.WaitAsync(SharePair.Patience);
            }
            catch (ImageShareException error)
            {
                Assert.That(error.Error, Is.EqualTo(ImageShareError.InvalidState), "ended before it began");
            }
        }

        Assert.That((alice.Registration.Status, registrar.BindingsOf("alice").Length), Is.EqualTo((SipRegistrationStatus.Registered, 1)));
    }

    [Test]
    [Category("REG-001")]
    public async Task The_end_of_a_client_waits_two_seconds_for_a_registrar_that_does_not_answer()
    {
        await using var registrar = new TestRegistrar(_network);
        ImageShareClient alice = await StartAsync(registrar);
        await Within(alice.RegisterAsync());
        registrar.Answer = static (_, _, _) => null;
        TimeSpan before = _clock.Elapsed;
        await _clock.DriveAsync(alice.DisposeAsync().AsTask());
        Assert.That((_clock.Elapsed - before).TotalSeconds, Is.InRange(2, 2.5));
    }

    [Test]
    [Category("REG-001")]
    public async Task The_wait_for_a_registrar_that_does_not_answer_leaves_no_failure_behind_that_nobody_sees()
    {
        using var unobserved = new UnobservedExceptions();
        await The_end_of_a_client_waits_two_seconds_for_a_registrar_that_does_not_answer();
        Assert.That(unobserved.Seen, Is.Empty);
    }

    [Test]
    [Category("REG-001")]
    public async Task A_client_that_ends_before_its_registration_has_begun_removes_it_all_the_same()
    {
        await using var registrar = new TestRegistrar(_network);
        ImageShareClient alice = await StartAsync(registrar);
        await Within(alice.RegisterAsync());
        var ended = new TaskCompletionSource<Task>();
        alice.RegistrationChanged += (_, state) =>
        {
            if (state.Status == SipRegistrationStatus.Unregistered)
            {
                // The loop is in here, so nothing begins before both are called.
                _ = alice.RegisterAsync();
                ended.TrySetResult(alice.DisposeAsync().AsTask());
            }
        };
        await Within(alice.UnregisterAsync());
        await (await Within(ended.Task)).WaitAsync(SharePair.Patience);
        Assert.That(registrar.BindingsOf("alice"), Is.Empty);
        Assert.That(registrar.Registers.Select(r => r.Headers.GetString("Expires")), Is.EqualTo(new[] { "3600", "0", "3600", "0" }));
    }

    [Test]
    [Category("REG-002")]
    public async Task Who_registers_while_the_binding_is_removed_hears_when_that_is_taken_back()
    {
        await using var registrar = new TestRegistrar(_network);
        await using ImageShareClient alice = await StartAsync(registrar);
        await Within(alice.RegisterAsync());
        var gate = new TaskCompletionSource();
        registrar.Answer = (_, _, ok) =>
        {
            gate.Task.Wait();
            return ok;
        };
        Task<SipRegistrationState> first = alice.UnregisterAsync();
        Task<SipRegistrationState> registering = alice.RegisterAsync();
        Task<SipRegistrationState> last = alice.UnregisterAsync();
        gate.SetResult();
        ImageShareException error = (await Assert.ThrowsAsync<ImageShareException>(() => Within(registering)))!;
        Assert.That((error.Error, (await Within(first)).Status, (await Within(last)).Status), Is.EqualTo((ImageShareError.InvalidState, SipRegistrationStatus.Unregistered, SipRegistrationStatus.Unregistered)));
    }

    [Test]
    [Category("REG-001")]
    public async Task A_client_that_ends_while_it_registers_waits_for_the_answer_and_removes_the_binding()
    {
        await using var registrar = new TestRegistrar(_network);
        var gate = new TaskCompletionSource();
        registrar.Answer = (number, _, ok) =>
        {
            if (number == 1)
            {
                gate.Task.Wait();
            }

            return ok;
        };
        ImageShareClient alice = await StartAsync(registrar);
        Task<SipRegistrationState> registering = alice.RegisterAsync();
        await registrar.WaitForAsync(1);
        Task ending = alice.DisposeAsync().AsTask();
        await Calm.ComesAsync();
        gate.SetResult();
        await ending.WaitAsync(SharePair.Patience);
        ImageShareException error = (await Assert.ThrowsAsync<ImageShareException>(() => Within(registering)))!;
        Assert.That((error.Error, registrar.BindingsOf("alice").Length), Is.EqualTo((ImageShareError.InvalidState, 0)));
    }

    [Test]
    [Category("REG-001")]
    public async Task Who_waits_for_a_registration_is_told_when_the_client_ends()
    {
        await using var registrar = new TestRegistrar(_network) { Answer = static (_, _, _) => null };
        ImageShareClient alice = await StartAsync(registrar);
        Task<SipRegistrationState> registering = alice.RegisterAsync();
        await registrar.WaitForAsync(1);
        await _clock.DriveAsync(alice.DisposeAsync().AsTask());
        ImageShareException error = (await Assert.ThrowsAsync<ImageShareException>(() => Within(registering)))!;
        Assert.That(error.Error, Is.EqualTo(ImageShareError.InvalidState));
        Assert.That(() => alice.RegisterAsync(), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    [Category("REG-001")]
    public async Task Other_options_need_an_end_of_the_registration_before()
    {
        await using var registrar = new TestRegistrar(_network);
        await using ImageShareClient alice = await StartAsync(registrar);
        var shorter = new SipRegistrationOptions { Expiry = TimeSpan.FromMinutes(10) };
        Assert.That((await alice.UnregisterAsync()).Status, Is.EqualTo(SipRegistrationStatus.Unregistered), "before there is any");
        await Within(alice.RegisterAsync());
        ImageShareException error = Assert.Throws<ImageShareException>(() => _ = alice.RegisterAsync(shorter))!;
        Assert.That(error.Error, Is.EqualTo(ImageShareError.InvalidState));
        await Within(alice.UnregisterAsync());
        SipRegistrationState state = await Within(alice.RegisterAsync(shorter));
        await Within(alice.RegisterAsync());
        Assert.Multiple(() =>
        {
            Assert.That(state.RegisteredUntil, Is.EqualTo(_clock.GetUtcNow() + TimeSpan.FromMinutes(10)));
            Assert.That(registrar.Registers.Select(r => r.Headers.GetString("Expires")), Is.EqualTo(new[] { "3600", "0", "600", "600" }));
            Assert.That(registrar.Registers.Select(r => r.Headers.Contacts.Single().Parameters.GetValue("+sip.instance")).Distinct().Count(), Is.EqualTo(1), "it is one device");
        });
    }

    [Test]
    [Category("REG-002")]
    public async Task Other_options_are_refused_as_soon_as_the_first_are_to_begin()
    {
        await using var registrar = new TestRegistrar(_network);
        await using ImageShareClient alice = await StartAsync(registrar);
        await Within(alice.RegisterAsync());
        var tried = new TaskCompletionSource<(Task<SipRegistrationState> First, ImageShareException? Second)>();
        alice.RegistrationChanged += (_, state) =>
        {
            if (state.Status == SipRegistrationStatus.Unregistered)
            {
                // The loop is in here, so nothing begins before both are called.
                Task<SipRegistrationState> first = alice.RegisterAsync();
                tried.TrySetResult((first, Assert.Catch<ImageShareException>(() => _ = alice.RegisterAsync(new SipRegistrationOptions { Expiry = TimeSpan.FromMinutes(10) }))));
            }
        };
        await Within(alice.UnregisterAsync());
        (Task<SipRegistrationState> first, ImageShareException? second) = await Within(tried.Task);
        Assert.That((second?.Error, (await Within(first)).IsRegistered), Is.EqualTo((ImageShareError.InvalidState, true)));
        Assert.That(registrar.Registers.Select(r => r.Headers.GetString("Expires")), Is.EqualTo(new[] { "3600", "0", "3600" }));
    }

    [Test]
    [Category("REG-019")]
    public async Task A_refusal_for_good_is_logged_without_a_next_attempt()
    {
        var log = new CapturingLoggerFactory();
        await using var registrar = new TestRegistrar(_network) { Answer = static (_, register, _) => SipResponse.CreateFor(register, 403, toTag: "r") };
        await using ImageShareClient alice = await StartAsync(registrar, o => o with { LoggerFactory = log });
        await Assert.ThatAsync(() => Within(alice.RegisterAsync()), Throws.TypeOf<ImageShareException>());
        Assert.That(log.From(LogLevel.Warning), Has.Some.StartsWith("The registration failed: AuthenticationFailed, status 403. ").And.None.Contains("next attempt"));
    }

    [Test]
    [Category("REG-019")]
    public async Task A_handler_that_throws_ends_nothing_and_a_cancelled_wait_neither()
    {
        var log = new CapturingLoggerFactory();
        await using var registrar = new TestRegistrar(_network);
        await using ImageShareClient alice = await StartAsync(registrar, o => o with { LoggerFactory = log });
        alice.RegistrationChanged += static (_, _) => throw new InvalidOperationException("of the application");
        var gate = new TaskCompletionSource();
        registrar.Answer = (_, _, ok) =>
        {
            gate.Task.Wait();
            return ok;
        };
        using var cancelled = new CancellationTokenSource();
        Task<SipRegistrationState> given = alice.RegisterAsync(cancellationToken: cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThatAsync(() => Within(given), Throws.InstanceOf<OperationCanceledException>());
        gate.SetResult();
        Assert.That((await Within(alice.RegisterAsync())).IsRegistered, Is.True);
        Assert.That(log.From(LogLevel.Error), Has.Some.Contains("handler of registrations").And.None.Contains("of the application"));
    }

    private static IEnumerable<TestCaseData> Answers()
    {
        yield return Say("no contact", 200, []);
        yield return Say("a foreign contact", 200, ["Contact: <sip:alice@203.0.113.9>;expires=3600"]);
        yield return Say("a contact nobody can read", 200, ["Contact: <<<>>>;;;,,,"]);
        yield return Say("all contacts", 200, ["Contact: *"]);
        yield return Say("trying for ever", 100, []);
        yield return Say("moved here", 302, ["Contact: <sip:ims.example>"]);
        yield return Say("moved, nobody knows where", 301, []);
        yield return Say("several choices", 300, ["Contact: <sip:a.example>, <sip:b.example>"]);
        yield return Say("a challenge without a challenge", 401, []);
        yield return Say("a challenge of another realm", 401, ["WWW-Authenticate: Digest realm=\"evil.example\", nonce=\"1\""]);
        yield return Say("stale for ever", 401, ["WWW-Authenticate: Digest realm=\"ims.example\", nonce=\"1\", stale=true"]);
        yield return Say("a proxy that is never content", 407, ["Proxy-Authenticate: Digest realm=\"ims.example\", nonce=\"1\", stale=true"]);
        yield return Say("too brief for ever", 423, ["Min-Expires: 4000"]);
        yield return Say("too brief by 136 years", 423, ["Min-Expires: 4294967295"]);
        yield return Say("never", 503, ["Retry-After: 4294967295"]);
        yield return Say("now", 503, ["Retry-After: 0"]);
        yield return Say("no such status", 699, []);
        yield return Say("no outbound for ever", 439, []);

        static TestCaseData Say(string name, int status, string[] rows) => new TestCaseData(status, rows).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Answers))]
    [Category("REG-018")]
    public async Task Whatever_a_registrar_answers_it_is_asked_seldom_and_the_state_says_what_to_do(int status, string[] rows)
    {
        await using var registrar = new TestRegistrar(_network)
        {
            Answer = (_, register, _) =>
            {
                SipResponse answer = SipResponse.CreateFor(register, status, toTag: "r");
                Array.ForEach(rows, row => answer.Headers.Add(row[..row.IndexOf(':', StringComparison.Ordinal)], row[(row.IndexOf(':', StringComparison.Ordinal) + 2)..]));
                return answer;
            },
        };
        await using ImageShareClient alice = await StartAsync(registrar, o => o with { Registration = new SipRegistrationOptions(), Credentials = new("alice", "secret") });
        for (int step = 0; step < 120; step++)
        {
            _clock.Advance(TimeSpan.FromSeconds(30));
            await Calm.ComesAsync();
        }

        SipRegistrationState state = alice.Registration;
        Assert.Multiple(() =>
        {
            Assert.That(state.Status, Is.AnyOf(SipRegistrationStatus.Lost, SipRegistrationStatus.Refused, SipRegistrationStatus.Registering));
            Assert.That(state.Message, Is.Not.Null.And.Matches("[a-z]{3,}"));
            Assert.That(registrar.Registers.Select(r => r.Headers.CSeq!.Number).Distinct().Count(), Is.InRange(1, 20), "in an hour");
        });
    }
}
