using System.Globalization;

namespace ImageShare.Cli.Terminals;

/// <summary>The progress of one share, as a line for a terminal.</summary>
internal sealed class ProgressRow(string name, TimeProvider time)
{
    private const int LongestBar = 40;
    private const int ShortestBar = 8;

    /// <summary>The rate is that of so many seconds: what was before does not say how fast it is now.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);

    private readonly Queue<(long At, long Bytes)> _steps = new();
    private long _since = time.GetTimestamp();

    public string State
    {
        get;
        set
        {
            _since = field == value ? _since : time.GetTimestamp();
            field = value;
        }
    } = string.Empty;

    public long Bytes { get; private set; }

    public long? Total { get; set; }

    public void Reach(long bytes)
    {
        _steps.Enqueue((time.GetTimestamp(), bytes));

        // One step from before the window is kept: with slow transfers, it is the only one.
        while (_steps.Count > 2 && time.GetElapsedTime(_steps.ElementAt(1).At) > Window)
        {
            _steps.Dequeue();
        }

        Bytes = bytes;
    }

    /// <summary>The line, at most about this many cells wide.</summary>
    public string ToString(int width)
    {
        string said = $"{State}  {name}";
        if (Total is not { } total || total <= 0 || Bytes == 0)
        {
            // What takes its time says for how long.
            TimeSpan waited = time.GetElapsedTime(_since);
            return waited < TimeSpan.FromSeconds(2) ? said : string.Create(CultureInfo.InvariantCulture, $"{said}  {(int)waited.TotalMinutes}:{waited.Seconds:00}");
        }

        (long at, long from) = _steps.Peek();
        double seconds = time.GetElapsedTime(at).TotalSeconds;
        double rate = seconds > 0.2 ? (Bytes - from) / seconds : 0;
        string numbers = string.Create(CultureInfo.InvariantCulture, $"{Bytes * 100 / total,3} %");
        if (rate > 0)
        {
            TimeSpan left = TimeSpan.FromSeconds(Math.Min(359_999, (total - Bytes) / rate));
            numbers += string.Create(CultureInfo.InvariantCulture, $"  {Shown.Bytes((long)rate)}/s  {(int)left.TotalMinutes}:{left.Seconds:00}");
        }

        int room = Math.Min(LongestBar, width - said.Length - numbers.Length - 4);
        if (room < ShortestBar)
        {
            return $"{numbers}  {said}";
        }

        int done = (int)(room * Bytes / total);
        return $"{said}  {new string('━', done)}{new string('─', room - done)}  {numbers}";
    }
}
