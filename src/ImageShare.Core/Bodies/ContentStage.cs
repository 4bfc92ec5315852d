namespace ImageShare.Core.Bodies;

/// <summary>The content of a part that wraps nothing further: undoes its transfer encoding (RFC 2045 §6).</summary>
internal sealed class ContentStage : UnwrapStage
{
    private readonly UnwrapOutput _output;
    private readonly Base64Stage? _base64;
    private readonly QuotedPrintableStage? _quoted;
    private readonly bool _isUnknown;

    public ContentStage(BodyPart part, UnwrapOutput output)
    {
        _output = output;
        _base64 = part.TransferEncoding is TransferEncoding.Base64 ? new Base64Stage(output) : null;
        _quoted = part.TransferEncoding is TransferEncoding.QuotedPrintable ? new QuotedPrintableStage(output) : null;
        _isUnknown = part.TransferEncoding is TransferEncoding.Unknown;
        output.Begin(part);
    }

    public override void Push(ReadOnlySpan<byte> octets)
    {
        if (_base64 is not null)
        {
            _base64.Push(octets);
        }
        else if (_quoted is not null)
        {
            _quoted.Push(octets);
        }
        else if (!_isUnknown)
        {
            _output.Content(octets);
        }
    }

    public override void End()
    {
        _base64?.End();
        _quoted?.End();
        _output.EndPart(_isUnknown || _base64 is { IsDamaged: true } || _quoted is { IsDamaged: true });
    }
}
