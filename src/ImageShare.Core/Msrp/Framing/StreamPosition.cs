using System.Buffers;

namespace ImageShare.Core.Msrp.Framing;

/// <summary>How far a stream was decoded, and what made it unreadable. Shared by the parts of one decoder; not thread-safe.</summary>
internal sealed class StreamPosition
{
    /// <summary>How many bytes were consumed so far.</summary>
    public long Offset { get; set; }

    /// <summary>Why nothing more can be read; null while that is not so.</summary>
    public MsrpReadError? Error { get; private set; }

    /// <summary>Cuts bytes off the front.</summary>
    public void Consume(ref ReadOnlySequence<byte> input, int count)
    {
        if (count > 0)
        {
            input = input.Slice(count);
            Offset += count;
        }
    }

    /// <summary>Nothing more can be read.</summary>
    public OperationStatus Break(MsrpReadErrorCode reason, long offset)
    {
        Error = new MsrpReadError(reason, offset);
        return OperationStatus.InvalidData;
    }
}
