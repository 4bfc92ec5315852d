using System.Buffers;
using ImageShare.Core.Bodies.Cpim;

namespace ImageShare.Core.Bodies.Unwrapping;

/// <summary>A message/cpim: its headers, followed by its content (RFC 3862 §2).</summary>
internal sealed class CpimStage(UnwrapOutput output, int depth) : IUnwrapStage
{
    private readonly ArrayBufferWriter<byte> _head = new(512);
    private int _lineStart;
    private IUnwrapStage? _content;

    public async ValueTask PushAsync(ReadOnlyMemory<byte> bytes)
    {
        while (_content is null && !bytes.IsEmpty && output.Error == UnwrapError.None)
        {
            int end = bytes.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> piece = end < 0 ? bytes : bytes[..(end + 1)];
            if (_head.WrittenCount + piece.Length > CpimHead.DefaultMaxBytes)
            {
                output.Fail(UnwrapError.BadCpimHead);
                return;
            }

            _head.Write(piece.Span);
            bytes = bytes[piece.Length..];
            if (end >= 0)
            {
                // The headers end at the first or second empty line, so they are parsed at most twice.
                if (_head.WrittenSpan[_lineStart..] is [(byte)'\n'] or [(byte)'\r', (byte)'\n'])
                {
                    TryBeginContent();
                }

                _lineStart = _head.WrittenCount;
            }
        }

        if (_content is not null && !bytes.IsEmpty)
        {
            await _content.PushAsync(bytes).ConfigureAwait(false);
        }
    }

    public ValueTask EndAsync()
    {
        if (_content is null)
        {
            output.Fail(UnwrapError.BadCpimHead);
        }

        return _content?.EndAsync() ?? ValueTask.CompletedTask;
    }

    private void TryBeginContent()
    {
        var bytes = new ReadOnlySequence<byte>(_head.WrittenMemory);
        switch (CpimHead.Read(ref bytes, out CpimHead? head))
        {
            case OperationStatus.Done when head!.UnknownRequirement is null:
                _content = output.Open(head.Content, depth);
                break;
            case OperationStatus.Done:
                output.Fail(UnwrapError.UnknownRequirement);
                break;
            case OperationStatus.InvalidData:
                output.Fail(UnwrapError.BadCpimHead);
                break;
            default:
                break;
        }
    }
}
