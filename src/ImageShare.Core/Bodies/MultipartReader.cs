using System.Collections.Immutable;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>Reads a complete body and stores its parts by level. Content that is not encoded is a slice of the body.</summary>
internal sealed class MultipartReader : EntityReader
{
    // The offer and its icon.
    private const int LikelyParts = 2;

    private readonly ReadOnlyMemory<byte> _body;
    private readonly MultipartLimits _limits;
    private readonly Stack<OpenLevel> _levels = new(1);
    private List<BodyWarning>? _warnings;
    private HashSet<string>? _contentIds;
    private string? _firstContentId;
    private MultipartBody? _read;
    private MultipartError _error;
    private int _errorOffset;
    private BodyPart? _head;
    private int _contentStart;
    private int _partCount;
    private long _contentLength;

    private MultipartReader(MediaType type, EntityStream bytes, ReadOnlyMemory<byte> body, MultipartLimits limits)
        : base(type, bytes, limits, depth: 0)
        => (_body, _limits) = (body, limits);

    public static MultipartReadResult Read(MediaType type, ReadOnlyMemory<byte> body, MultipartLimits limits)
    {
        MultipartError error = limits.MaxDepth == 0 ? MultipartError.TooDeep : Boundary.TryGet(type, out _);
        if (error != MultipartError.None)
        {
            return new MultipartReadResult(error, 0, null, []);
        }

        using var bytes = new EntityStream(limits.MaxHeaderBytes, body);
        var reader = new MultipartReader(type, bytes, body, limits);
        reader.ReadEntity(CancellationToken.None);
        reader._warnings?.Sort(static (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Code.CompareTo(b.Code));
        return new MultipartReadResult(reader._error, reader._errorOffset, reader._error == MultipartError.None ? reader._read : null, reader._warnings is { } warnings ? [.. warnings] : []);
    }

    protected override bool TryCountPart() => ++_partCount <= _limits.MaxParts;

    protected override void BeginPart(BodyPart head, long offset)
    {
        CheckContentId(head.ContentId, (int)offset);
        (_head, _contentStart) = (head, ToIndex(offset));
    }

    // The content is a slice of the body.
    protected override void TakeContent(ReadOnlyMemory<byte> bytes)
    {
    }

    protected override void EndPart(long offset, bool hasLineEnd)
    {
        ReadOnlyMemory<byte> text = Content(_contentStart, offset, hasLineEnd);
        if (!HasRoomFor(_head!.TransferEncoding, text.Span))
        {
            Fail(MultipartError.ContentTooLarge, _contentStart);
            return;
        }

        BodyPart part = Decode(_head, text);
        _contentLength += part.Content.Length;
        _levels.Peek().Parts.Add(part);
    }

    protected override void BeginLevel(BodyPart head, long offset)
    {
        CheckContentId(head.ContentId, (int)offset);
        _levels.Push(new OpenLevel(head, ToIndex(offset), ImmutableArray.CreateBuilder<BodyPart>(LikelyParts)));
    }

    protected override void EndLevel(long offset)
    {
        OpenLevel level = _levels.Pop();
        MultipartBody? body = level.Parts.Count == 0 ? null : new MultipartBody(level.Head.ContentType, level.Parts.DrainToImmutable());
        if (body is not null)
        {
            CheckStart(body, level.Start);
        }

        if (_levels.TryPeek(out OpenLevel around))
        {
            if (body is null)
            {
                Warn(BodyWarningCode.UnreadableNestedBody, level.Start);
            }

            around.Parts.Add(level.Head with { Multipart = body, Content = Content(level.Start, Math.Max(offset, level.Start)) });
        }
        else if (body is null)
        {
            Fail(MultipartError.NoParts, 0);
        }

        _read = body;
    }

    protected override void Fail(MultipartError error, long offset)
    {
        (_error, _errorOffset) = (error, ToIndex(offset));
        base.Fail(error, offset);
    }

    protected override void Warn(BodyWarningCode code, long offset)
    {
        // A body with one bare LF usually has many: report the first only.
        if (code != BodyWarningCode.BareLineFeed || _warnings?.Exists(static w => w.Code == BodyWarningCode.BareLineFeed) != true)
        {
            (_warnings ??= []).Add(new BodyWarning(code, ToIndex(offset)));
        }
    }

    // The stream may have appended a line end.
    private int ToIndex(long offset) => (int)Math.Min(offset, _body.Length);

    // Without a close delimiter, the last line end counts as its line end.
    private ReadOnlyMemory<byte> Content(int start, long offset, bool hasLineEnd = false)
    {
        ReadOnlyMemory<byte> text = _body[start..ToIndex(offset)];
        ReadOnlySpan<byte> bytes = text.Span;
        return !hasLineEnd && offset < _body.Length ? text
            : text[..^(bytes.EndsWith("\r\n"u8) ? 2 : bytes.EndsWith("\n"u8) || bytes.EndsWith("\r"u8) ? 1 : 0)];
    }

    // Checked before memory is allocated.
    private bool HasRoomFor(TransferEncoding encoding, ReadOnlySpan<byte> text) => encoding switch
    {
        TransferEncoding.Base64 => ContentDecoder.LengthOfBase64(text) <= _limits.MaxContentBytes - _contentLength,
        TransferEncoding.Unknown => true,
        _ => text.Length <= _limits.MaxContentBytes - _contentLength,
    };

    private BodyPart Decode(BodyPart head, ReadOnlyMemory<byte> text)
    {
        if (!head.IsEncoded)
        {
            return head with { Content = text };
        }

        var decoder = new ContentDecoder(head.TransferEncoding);
        ReadOnlyMemory<byte> content = decoder.DecodeAll(text.Span);
        foreach (BodyWarningCode code in decoder.Warnings)
        {
            Warn(code, _contentStart);
        }

        return head with { Content = content, IsDamaged = decoder.IsDamaged };
    }

    private void CheckContentId(string? id, int offset)
    {
        if (id is null)
        {
            return;
        }

        if (_firstContentId is null)
        {
            _firstContentId = id;
        }
        else if (!(_contentIds ??= new HashSet<string>(StringComparer.Ordinal) { _firstContentId }).Add(id))
        {
            Warn(BodyWarningCode.DuplicateContentId, offset);
        }
    }

    private void CheckStart(MultipartBody read, int offset)
    {
        if (read.ContentType.Is("multipart", "related") && read.ContentType.Parameters.GetValue("start") is { } start
            && read.FindPart(ContentIdUrl.ReadContentId(start)) is null)
        {
            Warn(BodyWarningCode.DanglingStart, offset);
        }
    }

    private readonly record struct OpenLevel(BodyPart Head, int Start, ImmutableArray<BodyPart>.Builder Parts);
}
