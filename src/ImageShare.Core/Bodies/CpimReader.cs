using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Bodies;

/// <summary>Cuts the head of a message/cpim into its two kinds of headers.</summary>
internal sealed class CpimReader(int maxLength)
{
    private readonly ImmutableArray<BodyHeader>.Builder _headers = ImmutableArray.CreateBuilder<BodyHeader>(4);
    private readonly ArrayBufferWriter<byte> _contentHeaders = new(256);
    private bool _inContentHeaders;
    private bool _hasContentType;

    public OperationStatus Read(in ReadOnlySequence<byte> input, out SequencePosition contentStart)
    {
        var reader = new SequenceReader<byte>(input);
        while (reader.TryReadTo(out ReadOnlySequence<byte> line, (byte)'\n'))
        {
            if (reader.Consumed > maxLength)
            {
                break;
            }

            if (!TryTake(line.IsSingleSegment ? line.FirstSpan : line.ToArray(), out bool isLast))
            {
                contentStart = default;
                return OperationStatus.InvalidData;
            }

            if (isLast)
            {
                contentStart = reader.Position;
                return OperationStatus.Done;
            }
        }

        contentStart = default;
        return reader.Consumed > maxLength || input.Length > maxLength ? OperationStatus.InvalidData : OperationStatus.NeedMoreData;
    }

    public bool TryBuild(out CpimHead? head)
    {
        _contentHeaders.WriteLineEnd();
        var limits = new MultipartLimits { MaxHeaderLength = _contentHeaders.WrittenCount };
        var content = new PartHeaders(limits);
        MultipartError error = content.Read(_contentHeaders.WrittenSpan, 0, out _);
        head = error == MultipartError.None ? new CpimHead { Headers = _headers.ToImmutable(), Content = content.ToPart(default) } : null;
        return head is not null;
    }

    private bool TryTake(ReadOnlySpan<byte> line, out bool isLast)
    {
        isLast = false;
        line = line.EndsWith("\r"u8) ? line[..^1] : line;
        if (line.IsEmpty)
        {
            // Content headers that stood among the others need no second empty line (RFC 4975 figure 14).
            isLast = _inContentHeaders || _hasContentType;
            _inContentHeaders = true;
            return true;
        }

        if (line.ContainsAny(Grammar.LineBreaking))
        {
            return false;
        }

        if (_inContentHeaders)
        {
            _contentHeaders.Write(line);
            _contentHeaders.WriteLineEnd();
            return true;
        }

        int colon = line.IndexOf((byte)':');
        ReadOnlySpan<byte> name = colon < 0 ? default : line[..colon].TrimEnd(" \t"u8);
        if (name.IsEmpty || name.ContainsAnyExcept(Grammar.MimeToken))
        {
            return false;
        }

        if (name.Length > 8 && Ascii.EqualsIgnoreCase(name[..8], "Content-"u8))
        {
            _hasContentType |= Ascii.EqualsIgnoreCase(name, "Content-Type"u8);
            _contentHeaders.Write(line);
            _contentHeaders.WriteLineEnd();
            return true;
        }

        _headers.Add(new BodyHeader(WellKnownText.GetString(name), WellKnownText.GetString(Grammar.TrimWhiteSpace(line[(colon + 1)..]))));
        return true;
    }
}
