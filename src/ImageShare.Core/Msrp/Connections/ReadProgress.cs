namespace ImageShare.Core.Msrp.Connections;

/// <summary>How far the reader loop has read. Written by the loop alone; any thread may read.</summary>
internal sealed class ReadProgress
{
    private long _bytes;
    private long _messages;
    private volatile bool _isInsideMessage;
    private volatile bool _waitsForReceiver;

    /// <summary>How many bytes were read.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>How many requests and responses have ended.</summary>
    public long Messages => Volatile.Read(ref _messages);

    /// <summary>Whether a request or response was received in part.</summary>
    public bool IsInsideMessage
    {
        get => _isInsideMessage;
        set => _isInsideMessage = value;
    }

    /// <summary>Whether the loop waits for a receiver of this side.</summary>
    public bool WaitsForReceiver
    {
        get => _waitsForReceiver;
        set => _waitsForReceiver = value;
    }

    /// <summary>Bytes were read.</summary>
    public void AddBytes(long count) => Volatile.Write(ref _bytes, _bytes + count);

    /// <summary>A request or response has ended.</summary>
    public void EndMessage() => Volatile.Write(ref _messages, _messages + 1);
}
