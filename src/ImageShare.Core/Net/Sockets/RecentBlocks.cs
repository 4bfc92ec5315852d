using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace ImageShare.Core.Net.Sockets;

/// <summary>
/// A pool of blocks of one size. The block returned last is rented first, whichever thread returned it, because it is still in the
/// processor's cache. Thread-safe.
/// </summary>
/// <param name="size">The size of a block in bytes.</param>
/// <param name="kept">The maximum number of blocks; further ones come from the shared pool.</param>
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
        // The blocks are plain managed arrays.
    }

    private sealed class Block(RecentBlocks pool, byte[] bytes) : IMemoryOwner<byte>
    {
        // The block was never returned: the pipe of a connection that failed below TLS is not completed. Allow another one to be created.
        ~Block()
        {
            lock (pool._gate)
            {
                pool._made--;
            }
        }

        public Memory<byte> Memory => bytes;

        [SuppressMessage("Usage", "CA1816", Justification = "The block is rented again and needs its finalizer.")]
        public void Dispose()
        {
            lock (pool._gate)
            {
                pool._free.Push(this);
            }
        }
    }
}
