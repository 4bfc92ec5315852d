using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using ImageShare.Core.Text;
using MimeKit;

namespace ImageShare.Core.Bodies.Cpim;

/// <summary>Splits the headers of a message/cpim into message headers and MIME headers.</summary>
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

    public CpimHead Build()
    {
        // MimeKit stops at a malformed first line, and the last line needs a line end.
        using var lines = new MemoryStream([.. "MIME-Version: 1.0\r\n"u8, .. _contentHeaders.WrittenSpan, .. "\r\n"u8], writable: false);
        var content = new PartHeaders();
        foreach (Header header in HeaderList.Load(EntityReader.Grammar, lines, CancellationToken.None).Skip(1))
        {
            content.Take(header, 0);
        }

        return new CpimHead { Headers = _headers.ToImmutable(), Content = content.ToPart() };
    }

    private bool TryTake(ReadOnlySpan<byte> line, out bool isLast)
    {
        isLast = false;
        line = line.EndsWith("\r"u8) ? line[..^1] : line;
        if (line.IsEmpty)
        {
            // Content headers among the message headers need no second empty line (RFC 4975 figure 14).
            isLast = _inContentHeaders || _hasContentType;
            _inContentHeaders = true;
            return true;
        }

        if (line.ContainsAny(Grammar.LineBreaking))
        {
            return false;
        }

        int colon = line.IndexOf((byte)':');
        ReadOnlySpan<byte> name = colon < 0 ? default : line[..colon].TrimEnd(" \t"u8);
        if (!_inContentHeaders && (name.IsEmpty || name.ContainsAnyExcept(Grammar.MimeToken)))
        {
            return false;
        }

        if (_inContentHeaders || (name.Length > 8 && Ascii.EqualsIgnoreCase(name[..8], "Content-"u8)))
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
