using System.Diagnostics;

namespace ImageShare.Core.Tests.Testing;

/// <summary>Moves a clock along with what happens, so that a test that waits for timers takes no time.</summary>
internal static class Driving
{
    // Up to the next timer nothing happens, so that steps to it need not be small; but what is on its way through a socket needs some real time.
    private const double MaxStrideSeconds = 1;

    /// <summary>Advances in steps until a task is done; before each step everything that has something to do does it.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="until">What is driven.</param>
    /// <param name="stepSeconds">How far it is set at a time.</param>
    /// <param name="mostSeconds">How far at most.</param>
    /// <param name="keepsUp">
    /// Whether what should have been done by now is done, for work that is not in any queue of this process, such as octets in a socket: the clock waits for it, ten seconds of
    /// real time at a step at most. Null for work that needs no such care.
    /// </param>
    public static async Task DriveAsync(this ManualTimeProvider time, Task until, double stepSeconds = 0.25, double mostSeconds = 3600, Func<bool>? keepsUp = null)
    {
        TimeSpan end = time.Elapsed + TimeSpan.FromSeconds(mostSeconds);
        await Calm.ComesAsync();
        while (!until.IsCompleted)
        {
            Assert.That(time.Elapsed, Is.LessThan(end), "It did not come to its end, whatever time passed.");
            time.Advance(TimeSpan.FromSeconds(Math.Max(stepSeconds, keepsUp is null ? Math.Min(time.NextDue.TotalSeconds, MaxStrideSeconds) : 0)));
            await Calm.ComesAsync();
            long began = Stopwatch.GetTimestamp();
            while (keepsUp is not null && !until.IsCompleted && !keepsUp() && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(10))
            {
                await Calm.ComesAsync();
            }
        }

        await until;
    }

    public static async Task<T> DriveAsync<T>(this ManualTimeProvider time, Task<T> until, double stepSeconds = 0.25)
    {
        await DriveAsync(time, (Task)until, stepSeconds);
        return await until;
    }
}
