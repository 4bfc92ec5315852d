using System.Buffers;
using ImageShare.Core.Msrp.Sessions;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// A peer that sends a byte now and then is never idle, and must not hold a session for ever all the same: what has begun has to gain
/// <see cref="MsrpLimits.MinProgressBytes"/> in each <see cref="MsrpEndpointOptions.ProgressInterval"/>. Nor one that only says that it is there.
/// </summary>
internal sealed partial class MsrpConnection
{
    private const int AwaitsFirst = -1;

    private readonly Lock _progressGate = new();
    private readonly ITimer? _progressTimer;
    private Dictionary<MsrpSession, (int Message, long Bytes)> _marks = [];
    private (long Requests, long Bytes)? _requestMark;
    private long _readBytes;
    private long _endedRequests;
    private volatile bool _isInsideRequest;
    private volatile bool _waitsForReceiver;

    // Line ends between messages hold nothing open: else they would hold it open for ever.
    private static bool IsBlank(in ReadOnlySequence<byte> bytes)
    {
        foreach (ReadOnlyMemory<byte> piece in bytes)
        {
            if (piece.Span.ContainsAnyExcept((byte)'\r', (byte)'\n'))
            {
                return false;
            }
        }

        return true;
    }

    // A session that has left is not to be kept by what was noted of it.
    private void ForgetProgress(MsrpSession session)
    {
        lock (_progressGate)
        {
            _marks.Remove(session);
        }
    }

    private void CheckProgress()
    {
        lock (_progressGate)
        {
            // What our own side does not take, the peer cannot send.
            bool counts = !_waitsForReceiver;
            CheckMessages(counts);
            CheckRequest(counts);
        }
    }

    private void CheckMessages(bool counts)
    {
        var marks = new Dictionary<MsrpSession, (int, long)>();
        foreach (MsrpSession session in _bound.Inside)
        {
            int message = NumberOf(session);
            long bytes = session.Incoming.Taken;
            if (counts
                && message != 0
                && _marks.TryGetValue(session, out (int Message, long Bytes) before)
                && before.Message == message
                && bytes - before.Bytes < Options.Limits.MinProgressBytes)
            {
                session.End(MsrpSessionEndReason.Idle);
            }
            else if (message != 0 && counts)
            {
                marks[session] = (message, bytes);
            }
        }

        _marks = marks;
    }

    // Signs of life are no content: where content is expected, none is as little progress as too little.
    private static int NumberOf(MsrpSession session) =>
        session is { Options.ExpectsMessage: true, IsUsed: true, Incoming.Messages: 0 } ? AwaitsFirst : session.Incoming.OpenMessage;

    // A head, or the body of something that is dropped, that never comes to its end: it belongs to no message.
    private void CheckRequest(bool counts)
    {
        (long Requests, long Bytes) now = (Volatile.Read(ref _endedRequests), Volatile.Read(ref _readBytes));
        bool inside = _isInsideRequest && counts;
        if (inside && _requestMark is { } before && before.Requests == now.Requests && now.Bytes - before.Bytes < Options.Limits.MinProgressBytes)
        {
            End(MsrpSessionEndReason.Idle, force: true);
        }

        _requestMark = inside ? now : null;
    }
}
