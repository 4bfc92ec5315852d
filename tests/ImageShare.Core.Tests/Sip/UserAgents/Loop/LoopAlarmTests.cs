using ImageShare.Core.Sip.UserAgents.Loop;
using ImageShare.Core.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageShare.Core.Tests.Sip.UserAgents.Loop;

/// <summary>The timers of a loop: each elapses at its time, in order, and one timer of the clock is enough for all.</summary>
[TestFixture]
internal sealed class LoopAlarmTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _time = new();
    private AgentLoop _loop = null!;

    [SetUp]
    public void Start()
    {
        _loop = new AgentLoop(_time, NullLogger.Instance);
        _loop.Start();
    }

    [TearDown]
    public async Task CloseAsync() => await _loop.DisposeAsync();

    // The seeds make different orders of starting and stopping, with many timers that are due at the same time.
    [Test]
    public async Task Timers_elapse_in_their_order_and_at_their_time_however_many_are_stopped([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        TimeSpan began = _time.Elapsed;
        List<(int Due, TimeSpan At)> elapsed = [];
        List<int> expected = [];
        await OnLoopAsync(() =>
        {
            List<(int Due, LoopTimer Timer)> running = [];
            for (int i = 0; i < 300; i++)
            {
                if (running.Count > 0 && random.Next(3) == 0)
                {
                    int index = random.Next(running.Count);
                    running[index].Timer.Stop();
                    running.RemoveAt(index);
                    continue;
                }

                int due = random.Next(100);
                running.Add((due, _loop.StartTimer(TimeSpan.FromSeconds(due), () => elapsed.Add((due, _time.Elapsed - began)))));
            }

            expected.AddRange(running.Select(static r => r.Due).Order());
        });
        for (int second = 0; second < 100; second++)
        {
            await SettleAsync();
            Assert.That(_time.ArmedTimers, Is.LessThanOrEqualTo(1), "one timer of the clock");
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await SettleAsync();
        Assert.Multiple(() =>
        {
            Assert.That(elapsed.Select(static e => e.Due), Is.EqualTo(expected));
            Assert.That(elapsed.All(static e => e.At >= TimeSpan.FromSeconds(e.Due) && e.At <= TimeSpan.FromSeconds(e.Due + 1)), Is.True);
            Assert.That(_time.ArmedTimers, Is.Zero);
        });
    }

    [Test]
    public async Task A_timer_that_is_stopped_when_it_is_due_does_not_run()
    {
        bool hasRun = false;
        LoopTimer timer = null!;
        await OnLoopAsync(() => timer = _loop.StartTimer(TimeSpan.FromSeconds(1), () => hasRun = true));
        await OnLoopAsync(() =>
        {
            // It is posted behind this.
            _time.Advance(TimeSpan.FromSeconds(2));
            timer.Stop();
        });
        await SettleAsync();
        Assert.That((hasRun, _time.ArmedTimers), Is.EqualTo((false, 0)));
    }

    [Test]
    public async Task A_timer_that_starts_another_one_is_followed_by_it()
    {
        List<double> at = [];
        TimeSpan began = _time.Elapsed;
        void Again()
        {
            at.Add((_time.Elapsed - began).TotalSeconds);
            if (at.Count < 3)
            {
                _loop.StartTimer(TimeSpan.FromSeconds(2), Again);
            }
        }

        await OnLoopAsync(() => _loop.StartTimer(TimeSpan.FromSeconds(2), Again));
        for (int i = 0; i < 8; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await SettleAsync();
        }

        Assert.That(at, Is.EqualTo((double[])[2, 4, 6]));
    }

    [Test]
    public async Task The_end_of_the_loop_leaves_no_timer()
    {
        await OnLoopAsync(() =>
        {
            for (int i = 1; i <= 10; i++)
            {
                _loop.StartTimer(TimeSpan.FromSeconds(i), static () => Assert.Fail("The loop is closed."));
            }
        });
        await _loop.DisposeAsync().AsTask().WaitAsync(Patience);
        Assert.That(_time.ArmedTimers, Is.Zero);
        _time.Advance(TimeSpan.FromSeconds(20));
    }

    private async Task OnLoopAsync(Action work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.That(_loop.Post(() =>
        {
            try
            {
                work();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        }), Is.True);
        await done.Task.WaitAsync(Patience);
    }

    private Task SettleAsync() => OnLoopAsync(static () => { });
}
