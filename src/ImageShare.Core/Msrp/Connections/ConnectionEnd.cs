using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Msrp.Writing;
using ImageShare.Core.Net;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// How a connection ends: it first closes, so that no session joins and both loops stop, or is forced, so that what waits to be written is dropped. The first
/// reason counts. Any thread may call any member.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The token source may be cancelled from any thread at any time and holds no timer: there is nothing to dispose and no safe time to do it.")]
internal sealed class ConnectionEnd(IStreamConnection stream, WriterLoop writer, BoundSessions<SessionBinding> bound)
{
    private const int None = -1;

    private readonly TaskCompletionSource _readingEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Whoever waits for it may go on inside SetEnded, which is the last thing a connection does.
    private readonly TaskCompletionSource _ended = new();
    private readonly CancellationTokenSource _lifetime = new();
    private int _reason = None;
    private volatile bool _isClosing;
    private volatile bool _isForced;

    /// <summary>Whether no further session may be bound.</summary>
    public bool IsClosing => _isClosing;

    /// <summary>Whether what waits to be written is dropped.</summary>
    public bool IsForced => _isForced;

    /// <summary>Cancelled when the connection is forced to end: receivers are not to be waited for.</summary>
    public CancellationToken Lifetime => _lifetime.Token;

    /// <summary>Why this side ends it; null when it does not.</summary>
    public MsrpSessionEndReason? Reason => Volatile.Read(ref _reason) is var reason and not None ? (MsrpSessionEndReason)reason : null;

    /// <summary>Done when the reader loop has ended, and what it has read was handled.</summary>
    public Task ReadingEnded => _readingEnded.Task;

    /// <summary>Done when the connection is released and all its sessions have ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Ends the connection: with what waits to be written still written, or, forced, at once.</summary>
    public void End(MsrpSessionEndReason reason, bool force)
    {
        Interlocked.CompareExchange(ref _reason, (int)reason, None);
        Close();
        if (force)
        {
            _isForced = true;
            writer.Abort();
            _lifetime.Cancel();
        }

        stream.Input.CancelPendingRead();
        writer.Notify(isAborted: force);
    }

    /// <summary>The reader loop has ended.</summary>
    public void SetReadingEnded() => _readingEnded.TrySetResult();

    /// <summary>The connection has ended.</summary>
    public void SetEnded() => _ended.TrySetResult();

    /// <summary>No session may be bound any more.</summary>
    public void Close()
    {
        _isClosing = true;
        bound.Close();
    }
}
