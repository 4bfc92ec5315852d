using System.Buffers;

namespace ImageShare.Core.Net.Sockets;

/// <summary>
/// The received bytes that were not consumed yet, in one block of a pool, which is rented while there are some or a read goes into it. Not thread-safe.
/// </summary>
/// <param name="blocks">The pool.</param>
/// <param name="blockSize">The size of a block in bytes.</param>
/// <param name="minimumRead">The least room for a read, in bytes.</param>
internal sealed class ReceiveBlock(MemoryPool<byte> blocks, int blockSize, int minimumRead)
{
    // What is not consumed lies from start to end; the reader has looked at it up to examined.
    private IMemoryOwner<byte>? _block;
    private int _start;
    private int _examined;
    private int _end;
    private ReadOnlySequence<byte> _given;

    public bool IsEmpty => _start == _end;

    /// <summary>Whether there are bytes that the reader has not examined.</summary>
    public bool HasNews => _examined < _end;

    /// <summary>Gives the reader what is there; valid until it advances.</summary>
    public ReadOnlySequence<byte> Give() => _given = _block is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_block.Memory[_start.._end]);

    /// <summary>The reader has consumed and examined some of what it was given.</summary>
    public void Advance(SequencePosition consumed, SequencePosition examined)
    {
        if (_given.IsEmpty)
        {
            return;
        }

        _examined = _start + (int)_given.Slice(_given.Start, examined).Length;
        _start += (int)_given.Slice(_given.Start, consumed).Length;
        _given = default;
    }

    /// <summary>
    /// Where the next bytes go: behind what is not consumed. If there is too little room, that moves to the front of the block, or of a longer one. Not between
    /// <see cref="Give"/> and <see cref="Advance"/>.
    /// </summary>
    public Memory<byte> Room()
    {
        _block ??= blocks.Rent(blockSize);
        if (_block.Memory.Length - _end < minimumRead)
        {
            IMemoryOwner<byte> from = _block;
            if (from.Memory.Length - (_end - _start) < minimumRead)
            {
                _block = blocks.Rent(checked(2 * from.Memory.Length));
            }

            from.Memory[_start.._end].CopyTo(_block.Memory);
            (_start, _examined, _end) = (0, _examined - _start, _end - _start);
            if (from != _block)
            {
                from.Dispose();
            }
        }

        return _block.Memory[_end..];
    }

    /// <summary>So many bytes were received into the room.</summary>
    public void Add(int received) => _end += received;

    /// <summary>Returns the block to the pool, with what is in it.</summary>
    public void Return()
    {
        _block?.Dispose();
        _block = null;
        (_start, _examined, _end) = (0, 0, 0);
    }
}
