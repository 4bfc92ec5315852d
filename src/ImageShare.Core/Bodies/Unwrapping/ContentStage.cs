namespace ImageShare.Core.Bodies.Unwrapping;

/// <summary>The content of a leaf part: decodes its transfer encoding (RFC 2045 §6).</summary>
internal sealed class ContentStage : IUnwrapStage
{
    private readonly UnwrapOutput _output;
    private readonly ContentDecoder _decoder;

    public ContentStage(BodyPart part, UnwrapOutput output)
    {
        _output = output;
        _decoder = new ContentDecoder(part.TransferEncoding);
        output.Begin(part);
    }

    public ValueTask PushAsync(ReadOnlyMemory<byte> bytes)
    {
        _decoder.Push(bytes.Span, _output);
        return ValueTask.CompletedTask;
    }

    public ValueTask EndAsync()
    {
        _decoder.End(_output);
        _output.EndPart(_decoder.IsDamaged);
        return ValueTask.CompletedTask;
    }
}
