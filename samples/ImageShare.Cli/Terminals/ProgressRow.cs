using System.Globalization;

namespace ImageShare.Cli.Terminals;

/// <summary>The progress of one share, as a line for a terminal.</summary>
internal sealed class ProgressRow(string name, TimeProvider time)
{
    private const int LongestBar = 40;
    private const int ShortestBar = 8;

    private long _from = -1;
    private long _begun;

    public string State { get; set; } = string.Empty;

    public long Bytes { get; private set; }

    public long? Total { get; set; }

    public void Reach(long bytes)
    {
        if (_from < 0)
        {
            _from = bytes;
            _begun = time.GetTimestamp();
        }

        Bytes = bytes;
    }

    /// <summary>The line, at most about this many cells wide.</summary>
    public string ToString(int width)
    {
        string said = $"{State}  {name}";
        if (Total is not { } total || total <= 0 || Bytes == 0)
        {
            return said;
        }

        double seconds = time.GetElapsedTime(_begun).TotalSeconds;
        double rate = seconds > 0.2 ? (Bytes - _from) / seconds : 0;
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
