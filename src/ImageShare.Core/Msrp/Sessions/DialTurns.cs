namespace ImageShare.Core.Msrp.Sessions;

/// <summary>
/// Lets one session at a time look for, or open, the connection to a host: those that come meanwhile use what the first has opened
/// (RFC 4975 §5.4), or hear that it could not. For any thread.
/// </summary>
internal sealed class DialTurns<TKey> where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, Line> _lines = [];

    /// <summary>Waits for the turn; disposing what is returned ends it.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async ValueTask<Turn> EnterAsync(TKey key, CancellationToken cancellationToken)
    {
        Line? line;
        ImageShareException? known;
        lock (_gate)
        {
            if (!_lines.TryGetValue(key, out line))
            {
                line = _lines[key] = new Line();
            }

            line.Count++;
            known = line.Failure;
        }

        try
        {
            await line.Free.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Leave(key, line);
            throw;
        }

        return new Turn(this, key, line, line.Failure == known ? null : line.Failure);
    }

    private void Leave(TKey key, Line line)
    {
        lock (_gate)
        {
            if (--line.Count == 0)
            {
                _lines.Remove(key);
                line.Free.Dispose();
            }
        }
    }

    /// <summary>The turn: its holder may look for a connection and open one.</summary>
    internal sealed class Turn(DialTurns<TKey> turns, TKey key, Line line, ImageShareException? failure) : IDisposable
    {
        /// <summary>Why another caller could not connect while this one was waiting; null when none has failed.</summary>
        public ImageShareException? Failure => failure;

        /// <summary>Tells waiting sessions that the connection failed.</summary>
        public void Fail(ImageShareException reason) => line.Failure = reason;

        public void Dispose()
        {
            line.Free.Release();
            turns.Leave(key, line);
        }
    }

    /// <summary>The turn for one key, and how many have or await it.</summary>
    internal sealed class Line
    {
        public SemaphoreSlim Free { get; } = new(1);

        public int Count { get; set; }

        /// <summary>The last failure. Written by the holder of the turn.</summary>
        public ImageShareException? Failure { get; set; }
    }
}
