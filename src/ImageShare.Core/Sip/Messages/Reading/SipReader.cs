using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Messages.Reading;

/// <summary>
/// Reads messages (RFC 3261 §7, RFC 3261 §18.3): one instance per stream, or <see cref="TryReadDatagram"/> for a datagram.
/// Values may deviate from the grammar, framing may not: lines end with CRLF, and Content-Length is a plain number within the limits.
/// Not thread-safe.
/// </summary>
public sealed class SipReader
{
    private readonly SipLimits _limits;
    // The length of the start line with its line end once it was read; 0 before.
    private long _lineEnd;
    private long _scanned;
    private int _lineBreaks;
    private SipMessage? _open;
    private int _bodyLength;

    /// <summary>Creates a reader for one stream.</summary>
    public SipReader(SipLimits? limits = null) => _limits = limits ?? SipLimits.Default;

    /// <summary>Why the stream cannot be read any further; null without an error.</summary>
    public SipReadError? Error { get; private set; }

    /// <summary>
    /// After an <see cref="Error"/>: the parts of the message that could be read, so that it can be refused; null if it was not SIP.
    /// </summary>
    public SipMessage? Refused { get; private set; }

    /// <summary>Whether the header of a message was read and its body is still awaited.</summary>
    public bool IsInBody => _open is not null;

    /// <summary>
    /// Reads one message from the beginning of <paramref name="input"/> and removes the bytes it consumed. Empty lines before a message
    /// are skipped. Examines each byte a bounded number of times, however the stream is split.
    /// </summary>
    /// <param name="input">All bytes received and not consumed so far. Pass the rest again, followed by more, in the next call.</param>
    /// <param name="message">The message; it owns its bytes.</param>
    /// <returns>
    /// <see cref="OperationStatus.Done"/> with a message, <see cref="OperationStatus.NeedMoreData"/>, or
    /// <see cref="OperationStatus.InvalidData"/>: see <see cref="Error"/>; the stream must be closed.
    /// </returns>
    public OperationStatus Read(ref ReadOnlySequence<byte> input, [MaybeNull] out SipMessage message)
    {
        message = null;
        if (Error is not null)
        {
            return OperationStatus.InvalidData;
        }

        if (_open is null)
        {
            OperationStatus status = ReadHead(ref input);
            if (status != OperationStatus.Done)
            {
                return status;
            }
        }

        if (input.Length < _bodyLength)
        {
            return OperationStatus.NeedMoreData;
        }

        message = _open!;
        if (_bodyLength > 0)
        {
            message.Body = input.Slice(0, _bodyLength).ToArray();
            input = input.Slice(_bodyLength);
        }

        _open = null;
        return OperationStatus.Done;
    }

    /// <summary>
    /// Reads a datagram: exactly Content-Length bytes of body, the rest is discarded; without Content-Length the body goes to
    /// the end (RFC 3261 §18.3).
    /// </summary>
    /// <param name="bytes">The datagram. The message keeps slices of it, so it must not change afterwards.</param>
    /// <param name="limits">Null for the defaults.</param>
    /// <param name="message">The message; if false, the parts that could be read, so that it can be refused, or null.</param>
    /// <param name="error">If false, what is wrong.</param>
    public static bool TryReadDatagram(
        ReadOnlyMemory<byte> bytes, SipLimits? limits, [NotNullWhen(true)] out SipMessage? message, [NotNullWhen(false)] out SipReadError? error)
    {
        limits ??= SipLimits.Default;
        bytes = bytes.TrimStart("\r\n"u8);
        if (bytes.IsEmpty)
        {
            message = null;
            error = new SipReadError(SipReadErrorCode.Empty, 0);
            return false;
        }

        SipHead head = SipHead.Read(TextSlice.Of(bytes), limits);
        message = head.Message;
        error = head.Error;
        if (message is null || error is not null)
        {
            error ??= new SipReadError(SipReadErrorCode.BadStartLine, 0);
            return false;
        }

        ReadOnlyMemory<byte> rest = bytes[head.Length..];
        if (head.ContentLength > rest.Length)
        {
            error = new SipReadError(SipReadErrorCode.BodyTruncated, bytes.Length);
            return false;
        }

        if (head.ContentLength is null && rest.Length > limits.MaxBodyBytes)
        {
            error = new SipReadError(SipReadErrorCode.BodyTooLong, head.Length);
            return false;
        }

        message.Body = rest[..(head.ContentLength ?? rest.Length)];
        message.HasTrailingBytes = message.Body.Length < rest.Length;
        return true;
    }

    /// <summary>How many keep-alives (pairs of empty lines, RFC 5626 §3.5.1) arrived since the last call.</summary>
    internal int TakeKeepAlives()
    {
        int pairs = _lineBreaks / 2;
        _lineBreaks %= 2;
        return pairs;
    }

    private OperationStatus ReadHead(ref ReadOnlySequence<byte> input)
    {
        if (_lineEnd == 0)
        {
            OperationStatus status = ReadStartLine(ref input);
            if (status != OperationStatus.Done)
            {
                return status;
            }
        }

        long most = _lineEnd + _limits.MaxHeaderBytes;
        bool found = TryFind(input, "\r\n\r\n"u8, _scanned, out long end);
        if (!found && input.Length <= most)
        {
            _scanned = Math.Max(_scanned, input.Length - 3);
            return OperationStatus.NeedMoreData;
        }

        SipHead head = SipHead.Read(TextSlice.Of(input.Slice(0, found ? Math.Min(end, most + 1) : most + 1).ToArray()), _limits);
        if (head.Error is not null || head.ContentLength is null)
        {
            Refused = head.Message;
            return Fail(head.Error ?? new SipReadError(SipReadErrorCode.NoContentLength, head.Length));
        }

        input = input.Slice(end);
        _open = head.Message;
        _bodyLength = head.ContentLength.Value;
        _lineBreaks = 0;
        _lineEnd = 0;
        _scanned = 0;
        return OperationStatus.Done;
    }

    // Anything but SIP is refused at its first line, without waiting for more.
    private OperationStatus ReadStartLine(ref ReadOnlySequence<byte> input)
    {
        if (!SkipLineBreaks(ref input))
        {
            return Fail(new SipReadError(SipReadErrorCode.TooManyLineBreaks, 0));
        }

        if (input.IsEmpty || (input.Length == 1 && FirstByte(input) == '\r'))
        {
            return OperationStatus.NeedMoreData;
        }

        if (!Grammar.Token.Contains(FirstByte(input)))
        {
            return Fail(new SipReadError(SipReadErrorCode.BadStartLine, 0));
        }

        bool found = TryFind(input, "\r\n"u8, Math.Max(0, _scanned - 1), out long end);
        if ((found ? end - 2 : input.Length - 1) > _limits.MaxStartLineBytes)
        {
            return Fail(new SipReadError(SipReadErrorCode.StartLineTooLong, _limits.MaxStartLineBytes));
        }

        if (!found)
        {
            _scanned = input.Length;
            return OperationStatus.NeedMoreData;
        }

        if (CheckStartLine(input.Slice(0, end - 2)) is { } error)
        {
            return Fail(error);
        }

        _lineEnd = end;
        _scanned = end - 2;
        return OperationStatus.Done;
    }

    private static SipReadError? CheckStartLine(in ReadOnlySequence<byte> sequence)
    {
        ReadOnlySpan<byte> line = sequence.IsSingleSegment ? sequence.FirstSpan : sequence.ToArray();
        int broken = line.IndexOfAny("\r\n\0"u8);
        if (broken >= 0)
        {
            return new SipReadError(line[broken] == 0 ? SipReadErrorCode.BadCharacter : SipReadErrorCode.BadLineEnd, broken);
        }

        return SipStartLine.TryParse(line, out _, out SipReadError error) ? null : error;
    }

    // False if there are more than the limit. A CR whose LF is still missing is left for the next call.
    private bool SkipLineBreaks(ref ReadOnlySequence<byte> input)
    {
        var reader = new SequenceReader<byte>(input);
        while (reader.IsNext("\r\n"u8, advancePast: true))
        {
            if (++_lineBreaks > _limits.MaxLeadingLineBreaks)
            {
                return false;
            }
        }

        if (reader.Consumed > 0)
        {
            input = input.Slice(reader.Position);
        }

        return true;
    }

    private static byte FirstByte(in ReadOnlySequence<byte> input)
    {
        foreach (ReadOnlyMemory<byte> segment in input)
        {
            if (!segment.IsEmpty)
            {
                return segment.Span[0];
            }
        }

        return 0;
    }

    // 'end' is the offset after the first occurrence at or after 'from'.
    private static bool TryFind(in ReadOnlySequence<byte> input, ReadOnlySpan<byte> delimiter, long from, out long end)
    {
        var reader = new SequenceReader<byte>(input.Slice(from));
        bool found = reader.TryReadTo(out ReadOnlySequence<byte> _, delimiter);
        end = from + reader.Consumed;
        return found;
    }

    private OperationStatus Fail(SipReadError error)
    {
        Error = error;
        return OperationStatus.InvalidData;
    }
}
