using System.Buffers;
using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>
/// Carries the bytes of a message from its source to the writer loop: the source is read into large blocks ahead of the wire, and the
/// blocks go round. One side fills, one side empties. The filling side is woken when half of the blocks are empty, not for each: carrying
/// work to another thread costs more than reading a block. Of the smallest blocks, which are those of many messages at a time, all: the others
/// keep the wire busy.
/// </summary>
internal sealed class SourceBlocks : IOutgoingBytes
{
    private const int BlockSize = 256 * 1024;
    private const int SmallestBlock = 8 * 1024;
    private const int BlockCount = 4;

    private readonly MsrpOutgoingContent _content;
    private readonly byte[]?[] _blocks = new byte[BlockCount][];
    private readonly int[] _lengths = new int[BlockCount];
    private readonly AsyncSignal _room = new();
    private readonly int _size;
    private readonly int _fillsAt;
    private long _filled;
    private long _emptied;
    private int _start;
    private volatile bool _stopped;

    /// <param name="content">The message; each small chunk of it fits into one block.</param>
    /// <param name="budget">How many bytes the blocks may have together; not kept to when that would make them useless.</param>
    public SourceBlocks(MsrpOutgoingContent content, long budget = BlockSize * BlockCount)
    {
        _content = content;
        long chunkSize = content.ChunkSize;
        int size = (int)Math.Min(Math.Clamp(budget / BlockCount, SmallestBlock, BlockSize), Math.Max(1, content.Length));
        _fillsAt = budget / BlockCount <= SmallestBlock ? 0 : BlockCount / 2;
        _size = chunkSize <= MsrpChunker.UninterruptibleSize ? (int)(Math.Max(1, size / chunkSize) * chunkSize) : size;
    }

    public ReadOnlySpan<byte> Ready
    {
        get
        {
            if (_emptied == Volatile.Read(ref _filled))
            {
                return default;
            }

            int index = (int)(_emptied % BlockCount);
            return _blocks[index].AsSpan(_start, _lengths[index] - _start);
        }
    }

    public void Advance(int count)
    {
        _start += count;
        if (_start < _lengths[_emptied % BlockCount])
        {
            return;
        }

        _start = 0;
        Volatile.Write(ref _emptied, _emptied + 1);
        if (Volatile.Read(ref _filled) - _emptied <= _fillsAt)
        {
            _room.Set();
        }
    }

    public void Stop()
    {
        _stopped = true;
        _room.Set();
    }

    public async Task<bool> FillAsync(Action ready, CancellationToken cancellationToken)
    {
        long left = _content.Length;
        while (left > 0)
        {
            while (_filled - Volatile.Read(ref _emptied) == BlockCount && !_stopped)
            {
                // Without a token: such a wait allocates nothing, and Stop ends it.
                await _room.WaitAsync().ConfigureAwait(false);
            }

            if (_stopped)
            {
                return true;
            }

            byte[] block = _blocks[_filled % BlockCount] ??= ArrayPool<byte>.Shared.Rent(_size);
            int wanted = (int)Math.Min(_size, left);
            int length = 0;
            int read = 1;
            while (read > 0 && length < wanted)
            {
                read = await _content.Read(block.AsMemory(length, wanted - length), cancellationToken).ConfigureAwait(false);
                length += Math.Max(read, 0);
            }

            left -= length;
            Publish(length, ready);
            if (length < wanted)
            {
                return false;
            }
        }

        return true;
    }

    public void Return()
    {
        // Blocks of a transfer that was stopped are left to the garbage collector: not every source stops using a buffer when it is cancelled.
        for (int i = 0; i < BlockCount && !_stopped; i++)
        {
            if (_blocks[i] is { } block)
            {
                _blocks[i] = null;
                ArrayPool<byte>.Shared.Return(block);
            }
        }
    }

    // The block that was filled may be emptied from now on.
    private void Publish(int length, Action ready)
    {
        if (length > 0)
        {
            _lengths[_filled % BlockCount] = length;
            Volatile.Write(ref _filled, _filled + 1);
            ready();
        }
    }
}
