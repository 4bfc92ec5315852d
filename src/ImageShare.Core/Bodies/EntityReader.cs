using ImageShare.Core.Text;
using MimeKit;

namespace ImageShare.Core.Bodies;

/// <summary>
/// The one reader of multipart bodies, whole or in pieces: MimeKit finds delimiters, header fields and content (RFC 2046 §5.1), and this says which parts
/// they are, within the limits. Who keeps the parts derives from it.
/// </summary>
internal abstract class EntityReader : MimeReader
{
    /// <summary>One level more than any limit allows, so that what is too deep is seen; and no words of RFC 2047 where the grammar has none.</summary>
    public static readonly ParserOptions Grammar = new() { MaxMimeDepth = MultipartLimits.DeepestNesting + 2, Rfc2047ComplianceMode = RfcComplianceMode.Strict };

    private readonly MediaType _type;
    private readonly EntityStream _octets;
    private readonly MultipartLimits _limits;
    private readonly int _depth;
    private readonly PartHeaders _headers;
    private readonly List<Level> _levels = new(1);
    private bool _hasEmptyLine;
    private bool _isInPart;
    private long _contentStart;
    private int _inMessage;

    /// <param name="type">The type of the multipart, with a boundary that can be used.</param>
    /// <param name="octets">Its octets.</param>
    /// <param name="limits">What it may cost.</param>
    /// <param name="depth">How many levels are around it.</param>
    protected EntityReader(MediaType type, EntityStream octets, MultipartLimits limits, int depth)
        : base(Grammar, octets)
    {
        (_type, _octets, _limits, _depth) = (type, octets, limits, depth);
        _headers = new PartHeaders(Warn);
    }

    /// <summary>Whether something was found that ends it: what MimeKit still has in hand is passed over.</summary>
    protected bool HasFailed { get; private set; }

    /// <summary>One more part, whatever is in it; false when that is one too many.</summary>
    protected abstract bool TryCountPart();

    /// <summary>A part begins that holds content itself. Its content begins at that offset of the body.</summary>
    protected abstract void BeginPart(BodyPart head, long offset);

    /// <summary>Its octets as they stand in the body; the line end that belongs to the delimiter is still among them.</summary>
    protected abstract void TakeContent(ReadOnlySpan<byte> octets);

    /// <summary>The part has ended, its content at that offset, without the line end unless the body has ended too.</summary>
    /// <param name="offset">Where.</param>
    /// <param name="wasOpened">It is a message of its own, whose octets nobody was given.</param>
    protected abstract void EndPart(long offset, bool wasOpened);

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
        if (HasFailed || _levels.Count == 0)
        {
            return;
        }

        if (endOffset - beginOffset > _limits.MaxHeaderLength)
        {
            Fail(MultipartError.HeadersTooLarge, EntityStream.ToBody(beginOffset));
        }
        else if (_inMessage == 0)
        {
            _contentStart = EntityStream.ToBody(endOffset);
            WarnIf(!_hasEmptyLine && _headers.Count > 0, BodyWarningCode.MissingEmptyLine, endOffset);
        }
    }

    protected override void OnMimePartBegin(ContentType contentType, long beginOffset, int beginLineNumber, CancellationToken cancellationToken)
    {
        // Nothing at all between two delimiters is no part; headers without an empty line are one without content.
        bool isEmpty = _headers.Count == 0 && !_hasEmptyLine;
        if (IsRead && !isEmpty)
        {
            Begin(_headers.ToPart());
        }

        WarnIf(IsRead && isEmpty, BodyWarningCode.EmptyPart, beginOffset);
    }

    protected override void OnMimePartContentRead(byte[] buffer, int startIndex, int count, CancellationToken cancellationToken)
    {
        if (IsRead && _isInPart)
        {
            TakeContent(buffer.AsSpan(startIndex, count));
        }
    }

    protected override void OnMimePartEnd(
        ContentType contentType, long beginOffset, int beginLineNumber, long headersEndOffset, long endOffset, int lines, CancellationToken cancellationToken)
    {
        if (IsRead)
        {
            End(endOffset, wasOpened: false);
        }
    }

    // A message/rfc822 and its like is one part, whatever MimeKit finds in it.
    protected override void OnMessagePartBegin(ContentType contentType, long beginOffset, int beginLineNumber, CancellationToken cancellationToken)
    {
        if (IsRead)
        {
            Begin(_headers.ToPart());
        }

        _inMessage++;
    }

    protected override void OnMessagePartEnd(
        ContentType contentType, long beginOffset, int beginLineNumber, long headersEndOffset, long endOffset, int lines, CancellationToken cancellationToken)
    {
        _inMessage--;
        if (IsRead)
        {
            End(endOffset, wasOpened: true);
        }
    }

    protected override void OnMultipartBegin(ContentType contentType, long beginOffset, int beginLineNumber, CancellationToken cancellationToken)
    {
        if (_inMessage > 0)
        {
            return;
        }

        // Which delimiters count is said here; without a boundary all of it is the preamble, which is then the content of one opaque part.
        BodyPart head = _levels.Count == 0 ? new BodyPart { ContentType = _type } : _headers.ToPart();
        contentType.Boundary = FindBoundary(head);
        contentType.MediaSubtype = head.ContentType.Subtype;
        _levels.Add(new Level { IsOpaque = contentType.Boundary is null });
        if (HasFailed)
        {
            return;
        }

        if (contentType.Boundary is null)
        {
            WarnIf(head.IsMultipart, BodyWarningCode.UnreadableNestedBody, beginOffset);
            Begin(head);
        }
        else if (_depth + _levels.Count > _limits.MaxDepth)
        {
            Fail(MultipartError.TooDeep, _contentStart);
        }
        else
        {
            if (!Boundary.IsLegal(head.ContentType.Parameters.GetValue("boundary")))
            {
                Warn(BodyWarningCode.IllegalBoundary, _contentStart);
            }

            BeginLevel(head, _contentStart);
        }
    }

    protected override void OnMultipartPreambleRead(byte[] buffer, int startIndex, int count, CancellationToken cancellationToken)
    {
        if (IsRead && _levels[^1].IsOpaque)
        {
            TakeContent(buffer.AsSpan(startIndex, count));
        }
    }

    protected override void OnMultipartBoundaryRead(byte[] buffer, int startIndex, int count, long beginOffset, int lineNumber, CancellationToken cancellationToken) =>
        WarnIf(IsRead && buffer.AsSpan(startIndex, count) is [.., not (byte)'\r', (byte)'\n'], BodyWarningCode.BareLineFeed, beginOffset);

    protected override void OnMultipartEndBoundaryBegin(long beginOffset, int lineNumber, CancellationToken cancellationToken)
    {
        if (IsRead)
        {
            _levels[^1].ClosedAt = beginOffset;
        }
    }

    // The end of the line of a close delimiter comes first behind it.
    protected override void OnMultipartEpilogueRead(byte[] buffer, int startIndex, int count, CancellationToken cancellationToken)
    {
        if (IsRead && !_levels[^1].HasEpilogue)
        {
            _levels[^1].HasEpilogue = true;
            WarnIf(buffer[startIndex] == '\n', BodyWarningCode.BareLineFeed, _levels[^1].ClosedAt ?? 0);
        }
    }

    protected override void OnMultipartEnd(
        ContentType contentType, long beginOffset, int beginLineNumber, long headersEndOffset, long endOffset, int lines, CancellationToken cancellationToken)
    {
        if (_inMessage > 0)
        {
            return;
        }

        Level level = _levels[^1];
        _levels.RemoveAt(_levels.Count - 1);
        if (HasFailed)
        {
            return;
        }

        if (level.IsOpaque)
        {
            End(endOffset, wasOpened: false);
            return;
        }

        WarnIf(level.HasDelimiter && level.ClosedAt is null, BodyWarningCode.MissingCloseDelimiter, endOffset);
        EndLevel(EntityStream.ToBody(endOffset));
    }

    // What MimeKit reports is for whoever keeps the parts: nothing has ended it, and it is not inside a message that is one part.
    private bool IsRead => !HasFailed && _inMessage == 0 && _levels.Count > 0;

    private string? FindBoundary(BodyPart head) =>
        !HasFailed && head.IsMultipart && Boundary.TryGet(head.ContentType, out string? boundary) == MultipartError.None ? boundary : null;

    private void Begin(BodyPart head)
    {
        _isInPart = true;
        BeginPart(head, _contentStart);
    }

    private void End(long offset, bool wasOpened)
    {
        if (_isInPart)
        {
            _isInPart = false;
            EndPart(Math.Max(_contentStart, EntityStream.ToBody(offset)), wasOpened);
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
        public bool IsOpaque { get; init; }

        public bool HasDelimiter { get; set; }

        public bool HasEpilogue { get; set; }

        public long? ClosedAt { get; set; }
    }
}
