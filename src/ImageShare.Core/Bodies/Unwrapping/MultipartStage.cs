using ImageShare.Core.Text;
using MimeKit;

namespace ImageShare.Core.Bodies.Unwrapping;

/// <summary>A multipart that arrives in pieces: feeds MimeKit and forwards the content to the stages of the parts. Nothing is buffered.</summary>
internal sealed class MultipartStage : EntityReader, IUnwrapStage
{
    private readonly UnwrapOutput _output;
    private readonly EntityStream _bytes;
    private readonly int _depth;
    private readonly byte[] _lineEnd = new byte[2];
    private int _heldBack;
    private Task? _reading;
    private IUnwrapStage? _part;
    private ReadOnlyMemory<byte> _taken;
    private bool _isPartOver;
    private int _levels;
    private bool _hasParts;

    /// <param name="type">The content type, with a usable boundary.</param>
    /// <param name="output">Receives the parts.</param>
    /// <param name="depth">The number of enclosing levels.</param>
    public MultipartStage(MediaType type, UnwrapOutput output, int depth)
        : this(type, new EntityStream(output.Limits.MaxHeaderBytes), output, depth)
    {
    }

    private MultipartStage(MediaType type, EntityStream bytes, UnwrapOutput output, int depth)
        : base(type, bytes, output.Limits, depth)
        => (_bytes, _output, _depth) = (bytes, output, depth);

    public async ValueTask PushAsync(ReadOnlyMemory<byte> bytes)
    {
        _reading ??= ReadAsync();
        if (!_reading.IsCompleted)
        {
            await _bytes.FeedAsync(bytes).ConfigureAwait(false);
        }
    }

    public async ValueTask EndAsync()
    {
        _reading ??= ReadAsync();
        _bytes.End();
        await _reading.ConfigureAwait(false);
    }

    protected override bool TryCountPart() => _output.TryCountPart();

    protected override void BeginPart(BodyPart head, long offset)
    {
        _hasParts = true;
        _part = _output.Open(head, _depth + _levels);
    }

    protected override void TakeContent(ReadOnlyMemory<byte> bytes) => _taken = bytes;

    protected override void EndPart(long offset, bool hasLineEnd) => _isPartOver = true;

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
        _output.Fail(error switch
        {
            MultipartError.TooManyParts => UnwrapError.TooManyParts,
            MultipartError.TooDeep => UnwrapError.TooDeep,
            MultipartError.HeadersTooLarge => UnwrapError.HeadersTooLarge,
            _ => UnwrapError.NoParts,
        });
        base.Fail(error, offset);
    }

    protected override Task OnMimePartContentReadAsync(byte[] buffer, int startIndex, int count, CancellationToken cancellationToken)
    {
        OnMimePartContentRead(buffer, startIndex, count, cancellationToken);
        return PassOnAsync();
    }

    protected override Task OnMimePartEndAsync(
        ContentType contentType, long beginOffset, int beginLineNumber, long headersEndOffset, long endOffset, int lines, CancellationToken cancellationToken)
    {
        OnMimePartEnd(contentType, beginOffset, beginLineNumber, headersEndOffset, endOffset, lines, cancellationToken);
        return _isPartOver ? PassOnAsync() : Task.CompletedTask;
    }

    private async Task ReadAsync()
    {
        try
        {
            await ReadEntityAsync(CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _bytes.Release();
        }
    }

    private async Task PassOnAsync()
    {
        ReadOnlyMemory<byte> bytes = _taken;
        _taken = default;
        bool isCarriageReturn = _heldBack == 1 && _lineEnd[0] == '\r';
        if (isCarriageReturn && bytes.Span is [(byte)'\n'])
        {
            _lineEnd[_heldBack++] = (byte)'\n';
        }
        else if (!bytes.IsEmpty)
        {
            // Hold back a line end until it is known whether it belongs to a delimiter.
            await _part!.PushAsync(_lineEnd.AsMemory(0, _heldBack)).ConfigureAwait(false);
            _heldBack = bytes.Span.EndsWith("\r\n"u8) ? 2 : bytes.Span[^1] is (byte)'\r' or (byte)'\n' ? 1 : 0;
            bytes[^_heldBack..].CopyTo(_lineEnd);
            await _part.PushAsync(bytes[..^_heldBack]).ConfigureAwait(false);
        }

        if (_isPartOver)
        {
            // Lines end in CRLF or LF.
            await _part!.PushAsync(_lineEnd.AsMemory(0, _heldBack == 1 && _lineEnd[0] == '\r' ? 1 : 0)).ConfigureAwait(false);
            await _part.EndAsync().ConfigureAwait(false);
            (_heldBack, _isPartOver) = (0, false);
        }
    }
}
