using System.Net;

namespace ImageShare.Cli.Captures;

/// <summary>
/// One direction of a TCP connection: puts segments in order, leaves out what came twice, and notices what is missing. Segments that came too early are kept up to a
/// limit.
/// </summary>
internal sealed class TcpFlow(IPEndPoint from, IPEndPoint to, EarlyBytes earlyBytes)
{
    private const int MaxEarly = 64;

    private MessageStream _messages = new(from, to);
    private readonly SortedList<int, TransportPacket> _early = [];
    private uint _next;
    private bool _hasNext;

    public IEnumerable<CapturedMessage> Take(TransportPacket segment, DateTimeOffset? time, long offset)
    {
        if (segment.StartsStream || !_hasNext)
        {
            _next = segment.Sequence + (segment.StartsStream ? 1u : 0u);
            _hasNext = true;
            earlyBytes.Count -= _early.Values.Sum(static e => e.Payload.Length);
            _early.Clear();

            // What the last connection on these ports left open does not go on in this one.
            _messages = new MessageStream(from, to);
        }

        if (segment.Length == 0)
        {
            return [];
        }

        return TakeData(segment, time, offset);
    }

    private IEnumerable<CapturedMessage> TakeData(TransportPacket segment, DateTimeOffset? time, long offset)
    {
        // Numbers wrap around: the distance counts.
        int ahead = unchecked((int)(segment.Sequence - _next));
        if (ahead > 0)
        {
            if (_early.TryAdd(ahead, segment))
            {
                earlyBytes.Count += segment.Payload.Length;
            }

            if (_early.Count < MaxEarly && earlyBytes.Count <= EarlyBytes.Most)
            {
                yield break;
            }

            // What is missing does not come any more.
            foreach (CapturedMessage message in Skip(_early.GetKeyAtIndex(0), time, offset))
            {
                yield return message;
            }
        }
        else
        {
            foreach (CapturedMessage message in Pass(segment, time, offset))
            {
                yield return message;
            }
        }

        while (_early.Count > 0 && unchecked((int)(_early.GetValueAtIndex(0).Sequence - _next)) <= 0)
        {
            TransportPacket early = _early.GetValueAtIndex(0);
            _early.RemoveAt(0);
            earlyBytes.Count -= early.Payload.Length;
            foreach (CapturedMessage message in Pass(early, time, offset))
            {
                yield return message;
            }
        }
    }

    private IEnumerable<CapturedMessage> Pass(TransportPacket segment, DateTimeOffset? time, long offset)
    {
        int known = unchecked((int)(_next - segment.Sequence));
        if (known >= segment.Length)
        {
            // A retransmission.
            yield break;
        }

        uint end = unchecked(segment.Sequence + (uint)segment.Length);
        ReadOnlyMemory<byte> data = segment.Payload[Math.Min(known, segment.Payload.Length)..];
        foreach (CapturedMessage message in _messages.Take(data, time, offset))
        {
            yield return message;
        }

        _next = end;
        Renumber();
        int cut = segment.Length - Math.Max(known, segment.Payload.Length);
        if (cut > 0 && _messages.IsInside)
        {
            // The capture has only the beginning of each packet.
            yield return _messages.Lose(cut, time, offset);
        }
    }

    private IEnumerable<CapturedMessage> Skip(int missing, DateTimeOffset? time, long offset)
    {
        _next = unchecked(_next + (uint)missing);
        Renumber();
        return _messages.IsInside ? [_messages.Lose(missing, time, offset)] : [];
    }

    // The early ones are sorted by their distance, which has become shorter.
    private void Renumber()
    {
        if (_early.Count > 0)
        {
            TransportPacket[] all = [.. _early.Values];
            _early.Clear();
            foreach (TransportPacket early in all)
            {
                earlyBytes.Count -= _early.TryAdd(unchecked((int)(early.Sequence - _next)), early) ? 0 : early.Payload.Length;
            }
        }
    }
}

/// <summary>How many bytes wait for what comes before them, in all connections of a capture.</summary>
internal sealed class EarlyBytes
{
    public const long Most = 16 * 1024 * 1024;

    public long Count { get; set; }
}
