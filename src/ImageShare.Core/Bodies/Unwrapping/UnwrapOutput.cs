using System.Buffers;

namespace ImageShare.Core.Bodies.Unwrapping;

/// <summary>Collects the events of the stages of a <see cref="BodyUnwrapper"/>. The first error ends it.</summary>
internal sealed class UnwrapOutput(MultipartLimits limits) : IBufferWriter<byte>
{
    private readonly ArrayBufferWriter<byte> _bytes = new(4096);
    private readonly List<(UnwrapEventKind Kind, BodyPart? Part, int Start, int Length, bool IsDamaged)> _events = [];
    private int _taken;
    private int _parts;

    public MultipartLimits Limits { get; } = limits;

    public UnwrapError Error { get; private set; }

    /// <summary>Discards the events, all of which must have been read.</summary>
    public void Clear()
    {
        _events.Clear();
        _bytes.ResetWrittenCount();
        _taken = 0;
    }

    public bool TryTake(out UnwrapEvent next)
    {
        if (_taken == _events.Count)
        {
            next = default;
            return false;
        }

        (UnwrapEventKind kind, BodyPart? part, int start, int length, bool isDamaged) = _events[_taken++];
        next = new UnwrapEvent(kind, part, _bytes.WrittenMemory.Slice(start, length), isDamaged);
        return true;
    }

    /// <summary>Creates the stage for the content of a part.</summary>
    /// <param name="part">The headers of the part.</param>
    /// <param name="depth">The number of enclosing levels.</param>
    public IUnwrapStage Open(BodyPart part, int depth)
    {
        bool isCpim = part.ContentType.Is("message", "cpim") && !part.IsEncoded;
        bool isMultipart = part.IsMultipart && Boundary.TryGet(part.ContentType, out _) == MultipartError.None;
        if ((isCpim || isMultipart) && depth + 1 > Limits.MaxDepth)
        {
            Fail(UnwrapError.TooDeep);
        }

        return isCpim ? new CpimStage(this, depth + 1) : isMultipart ? new MultipartStage(part.ContentType, this, depth) : new ContentStage(part, this);
    }

    /// <summary>Counts a part of any kind; false if the limit is exceeded.</summary>
    public bool TryCountPart() => ++_parts <= Limits.MaxParts;

    public void Begin(BodyPart part) => Add(UnwrapEventKind.PartBegin, part, 0, false);

    public void End() => Add(UnwrapEventKind.End, null, 0, false);

    public void EndPart(bool isDamaged) => Add(UnwrapEventKind.PartEnd, null, 0, isDamaged);

    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.GetSpan(sizeHint);

    /// <summary>Records content written for the current part.</summary>
    public void Advance(int count)
    {
        if (count == 0 || Error != UnwrapError.None)
        {
            return;
        }

        // Consecutive content of a part is one event.
        if (_events.Count > 0 && _events[^1] is { Kind: UnwrapEventKind.Content } last)
        {
            _events[^1] = last with { Length = last.Length + count };
            _bytes.Advance(count);
            return;
        }

        Add(UnwrapEventKind.Content, null, count, false);
        _bytes.Advance(count);
    }

    public void Fail(UnwrapError error) => Error = Error == UnwrapError.None ? error : Error;

    private void Add(UnwrapEventKind kind, BodyPart? part, int length, bool isDamaged)
    {
        if (Error == UnwrapError.None)
        {
            _events.Add((kind, part, _bytes.WrittenCount, length, isDamaged));
        }
    }
}
