using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageShare.Core.Tests.Sip.UserAgents.Loop;

/// <summary>The loop of an agent: on which thread it works, and that one thing is done after the other.</summary>
[TestFixture]
internal sealed class AgentLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly AsyncLocal<string?> _flowing = new();
    private AgentLoop _loop = null!;

    [SetUp]
    public void Create() => _loop = new AgentLoop(TimeProvider.System, NullLogger.Instance);

    [TearDown]
    public async Task CloseAsync() => await _loop.DisposeAsync();

    [Test]
    public async Task An_idle_loop_works_in_place()
    {
        _loop.Start();
        await _loop.IdleAsync().WaitAsync(Patience);
        bool isDone = false;
        Assert.That(() => InPlaceAsync(() => isDone = true), Throws.Nothing);
        Assert.That(isDone, Is.True);
    }

    [Test]
    public async Task Nothing_is_done_before_the_start()
    {
        bool isDone = false;
        Assert.That(_loop.Post(() => isDone = true, inPlace: true), Is.True);
        Assert.That(isDone, Is.False);
        _loop.Start();
        await _loop.IdleAsync().WaitAsync(Patience);
        Assert.That(isDone, Is.True);
    }

    [Test]
    public async Task What_is_posted_inside_the_loop_comes_after_it()
    {
        _loop.Start();
        await _loop.IdleAsync().WaitAsync(Patience);
        List<int> done = [];
        await InPlaceAsync(() =>
        {
            _loop.Post(() => done.Add(2), inPlace: true);
            done.Add(1);
        });
        await _loop.IdleAsync().WaitAsync(Patience);
        Assert.That(done, Is.EqualTo((int[])[1, 2]));
    }

    // The thread that posts has something else to do.
    [Test]
    public async Task A_loop_with_more_and_more_to_do_lets_the_caller_go()
    {
        _loop.Start();
        await _loop.IdleAsync().WaitAsync(Patience);
        int caller = Environment.CurrentManagedThreadId, count = 0, inCall = 0;
        bool hasReturned = false;
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _loop.Post(Next, inPlace: true);
        Volatile.Write(ref hasReturned, true);
        await over.Task.WaitAsync(Patience);
        Assert.That(inCall, Is.LessThanOrEqualTo(16));

        void Next()
        {
            inCall += Environment.CurrentManagedThreadId == caller && !Volatile.Read(ref hasReturned) ? 1 : 0;
            if (++count < 1000)
            {
                _loop.Post(Next);
            }
            else
            {
                over.SetResult();
            }
        }
    }

    [Test]
    public async Task One_thing_is_done_after_the_other_whoever_posts_and_how()
    {
        _loop.Start();
        int inside = 0, most = 0, count = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(() =>
        {
            for (int i = 0; i < 5000; i++)
            {
                _loop.Post(
                    () =>
                    {
                        most = Math.Max(most, ++inside);
                        count++;
                        inside--;
                    },
                    inPlace: (i + writer) % 2 == 0);
            }
        }))).WaitAsync(Patience);
        await _loop.IdleAsync().WaitAsync(Patience);
        Assert.That((most, count), Is.EqualTo((1, 20_000)));
    }

    [Test]
    public async Task What_flowed_to_the_start_flows_to_the_work_wherever_it_is_done()
    {
        _flowing.Value = "start";
        _loop.Start();
        _flowing.Value = "caller";
        await _loop.IdleAsync().WaitAsync(Patience);
        string? seen = null;
        await InPlaceAsync(() =>
        {
            seen = _flowing.Value;
            _flowing.Value = "work";
        });
        Assert.That((seen, _flowing.Value), Is.EqualTo(("start", "caller")));
    }

    [Test]
    public async Task Work_that_fails_does_not_end_it()
    {
        _loop.Start();
        await _loop.IdleAsync().WaitAsync(Patience);
        await InPlaceAsync(static () => throw new InvalidOperationException("work"));
        bool isDone = false;
        await InPlaceAsync(() => isDone = true);
        Assert.That(isDone, Is.True);
    }

    [Test]
    public async Task Work_that_fails_does_not_end_it_if_the_logger_fails_too()
    {
        await _loop.DisposeAsync();
        _loop = new AgentLoop(TimeProvider.System, new ThrowingLogger());
        _loop.Start();
        await _loop.IdleAsync().WaitAsync(Patience);
        Assert.That(() => InPlaceAsync(static () => throw new InvalidOperationException("work")), Throws.Nothing);
        bool isDone = false;
        _loop.Post(() => isDone = true);
        await _loop.IdleAsync().WaitAsync(Patience);
        Assert.That(isDone, Is.True);
    }

    [Test]
    public async Task Nothing_is_taken_after_the_end()
    {
        _loop.Start();
        await _loop.DisposeAsync();
        Assert.That(_loop.Post(static () => { }, inPlace: true), Is.False);
    }

    // Another thread may just be leaving the loop: then the work is queued.
    private async Task InPlaceAsync(Action work)
    {
        for (bool isDone = false; !isDone;)
        {
            int caller = Environment.CurrentManagedThreadId;
            bool isHere = false;
            var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _loop.Post(
                () =>
                {
                    isHere = Environment.CurrentManagedThreadId == caller;
                    over.SetResult();
                    if (isHere)
                    {
                        work();
                    }
                },
                inPlace: true);
            isDone = isHere;
            await over.Task.WaitAsync(Patience);
        }
    }
}
