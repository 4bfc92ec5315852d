using System.Globalization;

namespace ImageShare.Core.Interleavings.Orders;

/// <summary>
/// One run of a scenario: everything that could happen on any thread happens on this one, a step at a time, in an order that its number decides. The clock stands
/// still while something can happen, but for a little slowness.
/// </summary>
internal sealed class Order
{
    private const int MostSteps = 400_000;

    // How late a busy machine may be in all, and how long a scenario may take by its own clock.
    private static readonly TimeSpan Slowness = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private static Order? _current;

    private readonly Lock _lock = new();
    private readonly List<Step> _ready = [];
    private readonly Chooser _chooser;
    private readonly TextWriter? _log;
    private Exception? _failure;
    private TimeSpan _late;
    private int _steps;
    private bool _isOver;

    private Order(int number, TextWriter? log)
    {
        _chooser = new Chooser(number);
        _log = log;
        Time = new OrderTime(this);
    }

    public static Order Current => _current ?? throw new InvalidOperationException("No order is being run.");

    public OrderTime Time { get; }

    /// <summary>Runs a scenario in one order.</summary>
    /// <param name="number">The order: the same number makes the same choices.</param>
    /// <param name="scenario">What is run.</param>
    /// <param name="log">Where each step is written.</param>
    /// <returns>How many steps it took.</returns>
    /// <exception cref="WrongOrderException">What went wrong in this order.</exception>
    public static int Run(int number, Func<Task> scenario, TextWriter? log = null)
    {
        var order = new Order(number, log);
        _current = order;
        SynchronizationContext? before = SynchronizationContext.Current;
        try
        {
            order.RunToEnd(scenario);
            return order._steps;
        }
        finally
        {
            order._isOver = true;
            _current = null;
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Makes a step possible. Thread-safe.</summary>
    public void Post(Action action, object? source)
    {
        lock (_lock)
        {
            // What an order left behind, and the file accesses that end behind it, are of no interest to the next one.
            if (!_isOver)
            {
                _ready.Add(new Step(action, source, _chooser.DelayOfNext()));
            }
        }
    }

    /// <summary>Writes a line between the steps when an order is replayed.</summary>
    public void Note(string line) => _log?.WriteLine("    " + line);

    /// <summary>Waits for any moment of the next so many steps.</summary>
    public async Task MomentAsync(int steps)
    {
        for (int end = _steps + _chooser.Moment(steps); _steps < end && !_isOver;)
        {
            await StepAsync();
        }
    }

    /// <summary>How many copies of a datagram a bad network delivers: three of ten are lost, one arrives twice.</summary>
    public int Copies() => _chooser.Copies();

    /// <summary>A step of its own.</summary>
    public Task StepAsync()
    {
        var step = new TaskCompletionSource();
        Post(step.SetResult, step);
        return step.Task;
    }

    private void RunToEnd(Func<Task> scenario)
    {
        Task? run = null;
        Post(() => run = scenario(), scenario);
        while (run is not { IsCompleted: true })
        {
            if (!TryStep())
            {
                throw new WrongOrderException($"Nothing can happen any more, and the scenario is not over after {Told()}.");
            }
        }

        // What is about to happen still does, but nothing may wait for a later time: everybody has closed.
        while (TryStep(timePasses: false))
        {
        }

        Check.That(Time.Pending is [] || run.IsFaulted, $"Timers are left: {string.Join("; ", Time.Pending)}");
        run.GetAwaiter().GetResult();
    }

    private bool TryStep(bool timePasses = true)
    {
        if (_failure is { } failure)
        {
            throw new WrongOrderException($"A step threw after {Told()}: {failure}");
        }

        if (!TryTake(out Step step))
        {
            return timePasses && Time.TryAdvance();
        }

        if (++_steps > MostSteps || Time.Elapsed > Longest)
        {
            throw new WrongOrderException($"The scenario is not over after {Told()}.");
        }

        if (timePasses && _late < Slowness && _chooser.TimePasses())
        {
            _late += Time.Advance(Slowness / 10);
        }

        _log?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_steps} +{Time.Elapsed.TotalMilliseconds:F0} ms {step.Name}"));

        // A context of its own for each step: what awaits in one and ends in another is a step again, never a nested call.
        SynchronizationContext.SetSynchronizationContext(new OrderContext(this));
        try
        {
            step.Action();
            Pool.WaitUntilQuiet();
        }
        catch (Exception e)
        {
            _failure = e;
        }

        return true;
    }

    private bool TryTake(out Step step)
    {
        lock (_lock)
        {
            if (_ready.Count == 0)
            {
                step = default;
                return false;
            }

            int next = _chooser.Next(_ready);
            step = _ready[next];
            _ready.RemoveAt(next);
            return true;
        }
    }

    private string Told() => string.Create(CultureInfo.InvariantCulture, $"{_steps} steps and {Time.Elapsed.TotalSeconds:F1} s of its clock");
}
