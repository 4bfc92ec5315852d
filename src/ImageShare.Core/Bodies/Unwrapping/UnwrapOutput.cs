using System.Buffers;

namespace ImageShare.Core.Bodies.Unwrapping;

/// <summary>Where the stages of a <see cref="BodyUnwrapper"/> put what they find; the first error ends it.</summary>
internal sealed class UnwrapOutput(MultipartLimits limits) : IBufferWriter<byte>
{
    private readonly ArrayBufferWriter<byte> _octets = new(4096);
    private readonly List<(UnwrapEventKind Kind, BodyPart? Part, int Start, int Length, bool IsDamaged)> _events = [];
    private int _taken;
    private int _parts;

    public MultipartLimits Limits { get; } = limits;

    public UnwrapError Error { get; private set; }

    /// <summary>Forgets what was taken; all must have been.</summary>
    public void Clear()
    {
        _events.Clear();
        _octets.ResetWrittenCount();
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
        next = new UnwrapEvent(kind, part, _octets.WrittenMemory.Slice(start, length), isDamaged);
        return true;
    }

    /// <summary>What reads the content of a part whose headers are known.</summary>
    /// <param name="part">The headers.</param>
    /// <param name="depth">How many levels are around it.</param>
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

    /// <summary>One more part, whatever is in it; false when that is one too many.</summary>
    public bool TryCountPart() => ++_parts <= Limits.MaxParts;

    public void Begin(BodyPart part) => Add(UnwrapEventKind.PartBegin, part, 0, false);

    public void End() => Add(UnwrapEventKind.End, null, 0, false);

    public void EndPart(bool isDamaged) => Add(UnwrapEventKind.PartEnd, null, 0, isDamaged);

    public Memory<byte> GetMemory(int sizeHint = 0) => _octets.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => _octets.GetSpan(sizeHint);

    /// <summary>So much content of the part that is open was written.</summary>
    public void Advance(int count)
    {
        if (count == 0 || Error != UnwrapError.None)
        {
            return;
        }

        // What comes behind other octets of the same part is one event with them.
        if (_events.Count > 0 && _events[^1] is { Kind: UnwrapEventKind.Content } last)
        {
            _events[^1] = last with { Length = last.Length + count };
            _octets.Advance(count);
            return;
        }

        Add(UnwrapEventKind.Content, null, count, false);
        _octets.Advance(count);
    }

    public void Fail(UnwrapError error) => Error = Error == UnwrapError.None ? error : Error;

    private void Add(UnwrapEventKind kind, BodyPart? part, int length, bool isDamaged)
    {
        if (Error == UnwrapError.None)
        {
            _events.Add((kind, part, _octets.WrittenCount, length, isDamaged));
        }
    }
}
