namespace ImageShare.Core.Benchmarks.Share;

/// <summary>What the two ends of a share do on the wire, in order. Any thread may call any member.</summary>
internal sealed class WireRecord
{
    private readonly Lock _gate = new();
    private readonly List<WireStep> _steps = [];
    private readonly Dictionary<(int Opener, int Listener), int> _streams = [];
    private bool _isRunning;

    /// <summary>Begins to record.</summary>
    public void Start()
    {
        lock (_gate)
        {
            _isRunning = true;
        }
    }

    /// <summary>The steps since the start.</summary>
    public WireStep[] Stop()
    {
        lock (_gate)
        {
            _isRunning = false;
            return [.. _steps];
        }
    }

    /// <summary>The number of the stream between two ports.</summary>
    public int NumberOf(int opener, int listener)
    {
        lock (_gate)
        {
            if (!_streams.TryGetValue((opener, listener), out int number))
            {
                number = _streams.Count;
                _streams.Add((opener, listener), number);
            }

            return number;
        }
    }

    public void Add(WireAction action, bool isCaller, int stream, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_isRunning)
            {
                _steps.Add(new WireStep(action, isCaller, stream, bytes.ToArray()));
            }
        }
    }
}
