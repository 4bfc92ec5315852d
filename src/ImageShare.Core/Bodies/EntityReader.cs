using System.Text;
using ImageShare.Core.Text;
using MimeKit;

namespace ImageShare.Core.Bodies;

/// <summary>
/// The reader of multipart bodies, complete or in pieces: MimeKit finds delimiters, header fields and content (RFC 2046 §5.1); this class
/// interprets the parts and enforces the limits. Derived classes store the parts.
/// </summary>
internal abstract class EntityReader : MimeReader
{
    /// <summary>Encoded words (RFC 2047) are decoded only where the grammar allows them.</summary>
    public static readonly ParserOptions Grammar = new() { Rfc2047ComplianceMode = RfcComplianceMode.Strict };

    // A leaf part is never opened further: with these options MimeKit parses neither message/rfc822 nor multipart inside it.
    private static readonly ParserOptions Opaque = new() { Rfc2047ComplianceMode = RfcComplianceMode.Strict, MaxMimeDepth = 0 };

    private readonly EntityStream _bytes;
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

    /// <param name="type">The type of the multipart, with a usable boundary.</param>
    /// <param name="bytes">The bytes of the multipart.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="depth">The number of enclosing levels.</param>
    protected EntityReader(MediaType type, EntityStream bytes, MultipartLimits limits, int depth)
        : base(Grammar, bytes)
    {
        (_bytes, _limits, _depth) = (bytes, limits, depth);
        _headers = new PartHeaders(Warn);
        _head = new BodyPart { ContentType = type };
        _boundary = FindBoundary(_head);
    }

    /// <summary>Whether reading has failed: the rest of MimeKit's input is skipped.</summary>
    protected bool HasFailed { get; private set; }

    /// <summary>Counts a part of any kind; false if the limit is exceeded.</summary>
    protected abstract bool TryCountPart();

    /// <summary>Called at the start of a leaf part, with the offset of its content in the body.</summary>
    protected abstract void BeginPart(BodyPart head, long offset);

    /// <summary>Called with raw content, which is valid until the call returns. It still includes the line end that belongs to the delimiter.</summary>
    protected abstract void TakeContent(ReadOnlyMemory<byte> bytes);

    /// <summary>Called at the end of a leaf part.</summary>
    /// <param name="offset">The end of its content.</param>
    /// <param name="hasLineEnd">Whether the content is still followed by the line end that belongs to the delimiter; also true at the end of
    /// the body.</param>
    protected abstract void EndPart(long offset, bool hasLineEnd);

    /// <summary>Called at the start of a multipart, outermost or nested, with the offset of its text.</summary>
    protected abstract void BeginLevel(BodyPart head, long offset);

    /// <summary>Called at the end of a multipart.</summary>
    protected abstract void EndLevel(long offset);

    /// <summary>Reports a tolerated deviation.</summary>
    protected abstract void Warn(BodyWarningCode code, long offset);

    /// <summary>Reports an error.</summary>
    protected virtual void Fail(MultipartError error, long offset)
    {
        HasFailed = true;
        _bytes.Stop();
    }

    protected override void OnHeadersBegin(long beginOffset, int beginLineNumber, CancellationToken cancellationToken)
    {
        _bytes.BeginHeaders(beginOffset);
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
        _bytes.EndHeaders();
        if (IsRead && endOffset - beginOffset > _limits.MaxHeaderBytes)
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

        // Two adjacent delimiters enclose no part; headers without an empty line are a part without content.
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

        ReadOnlyMemory<byte> bytes = buffer.AsMemory(startIndex, count);
        int end = _levels[^1].UnseenClose is { } close ? Boundary.IndexOfLine(bytes.Span, close, _isLineStart) : -1;
        if (end != 0)
        {
            TakeContent(end < 0 ? bytes : bytes[..end]);
        }

        _position += end < 0 ? count : end;
        _isLineStart = bytes.Span[^1] == '\n';
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
        // Tells MimeKit which boundary to use.
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

    // The epilogue starts with the line end of the close delimiter.
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

    // Whether MimeKit's callbacks count: reading has not failed and the last delimiter has not been passed.
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
        /// <summary>
        /// The close delimiter of a boundary with trailing blanks, which MimeKit does not recognize: it strips the blanks at the end of a
        /// line.
        /// </summary>
        public byte[]? UnseenClose { get; init; }

        public bool IsOver { get; set; }

        public bool HasDelimiter { get; set; }

        public bool HasEpilogue { get; set; }

        public long? ClosedAt { get; set; }
    }
}
