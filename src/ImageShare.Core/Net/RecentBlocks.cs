using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace ImageShare.Core.Net;

/// <summary>
/// Blocks of memory of one size. The one given back last is given out first, whatever the thread: the processor still has it at hand, as it has not what another
/// thread was the last to use. For any thread.
/// </summary>
/// <param name="size">The octets of a block.</param>
/// <param name="kept">How many there are at most; whoever wants more gets them from the shared pool.</param>
internal sealed class RecentBlocks(int size, int kept) : MemoryPool<byte>
{
    private readonly Lock _gate = new();
    private readonly Stack<Block> _free = new(kept);
    private int _made;

    public override int MaxBufferSize => Shared.MaxBufferSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        if (minBufferSize > size)
        {
            return Shared.Rent(minBufferSize);
        }

        lock (_gate)
        {
            if (_free.TryPop(out Block? recent))
            {
                return recent;
            }

            if (_made == kept)
            {
                return Shared.Rent(size);
            }

            _made++;
        }

        return new Block(this, new byte[size]);
    }

    protected override void Dispose(bool disposing)
    {
        // The blocks are plain arrays.
    }

    private sealed class Block(RecentBlocks pool, byte[] octets) : IMemoryOwner<byte>
    {
        // Never given back: the pipe of a connection that broke below TLS is not completed. Another may be made then.
        ~Block()
        {
            lock (pool._gate)
            {
                pool._made--;
            }
        }

        public Memory<byte> Memory => octets;

        [SuppressMessage("Usage", "CA1816", Justification = "It is given out again, and may be lost then.")]
        public void Dispose()
        {
            lock (pool._gate)
            {
                pool._free.Push(this);
            }
        }
    }
}
