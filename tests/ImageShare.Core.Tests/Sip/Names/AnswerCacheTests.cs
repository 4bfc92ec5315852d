using System.Net;
using ImageShare.Core.Sip.Names;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Sip.Names;

/// <summary>How long answers are kept, and how many.</summary>
[TestFixture]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
[Category("DNS-013")]
public sealed class AnswerCacheTests
{
    private readonly ManualTimeProvider _clock = new();

    [TestCase(0, 1)]
    [TestCase(30, 30)]
    [TestCase(86400, 3600)]
    public async Task An_answer_is_kept_for_its_time_to_live_within_bounds(int seconds, int kept)
    {
        InMemorySipResolver resolver = new InMemorySipResolver { TimeToLive = TimeSpan.FromSeconds(seconds) }.SetAddresses("a.test", IPAddress.Loopback);
        await AssertKeptAsync(resolver, kept);
    }

    [TestCase(0, 1)]
    [TestCase(30, 30)]
    [TestCase(86400, 60)]
    public async Task That_there_is_nothing_is_kept_for_a_minute_at_most(int seconds, int kept) =>
        await AssertKeptAsync(new InMemorySipResolver { TimeToLive = TimeSpan.FromSeconds(seconds) }, kept);

    [Test]
    public async Task A_failure_is_kept_for_a_quarter_of_a_minute() =>
        await AssertKeptAsync(new InMemorySipResolver().Fail("a.test", "it burns"), 15);

    [Test]
    public async Task A_question_is_asked_once_whoever_asks_and_whoever_gives_up()
    {
        var silent = new SilentResolver();
        AnswerCache cache = Cache(silent);
        using var givesUp = new CancellationTokenSource();
        Task<DnsAnswer<IPAddress>> first = cache.GetAddressesAsync("a.test", givesUp.Token).AsTask();
        Task<DnsAnswer<IPAddress>> second = cache.GetAddressesAsync("A.TEST", CancellationToken.None).AsTask();
        await givesUp.CancelAsync();
        await Assert.ThatAsync(() => first, Throws.InstanceOf<OperationCanceledException>());
        silent.Answer(DnsAnswer.Found<IPAddress>([IPAddress.Loopback], TimeSpan.FromSeconds(5)));
        Assert.That((await second).Records, Is.EqualTo([IPAddress.Loopback]));
        Assert.That(silent.Questions, Is.EqualTo(1));
    }

    [Test]
    [Category("DNS-014")]
    public async Task A_question_that_is_never_answered_fails_in_time_and_in_words()
    {
        var silent = new SilentResolver();
        AnswerCache cache = Cache(silent);
        Task<DnsAnswer<IPAddress>> answer = cache.GetAddressesAsync("a.test", CancellationToken.None).AsTask();
        await silent.AskedAsync(1);
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.That((await answer).Failure, Is.EqualTo("no answer within 3 s"));
    }

    [Test]
    [Category("DNS-014")]
    public async Task A_resolver_that_throws_is_a_question_that_failed()
    {
        AnswerCache cache = Cache(new SilentResolver { Error = new InvalidOperationException("my bug") });
        Assert.That((await cache.GetAddressesAsync("a.test", CancellationToken.None)).Failure, Is.EqualTo("the resolver failed (my bug)"));
    }

    [Test]
    [Category("DNS-014")]
    public async Task A_resolver_that_returns_null_is_a_question_that_failed()
    {
        var silent = new SilentResolver();
        silent.Answer(null!);
        Assert.That((await Cache(silent).GetAddressesAsync("a.test", CancellationToken.None)).Failure, Is.EqualTo("the resolver returned null"));
    }

    [Test]
    public async Task A_name_with_a_dot_at_its_end_is_asked_for_without_it_and_once()
    {
        var resolver = new InMemorySipResolver();
        AnswerCache cache = Cache(resolver);
        await cache.GetNaptrAsync("a.test.", CancellationToken.None);
        await cache.GetNaptrAsync("a.test", CancellationToken.None);
        Assert.That(resolver.Asked, Is.EqualTo(["NAPTR a.test"]));
    }

    [Test]
    [Category("DNS-014")]
    public async Task Neither_answers_nor_questions_pile_up()
    {
        AnswerCache cache = Cache(new InMemorySipResolver());
        for (int i = 0; i < 3 * AnswerCache.Most; i++)
        {
            await cache.GetSrvAsync($"_sip._udp.{i}.test", CancellationToken.None);
        }

        Assert.That(cache.Count, Is.EqualTo(AnswerCache.Most));

        var silent = new SilentResolver();
        cache = Cache(silent);
        Task<DnsAnswer<IPAddress>>[] all = [.. Enumerable.Range(0, 2 * AnswerCache.MostQuestions).Select(i => cache.GetAddressesAsync($"{i}.test", CancellationToken.None).AsTask())];
        Assert.That((await all[^1]).Failure, Does.StartWith("not asked"));
        silent.Answer(DnsAnswer.None<IPAddress>(TimeSpan.Zero));
        DnsAnswer<IPAddress>[] answers = await Task.WhenAll(all);
        Assert.That(answers.Count(static a => a.Failure is null), Is.EqualTo(AnswerCache.MostQuestions));
        Assert.That((await cache.GetAddressesAsync("later.test", CancellationToken.None)).Failure, Is.Null);
    }

    [Test]
    [Category("DNS-004")]
    public async Task The_order_of_targets_stays_while_the_answer_is_kept()
    {
        InMemorySipResolver resolver = new InMemorySipResolver().SetSrv("_sip._udp.a.test", [.. Enumerable.Range(0, 20).Select(static i => new SrvRecord(1, 1, 5060, $"h{i}.test"))]);
        var random = new Random(1);
        var cache = new AnswerCache(resolver, _clock, TimeSpan.FromSeconds(3), most => random.Next(most + 1));
        async Task<string> OrderAsync() => string.Join(' ', (await cache.GetSrvAsync("_sip._udp.a.test", CancellationToken.None)).Records.Select(static r => r.Target));
        string order = await OrderAsync();
        Assert.That(await OrderAsync(), Is.EqualTo(order));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(await OrderAsync(), Is.Not.EqualTo(order));
    }

    private AnswerCache Cache(ISipResolver resolver) => new(resolver, _clock, TimeSpan.FromSeconds(3), static _ => 0);

    private async Task AssertKeptAsync(InMemorySipResolver resolver, int seconds)
    {
        AnswerCache cache = Cache(resolver);
        await cache.GetAddressesAsync("a.test", CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
        await cache.GetAddressesAsync("a.test", CancellationToken.None);
        Assert.That(resolver.Asked, Is.EqualTo(["A a.test"]));
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await cache.GetAddressesAsync("a.test", CancellationToken.None);
        Assert.That(resolver.Asked, Has.Count.EqualTo(2));
    }
}
