using System.Buffers;
using System.IO.Pipelines;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Writing;

/// <summary>
/// Complete requests and responses queued for the writer loop: what the reader loop answered during one read is one entry. Any
/// thread may add; the writer loop takes.
/// </summary>
internal sealed class ControlQueue
{
    private readonly Queue<(byte[] Bytes, int Length)> _queue = [];
    private int _waiting;

    /// <summary>Set when something was flushed, or nothing will be any more: the reader loop waits for it when too much is queued.</summary>
    public AsyncSignal Room { get; } = new();

    /// <summary>How many bytes wait.</summary>
    public int WaitingBytes => Volatile.Read(ref _waiting);

    public bool IsEmpty => WaitingBytes == 0;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        byte[] copy = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(copy);
        lock (_queue)
        {
            _queue.Enqueue((copy, bytes.Length));
            _waiting += bytes.Length;
        }
    }

    /// <summary>Writes all that waits.</summary>
    public void WriteTo(PipeWriter output)
    {
        while (TryTake(out (byte[] Bytes, int Length) next))
        {
            output.Write(next.Bytes.AsSpan(0, next.Length));
            ArrayPool<byte>.Shared.Return(next.Bytes);
        }
    }

    private bool TryTake(out (byte[] Bytes, int Length) next)
    {
        lock (_queue)
        {
            bool any = _queue.TryDequeue(out next);
            _waiting -= next.Length;
            return any;
        }
    }
}
