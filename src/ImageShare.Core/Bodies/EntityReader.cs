using System.Text;
using ImageShare.Core.Text;
using MimeKit;

namespace ImageShare.Core.Bodies;

/// <summary>
/// The one reader of multipart bodies, whole or in pieces: MimeKit finds delimiters, header fields and content (RFC 2046 §5.1), and this says which parts
/// they are, within the limits. Who keeps the parts derives from it.
/// </summary>
internal abstract class EntityReader : MimeReader
{
    /// <summary>No words of RFC 2047 where the grammar has none.</summary>
    public static readonly ParserOptions Grammar = new() { Rfc2047ComplianceMode = RfcComplianceMode.Strict };

    // A part that holds content itself is one part, whatever it is: with these MimeKit opens neither a mail message (message/rfc822) nor a multipart.
    private static readonly ParserOptions Opaque = new() { Rfc2047ComplianceMode = RfcComplianceMode.Strict, MaxMimeDepth = 0 };

    private readonly EntityStream _octets;
    private readonly MultipartLimits _limits;
    private readonly int _depth;
    private readonly PartHeaders _headers;
    private readonly List<Level> _levels = new(1);
    private BodyPart _head;
    private string? _boundary;
    private bool _hasEmptyLine;
    private bool _isInPart;
    private bool _isLineStart;
    private long _contentStart;
    private long _position;

    /// <param name="type">The type of the multipart, with a boundary that can be used.</param>
    /// <param name="octets">Its octets.</param>
    /// <param name="limits">What it may cost.</param>
    /// <param name="depth">How many levels are around it.</param>
    protected EntityReader(MediaType type, EntityStream octets, MultipartLimits limits, int depth)
        : base(Grammar, octets)
    {
        (_octets, _limits, _depth) = (octets, limits, depth);
        _headers = new PartHeaders(Warn);
        _head = new BodyPart { ContentType = type };
        _boundary = FindBoundary(_head);
    }

    /// <summary>Whether something was found that ends it: what MimeKit still has in hand is passed over.</summary>
    protected bool HasFailed { get; private set; }

    /// <summary>One more part, whatever is in it; false when that is one too many.</summary>
    protected abstract bool TryCountPart();

    /// <summary>A part begins that holds content itself. Its content begins at that offset of the body.</summary>
    protected abstract void BeginPart(BodyPart head, long offset);

    /// <summary>Its octets as they stand in the body, valid until this returns; the line end that belongs to the delimiter is still among them.</summary>
    protected abstract void TakeContent(ReadOnlyMemory<byte> octets);

    /// <summary>The part has ended, its content at that offset.</summary>
    /// <param name="offset">Where.</param>
    /// <param name="hasLineEnd">Whether the line end that belongs to the delimiter still stands before it, as it also does where the body ends.</param>
    protected abstract void EndPart(long offset, bool hasLineEnd);

    /// <summary>A multipart begins, the outermost one or one inside, its text at that offset.</summary>
    protected abstract void BeginLevel(BodyPart head, long offset);

    /// <summary>It has ended.</summary>
    protected abstract void EndLevel(long offset);

    /// <summary>Something that is lived with.</summary>
    protected abstract void Warn(BodyWarningCode code, long offset);

    /// <summary>Something that is not.</summary>
    protected virtual void Fail(MultipartError error, long offset)
    {
        HasFailed = true;
        _octets.Stop();
    }

    protected override void OnHeadersBegin(long beginOffset, int beginLineNumber, CancellationToken cancellationToken)
    {
        _octets.BeginHeaders(beginOffset);
        if (!IsRead)
        {
            return;
        }

        _levels[^1].HasDelimiter = true;
        _headers.Clear();
        _hasEmptyLine = false;
        if (!TryCountPart())
        {
            Fail(MultipartError.TooManyParts, EntityStream.ToBody(beginOffset));
        }
    }

    protected override void OnHeaderRead(Header header, int beginLineNumber, CancellationToken cancellationToken)
    {
        if (!IsRead)
        {
            return;
        }

        long offset = EntityStream.ToBody(header.Offset ?? 0);
        if (_headers.Count < _limits.MaxHeaders)
        {
            _headers.Take(header, offset);
        }
        else
        {
            Fail(MultipartError.HeadersTooLarge, offset);
        }
    }

    protected override void OnBodySeparator(long beginOffset, int lineNumber, long endOffset, CancellationToken cancellationToken)
    {
        if (IsRead)
        {
            _hasEmptyLine = true;
            WarnIf(endOffset - beginOffset == 1, BodyWarningCode.BareLineFeed, beginOffset);
        }
    }

    protected override void OnHeadersEnd(long beginOffset, int beginLineNumber, long endOffset, int endLineNumber, CancellationToken cancellationToken)
    {
        _octets.EndHeaders();
        if (IsRead && endOffset - beginOffset > _limits.MaxHeaderLength)
        {
            Fail(MultipartError.HeadersTooLarge, EntityStream.ToBody(beginOffset));
        }

        Options = Opaque;
        if (!IsRead)
        {
            return;
        }

        _contentStart = _position = EntityStream.ToBody(endOffset);
        _isLineStart = true;
        WarnIf(!_hasEmptyLine && _headers.Count > 0, BodyWarningCode.MissingEmptyLine, endOffset);
        _head = _headers.ToPart();
        _boundary = FindBoundary(_head);
        Options = _boundary is null ? Opaque : Grammar;
    }

    protected override void OnMimePartBegin(ContentType contentType, long beginOffset, int beginLineNumber, CancellationToken cancellationToken)
    {
        if (!IsRead)
        {
            return;
        }

        // Nothing at all between two delimiters is no part; headers without an empty line are one without content.
        if (_headers.Count == 0 && !_hasEmptyLine)
        {
            Warn(BodyWarningCode.EmptyPart, EntityStream.ToBody(beginOffset));
            return;
        }

        WarnIf(_head.IsMultipart && _boundary is null, BodyWarningCode.UnreadableNestedBody, beginOffset);
        _isInPart = true;
        BeginPart(_head, _contentStart);
    }

    protected override void OnMimePartContentRead(byte[] buffer, int startIndex, int count, CancellationToken cancellationToken)
    {
        if (!IsRead || !_isInPart)
        {
            return;
        }

        ReadOnlyMemory<byte> octets = buffer.AsMemory(startIndex, count);
        int end = _levels[^1].UnseenClose is { } close ? Boundary.IndexOfLine(octets.Span, close, _isLineStart) : -1;
        if (end != 0)
        {
            TakeContent(end < 0 ? octets : octets[..end]);
        }

        _position += end < 0 ? count : end;
        _isLineStart = octets.Span[^1] == '\n';
        if (end >= 0)
        {
            End(_position, hasLineEnd: true);
            _levels[^1].ClosedAt = _position;
            _levels[^1].IsOver = true;
        }
    }

    protected override void OnMimePartEnd(
        ContentType contentType, long beginOffset, int beginLineNumber, long headersEndOffset, long endOffset, int lines, CancellationToken cancellationToken)
    {
        if (IsRead)
        {
            End(EntityStream.ToBody(endOffset), hasLineEnd: false);
        }
    }

    protected override void OnMultipartBegin(ContentType contentType, long beginOffset, int beginLineNumber, CancellationToken cancellationToken)
    {
        // Which delimiters count is said here.
        contentType.Boundary = _boundary;
        string? stated = _head.ContentType.Parameters.GetValue("boundary");
        _levels.Add(new Level { UnseenClose = stated?.EndsWith(' ') == true ? Encoding.ASCII.GetBytes($"--{stated}--") : null });
        if (_depth + _levels.Count > _limits.MaxDepth)
        {
            Fail(MultipartError.TooDeep, _contentStart);
            return;
        }

        if (!Boundary.IsLegal(stated))
        {
            Warn(BodyWarningCode.IllegalBoundary, _contentStart);
        }

        BeginLevel(_head, _contentStart);
    }

    protected override void OnMultipartBoundaryRead(byte[] buffer, int startIndex, int count, long beginOffset, int lineNumber, CancellationToken cancellationToken) =>
        WarnIf(IsRead && buffer.AsSpan(startIndex, count) is [.., not (byte)'\r', (byte)'\n'], BodyWarningCode.BareLineFeed, beginOffset);

    protected override void OnMultipartEndBoundaryBegin(long beginOffset, int lineNumber, CancellationToken cancellationToken)
    {
        if (IsRead)
        {
            _levels[^1].ClosedAt = EntityStream.ToBody(beginOffset);
        }
    }

    // The end of the line of a close delimiter comes first behind it.
    protected override void OnMultipartEpilogueRead(byte[] buffer, int startIndex, int count, CancellationToken cancellationToken)
    {
        if (IsRead && !_levels[^1].HasEpilogue)
        {
            _levels[^1].HasEpilogue = true;
            if (buffer[startIndex] == '\n')
            {
                Warn(BodyWarningCode.BareLineFeed, _levels[^1].ClosedAt ?? 0);
            }
        }
    }

    protected override void OnMultipartEnd(
        ContentType contentType, long beginOffset, int beginLineNumber, long headersEndOffset, long endOffset, int lines, CancellationToken cancellationToken)
    {
        Level level = _levels[^1];
        _levels.RemoveAt(_levels.Count - 1);
        if (!HasFailed)
        {
            WarnIf(level.HasDelimiter && level.ClosedAt is null, BodyWarningCode.MissingCloseDelimiter, endOffset);
            EndLevel(EntityStream.ToBody(endOffset));
        }
    }

    // What MimeKit reports is for whoever keeps the parts: nothing has ended it, and it does not stand behind the last delimiter.
    private bool IsRead => !HasFailed && _levels.Count > 0 && !_levels[^1].IsOver;

    private static string? FindBoundary(BodyPart head) =>
        head.IsMultipart && Boundary.TryGet(head.ContentType, out string? boundary) == MultipartError.None ? boundary : null;

    private void End(long offset, bool hasLineEnd)
    {
        if (_isInPart)
        {
            _isInPart = false;
            EndPart(Math.Max(_contentStart, offset), hasLineEnd);
        }
    }

    private void WarnIf(bool condition, BodyWarningCode code, long offset)
    {
        if (condition)
        {
            Warn(code, EntityStream.ToBody(offset));
        }
    }

    private sealed class Level
    {
        /// <summary>The close delimiter of a boundary stated with blanks at its end, which MimeKit does not know: it takes the blanks from the end of a line.</summary>
        public byte[]? UnseenClose { get; init; }

        public bool IsOver { get; set; }

        public bool HasDelimiter { get; set; }

        public bool HasEpilogue { get; set; }

        public long? ClosedAt { get; set; }
    }
}
