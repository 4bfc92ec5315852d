using System.Buffers;
using System.Threading.Channels;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// Carries the octets of a message from its source to the writer loop: the source is read into large blocks ahead of the wire, and the
/// blocks go round. One side fills, one side empties.
/// </summary>
internal sealed class SourceBlocks
{
    private const int BlockSize = 128 * 1024;
    private const int BlockCount = 2;

    private readonly Channel<byte[]> _free = Channel.CreateUnbounded<byte[]>(new() { SingleReader = true, SingleWriter = true });
    private readonly Channel<(byte[] Octets, int Length)> _filled = Channel.CreateUnbounded<(byte[], int)>(new() { SingleReader = true, SingleWriter = true });
    private readonly int _size;
    private byte[] _current = [];
    private int _start;
    private int _end;

    public SourceBlocks(long length, long chunkSize)
    {
        // A small chunk lies whole in one block.
        int size = (int)Math.Min(BlockSize, Math.Max(1, length));
        _size = chunkSize <= MsrpChunker.UninterruptibleSize ? (int)(Math.Max(1, size / chunkSize) * chunkSize) : size;
        int count = length <= _size ? 1 : BlockCount;
        for (int i = 0; i < count; i++)
        {
            _free.Writer.TryWrite(ArrayPool<byte>.Shared.Rent(_size));
        }
    }

    /// <summary>What lies ready for the wire. For the writer loop.</summary>
    public ReadOnlySpan<byte> Ready
    {
        get
        {
            if (_start == _end && _filled.Reader.TryRead(out (byte[] Octets, int Length) next))
            {
                (_current, _start, _end) = (next.Octets, 0, next.Length);
            }

            return _current.AsSpan(_start, _end - _start);
        }
    }

    /// <summary>Octets went to the wire. For the writer loop.</summary>
    public void Take(int count)
    {
        _start += count;
        if (_start == _end)
        {
            byte[] emptied = _current;
            (_current, _start, _end) = ([], 0, 0);
            _free.Writer.TryWrite(emptied);
        }
    }

    /// <summary>Ends the waiting for room. For any thread.</summary>
    public void Stop() => _free.Writer.TryComplete();

    /// <summary>
    /// Reads the source to its end. False when it ended before its length; returns early when stopped.
    /// </summary>
    public async Task<bool> FillAsync(MsrpOutgoingContent content, Action filled, CancellationToken cancellationToken)
    {
        long left = content.Length;
        while (left > 0)
        {
            // Without a token: such a wait allocates nothing, and Stop ends it.
            if (!await _free.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false) || !_free.Reader.TryRead(out byte[]? block))
            {
                return true;
            }

            int wanted = (int)Math.Min(_size, left);
            int length = 0;
            while (length < wanted)
            {
                int read = await content.Read(block.AsMemory(length, wanted - length), cancellationToken).ConfigureAwait(false);
                if (read <= 0)
                {
                    break;
                }

                length += read;
            }

            left -= length;
            _filled.Writer.TryWrite((block, length));
            filled();
            if (length < wanted)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Gives the blocks back. Only when nobody uses them any more; blocks of a transfer that was cut off are left to the collector.</summary>
    public void Return()
    {
        while (_free.Reader.TryRead(out byte[]? block))
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }
}
