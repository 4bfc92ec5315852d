using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Messages.Reading;

namespace ImageShare.Cli.Captures;

/// <summary>Takes the messages out of one direction of a TCP connection. What is neither SIP nor MSRP is passed over.</summary>
internal sealed partial class MessageStream(IPEndPoint from, IPEndPoint to)
{
    private const int MaxHead = 64 * 1024;
    private const int MaxPending = 256 * 1024;

    private readonly ArrayBufferWriter<byte> _raw = new();
    private readonly ArrayBufferWriter<byte> _bodyStart = new();
    private byte[] _pending = [];
    private SipReader? _sip;
    private MsrpReader? _msrp;
    private long _body;
    private long _length;

    /// <summary>Whether it is inside SIP or MSRP.</summary>
    public bool IsInside => _sip is not null || _msrp is not null;

    /// <summary>Takes the next bytes.</summary>
    public IEnumerable<CapturedMessage> Take(ReadOnlyMemory<byte> bytes, DateTimeOffset? time, long offset)
    {
        if (!IsInside && !Begin(bytes.Span))
        {
            yield break;
        }

        byte[] all = [.. _pending, .. bytes.Span];
        var input = new ReadOnlySequence<byte>(all);
        while (IsInside)
        {
            CapturedMessage? next = _sip is not null ? NextSip(ref input) : NextMsrp(ref input);
            if (next is null)
            {
                break;
            }

            yield return next with { Time = time, Offset = offset };
        }

        _pending = IsInside && input.Length <= MaxPending ? input.ToArray() : [];
    }

    /// <summary>Bytes are missing: what was open is lost, and reading goes on where a message begins.</summary>
    public CapturedMessage Lose(long bytes, DateTimeOffset? time, long offset)
    {
        CapturedMessage gap = Broken(string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes are missing in the capture")) with { Time = time, Offset = offset };
        Reset();
        return gap;
    }

    // A segment that begins with a message; inside one nothing can be known.
    private bool Begin(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.TrimStart("\r\n"u8);
        int end = bytes.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = bytes[..(end < 0 ? Math.Min(bytes.Length, 200) : end)].TrimEnd((byte)'\r');
        if (line.StartsWith("MSRP "u8))
        {
            _msrp = new MsrpReader();
        }
        else if (line.StartsWith("SIP/2.0 "u8) || line.EndsWith(" SIP/2.0"u8))
        {
            _sip = new SipReader();
        }

        return IsInside;
    }

    private CapturedMessage? NextSip(ref ReadOnlySequence<byte> input)
    {
        ReadOnlySequence<byte> before = input;
        OperationStatus status = _sip!.Read(ref input, out SipMessage? message);
        Keep(before.Slice(0, input.Start), MaxPending);
        if (status == OperationStatus.NeedMoreData)
        {
            return null;
        }

        if (status != OperationStatus.Done)
        {
            CapturedMessage broken = Broken(string.Create(CultureInfo.InvariantCulture, $"not read: {_sip.Error?.Code}"));
            Reset();
            return broken;
        }

        byte[] raw = _raw.WrittenSpan.TrimStart("\r\n"u8).ToArray();
        _raw.ResetWrittenCount();
        return new CapturedMessage
        {
            From = from,
            To = to,
            Transport = "TCP",
            StartLine = message!.StartLine,
            Bytes = raw,
            BodyLength = message.Body.Length,
            Length = raw.Length,
        };
    }

    private CapturedMessage? NextMsrp(ref ReadOnlySequence<byte> input)
    {
        while (true)
        {
            ReadOnlySequence<byte> before = input;
            OperationStatus status = _msrp!.Read(ref input, out MsrpEvent next);
            ReadOnlySequence<byte> consumed = before.Slice(0, input.Start);
            _length += consumed.Length;
            if (status == OperationStatus.Done && next.Kind == MsrpEventKind.Body)
            {
                _body += next.Body.Length;
                foreach (ReadOnlyMemory<byte> part in next.Body)
                {
                    _bodyStart.Write(part.Span[..Math.Min(part.Length, Math.Max(0, 64 - _bodyStart.WrittenCount))]);
                }

                continue;
            }

            if (status != OperationStatus.Done || next.Kind != MsrpEventKind.End)
            {
                Keep(consumed, MaxHead);
            }

            if (status == OperationStatus.NeedMoreData)
            {
                return null;
            }

            if (status != OperationStatus.Done)
            {
                CapturedMessage broken = Broken(string.Create(CultureInfo.InvariantCulture, $"not read: {_msrp.Error?.Code}"));
                Reset();
                return broken;
            }

            if (next.Kind == MsrpEventKind.End)
            {
                return EndMsrp(next);
            }
        }
    }

    private CapturedMessage EndMsrp(in MsrpEvent end)
    {
        string head = Encoding.UTF8.GetString(_raw.WrittenSpan.TrimStart("\r\n"u8));
        int line = head.IndexOf("\r\n-------", StringComparison.Ordinal);
        head = line < 0 ? head : head[..(line + 2)];
        char flag = end.Continuation switch
        {
            MsrpContinuation.More => '+',
            MsrpContinuation.Aborted => '#',
            _ => '$',
        };

        // A trace says how long a body was that it left out.
        Match leftOut = LeftOut().Match(Encoding.UTF8.GetString(_bodyStart.WrittenSpan));
        long body = leftOut.Success && _body == leftOut.Length && long.TryParse(leftOut.Groups[1].ValueSpan, out long written) ? written : _body;
        string id = Encoding.ASCII.GetString(end.Head.TransactionId);
        var message = new CapturedMessage
        {
            From = from,
            To = to,
            IsMsrp = true,
            Transport = "TCP",
            StartLine = head[..Math.Max(0, head.IndexOf("\r\n", StringComparison.Ordinal))],
            Bytes = Encoding.UTF8.GetBytes($"{head}{(head.EndsWith("\r\n\r\n", StringComparison.Ordinal) ? "\r\n" : string.Empty)}-------{id}{flag}\r\n"),
            BodyLength = body,
            Length = _length - _body + body,
            Flag = flag,
        };
        _raw.ResetWrittenCount();
        _bodyStart.ResetWrittenCount();
        (_body, _length) = (0, 0);
        return message;
    }

    private CapturedMessage Broken(string problem) => new()
    {
        From = from,
        To = to,
        IsMsrp = _msrp is not null,
        Transport = "TCP",
        StartLine = Encoding.UTF8.GetString(_raw.WrittenSpan.TrimStart("\r\n"u8)).Split("\r\n")[0],
        Problem = problem,
    };

    private void Keep(in ReadOnlySequence<byte> bytes, int most)
    {
        foreach (ReadOnlyMemory<byte> part in bytes)
        {
            _raw.Write(part.Span[..Math.Min(part.Length, Math.Max(0, most - _raw.WrittenCount))]);
        }
    }

    private void Reset()
    {
        (_sip, _msrp, _pending, _body, _length) = (null, null, [], 0, 0);
        _raw.ResetWrittenCount();
        _bodyStart.ResetWrittenCount();
    }

    [GeneratedRegex(@"^\[([0-9]{1,18}) bytes left out\]$")]
    private static partial Regex LeftOut();
}
