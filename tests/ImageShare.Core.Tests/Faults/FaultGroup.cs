namespace ImageShare.Core.Tests.Faults;

/// <summary>
/// Cases that wait for deadlines and not for the processor. The first test of a group starts all of them, a few at a time, and each test waits
/// for its own.
/// </summary>
/// <param name="cases">The names of the cases, and what runs them and says what came of it.</param>
internal sealed class FaultGroup(IReadOnlyDictionary<string, Func<Task<string>>> cases)
{
    // More would wait for the processor.
    private static readonly SemaphoreSlim AtATime = new(4);

    private readonly Lazy<Dictionary<string, Task<string>>> _running = new(() =>
    {
        // Each case is a test of its own, so none runs in the context of the test that started it.
        using (ExecutionContext.SuppressFlow())
        {
            return cases.ToDictionary(static one => one.Key, static one => Task.Run(() => InTurnAsync(one.Value)));
        }
    });

    /// <summary>Waits for a case, and writes what came of it into the output of this test.</summary>
    public async Task RunAsync(string name) => TestContext.Out.WriteLine(await _running.Value[name]);

    /// <summary>Waits for all cases that were started.</summary>
    public async Task EndAsync()
    {
        if (_running.IsValueCreated)
        {
            await ((Task)Task.WhenAll(_running.Value.Values)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<string> InTurnAsync(Func<Task<string>> run)
    {
        await AtATime.WaitAsync();
        try
        {
            return await run();
        }
        finally
        {
            AtATime.Release();
        }
    }
}
