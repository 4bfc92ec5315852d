using System.Buffers;

namespace ImageShare.Core.Bodies;

/// <summary>One part of a multipart: its header lines, which are few, and then its content.</summary>
internal sealed class PartStage(UnwrapOutput output, int depth, Action found) : UnwrapStage
{
    private readonly ArrayBufferWriter<byte> _head = new(256);
    private int _lineStart;
    private UnwrapStage? _content;

    public override void Push(ReadOnlySpan<byte> octets)
    {
        while (_content is null && !octets.IsEmpty && output.Error == UnwrapError.None)
        {
            int end = octets.IndexOf((byte)'\n');
            ReadOnlySpan<byte> piece = end < 0 ? octets : octets[..(end + 1)];
            if (_head.WrittenCount + piece.Length > output.Limits.MaxHeaderLength)
            {
                output.Fail(UnwrapError.HeadersTooLarge);
                return;
            }

            _head.Write(piece);
            octets = octets[piece.Length..];
            if (end >= 0)
            {
                if (_head.WrittenSpan[_lineStart..] is [(byte)'\n'] or [(byte)'\r', (byte)'\n'])
                {
                    BeginContent();
                }

                _lineStart = _head.WrittenCount;
            }
        }

        if (_content is not null && !octets.IsEmpty)
        {
            _content.Push(octets);
        }
    }

    public override void End()
    {
        // Nothing at all between two delimiters is no part; headers without an empty line are one without content.
        if (_content is null && _head.WrittenCount > 0 && output.Error == UnwrapError.None)
        {
            BeginContent();
        }

        _content?.End();
    }

    private void BeginContent()
    {
        var headers = new PartHeaders(output.Limits);
        if (headers.Read(_head.WrittenSpan, 0, out _) != MultipartError.None)
        {
            output.Fail(UnwrapError.HeadersTooLarge);
            return;
        }

        found();
        _content = For(headers.ToPart(default), output, depth, isInMultipart: true);
    }
}
