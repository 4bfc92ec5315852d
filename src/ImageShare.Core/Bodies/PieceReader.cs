using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>Reads a body that comes in pieces: notes what is in each, and keeps nothing beyond it.</summary>
internal sealed class PieceReader(MediaType type, EntityStream octets, UnwrapOutput output, int depth) : EntityReader(type, octets, output.Limits, depth)
{
    private readonly int _depth = depth;
    private readonly List<Note> _notes = [];
    private readonly ArrayBufferWriter<byte> _content = new(4096);
    private LineEnd _lineEnd;
    private int _levels;
    private bool _hasParts;

    /// <summary>What was found since they were cleared, in order.</summary>
    public IReadOnlyList<Note> Notes => _notes;

    /// <summary>Why it has ended; what was noted before it still counts.</summary>
    public UnwrapError Error { get; private set; }

    /// <summary>The content of a note.</summary>
    public ReadOnlyMemory<byte> ContentOf(Note note) => _content.WrittenMemory.Slice(note.Start, note.Length);

    public void Clear()
    {
        _notes.Clear();
        _content.ResetWrittenCount();
    }

    protected override bool TryCountPart() => output.TryCountPart();

    protected override void BeginPart(BodyPart head, long offset)
    {
        _hasParts = true;
        _notes.Add(new Note(NoteKind.Begin) { Head = head, Depth = _depth + _levels });
    }

    // A line end is held back until it is known whether it belongs to a delimiter.
    protected override void TakeContent(ReadOnlySpan<byte> octets)
    {
        if (_lineEnd is LineEnd.CarriageReturn && octets is [(byte)'\n'])
        {
            _lineEnd = LineEnd.Both;
            return;
        }

        AddLineEnd();
        _lineEnd = octets.EndsWith("\r\n"u8) ? LineEnd.Both : octets[^1] switch
        {
            (byte)'\r' => LineEnd.CarriageReturn,
            (byte)'\n' => LineEnd.LineFeed,
            _ => LineEnd.None,
        };
        Add(octets[..^(_lineEnd is LineEnd.Both ? 2 : _lineEnd is LineEnd.None ? 0 : 1)]);
    }

    protected override void EndPart(long offset, bool wasOpened)
    {
        if (_lineEnd is LineEnd.CarriageReturn)
        {
            AddLineEnd();
        }

        _lineEnd = LineEnd.None;
        _notes.Add(new Note(NoteKind.End) { WasOpened = wasOpened });
    }

    protected override void BeginLevel(BodyPart head, long offset) => _hasParts |= _levels++ > 0;

    protected override void EndLevel(long offset)
    {
        if (--_levels == 0 && !_hasParts && _depth == 0)
        {
            Fail(MultipartError.NoParts, offset);
        }
    }

    protected override void Warn(BodyWarningCode code, long offset)
    {
    }

    protected override void Fail(MultipartError error, long offset)
    {
        Error = error switch
        {
            MultipartError.TooManyParts => UnwrapError.TooManyParts,
            MultipartError.TooDeep => UnwrapError.TooDeep,
            MultipartError.HeadersTooLarge => UnwrapError.HeadersTooLarge,
            _ => UnwrapError.NoParts,
        };
        base.Fail(error, offset);
    }

    private void AddLineEnd()
    {
        Add(_lineEnd switch
        {
            LineEnd.Both => "\r\n"u8,
            LineEnd.LineFeed => "\n"u8,
            LineEnd.CarriageReturn => "\r"u8,
            _ => default,
        });
        _lineEnd = LineEnd.None;
    }

    private void Add(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
        {
            return;
        }

        // What comes behind other octets of the same part is one note with them.
        if (_notes is [.., { Kind: NoteKind.Content } last])
        {
            _notes[^1] = last with { Length = last.Length + octets.Length };
        }
        else
        {
            _notes.Add(new Note(NoteKind.Content) { Start = _content.WrittenCount, Length = octets.Length });
        }

        _content.Write(octets);
    }

    private enum LineEnd
    {
        None,
        CarriageReturn,
        LineFeed,
        Both,
    }

    internal enum NoteKind
    {
        Begin,
        Content,
        End,
    }

    internal readonly record struct Note(NoteKind Kind)
    {
        public BodyPart? Head { get; init; }

        public int Depth { get; init; }

        public int Start { get; init; }

        public int Length { get; init; }

        /// <summary>A message of its own, whose content nobody sees.</summary>
        public bool WasOpened { get; init; }
    }
}
