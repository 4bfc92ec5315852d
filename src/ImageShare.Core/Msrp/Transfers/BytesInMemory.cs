using System.Buffers;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>Bytes in memory: they are sent without a copy and without reading ahead.</summary>
/// <param name="bytes">All of them, in any number of segments.</param>
/// <param name="whole">What has to lie in one piece, if there is as much: a small chunk.</param>
internal sealed class BytesInMemory(ReadOnlySequence<byte> bytes, int whole) : IOutgoingBytes
{
    private ReadOnlySequence<byte> _later = bytes;
    private ReadOnlyMemory<byte> _now;
    private byte[]? _seam;

    public ReadOnlySpan<byte> Ready
    {
        get
        {
            if (_now.Length < whole && !_later.IsEmpty)
            {
                MoveOn();
            }

            return _now.Span;
        }
    }

    public void Advance(int count) => _now = _now[count..];

    public Task<bool> FillAsync(Action ready, CancellationToken cancellationToken) => Task.FromResult(true);

    public void Stop()
    {
    }

    public void Return() => (_now, _later) = (default, default);

    private void MoveOn()
    {
        while (_now.IsEmpty && !_later.IsEmpty)
        {
            SequencePosition next = _later.Start;
            _later.TryGet(ref next, out _now);
            _later = next.GetObject() is null ? default : _later.Slice(next);
        }

        if (_now.Length >= whole || _later.IsEmpty)
        {
            return;
        }

        // Bytes that span segments are copied together. The first ones may be in the copy already, which is then reused.
        _seam ??= new byte[whole];
        int rest = _now.Length;
        int added = (int)Math.Min(whole - rest, _later.Length);
        _now.CopyTo(_seam);
        _later.Slice(0, added).CopyTo(_seam.AsSpan(rest));
        _later = _later.Slice(added);
        _now = _seam.AsMemory(0, rest + added);
    }
}
