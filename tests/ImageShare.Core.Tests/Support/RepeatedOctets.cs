namespace ImageShare.Core.Tests.Support;

/// <summary>A long stream that takes no memory: a head, one block as often as is needed, and a tail. Counts what was taken of it.</summary>
internal sealed class RepeatedOctets(byte[] head, byte[] block, long blocks, byte[] tail) : Stream
{
    private long _position;

    /// <summary>What is waited for in the middle; nothing when it is null.</summary>
    public Task? Middle { get; init; }

    /// <summary>How many octets were read.</summary>
    public long Taken => Volatile.Read(ref _position);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => head.Length + (block.Length * blocks) + tail.Length;

    public override long Position { get => Taken; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        int total = 0;
        while (!buffer.IsEmpty && _position < Length)
        {
            long inBlocks = _position - head.Length;
            ReadOnlySpan<byte> rest = inBlocks < 0 ? head.AsSpan((int)_position)
                : inBlocks < block.Length * blocks ? block.AsSpan((int)(inBlocks % block.Length))
                : tail.AsSpan((int)(inBlocks - (block.Length * blocks)));
            rest = rest[..Math.Min(rest.Length, buffer.Length)];
            rest.CopyTo(buffer);
            buffer = buffer[rest.Length..];
            total += rest.Length;
            Volatile.Write(ref _position, _position + rest.Length);
        }

        return total;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Middle is not null && _position >= Length / 2)
        {
            await Middle.WaitAsync(cancellationToken);
        }

        return Read(buffer.Span);
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
