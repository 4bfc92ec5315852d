using System.Buffers;
using System.Globalization;
using System.Text;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Framing;

namespace ImageShare.Core.Tests.Testing;

/// <summary>Runs octets through a decoder in given pieces and writes down what came out.</summary>
internal static class Wire
{
    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text.ReplaceLineEndings("\r\n"));

    /// <summary>One line for each head, body and end; what came in several body slices is put together.</summary>
    public static string Decode(params IEnumerable<ReadOnlyMemory<byte>> pieces) => Decode(new MsrpReader(), pieces);

    public static string Decode(MsrpReader decoder, params IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        // What was left, and the next piece behind it, as one sequence.
        List<ReadOnlyMemory<byte>> left = [];
        return Decode(decoder, pieces.Select(piece =>
        {
            left.Add(piece);
            return Segments.Join(left);
        }), rest => left = [.. Split(rest)]);
    }

    /// <summary>All in one delivery: by events alone, and with what can be read whole read so, which must come to the same.</summary>
    public static string DecodeAtOnce(ReadOnlySequence<byte> octets)
    {
        string decoded = Decode(new MsrpReader(), [octets], _ => { });
        Assert.That(Decode(new MsrpReader(), [octets], _ => { }, whole: true), Is.EqualTo(decoded), "read whole");
        return decoded;
    }

    private static string Decode(
        MsrpReader decoder, IEnumerable<ReadOnlySequence<byte>> deliveries, Action<ReadOnlySequence<byte>> keep, bool whole = false)
    {
        var log = new StringBuilder();
        var body = new StringBuilder();
        long rest = 0;
        OperationStatus status = OperationStatus.NeedMoreData;
        foreach (ReadOnlySequence<byte> delivery in deliveries)
        {
            ReadOnlySequence<byte> input = delivery;
            while (true)
            {
                while (whole && decoder.TryReadWhole(input.FirstSpan, out WholeMessage message))
                {
                    Append(log, body, message, input);
                    input = input.Slice(message.Length);
                }

                if ((status = decoder.Read(ref input, out MsrpEvent next)) != OperationStatus.Done)
                {
                    break;
                }

                Append(log, body, next);
            }

            keep(input);
            rest = input.Length;
        }

        if (body.Length > 0)
        {
            log.Append("body ").Append(body).Append(" (open)\n");
        }

        return status == OperationStatus.InvalidData
            ? log.Append(CultureInfo.InvariantCulture, $"invalid {decoder.Error!.Value.Code} at {decoder.Error.Value.Offset}").ToString()
            : log.Append(decoder.IsIdle && rest == 0 ? "idle" : "cut off").ToString();
    }

    private static void Append(StringBuilder log, StringBuilder body, WholeMessage message, ReadOnlySequence<byte> input)
    {
        Append(log, body, new MsrpEvent(message.Head.IsRequest ? MsrpEventKind.RequestHead : MsrpEventKind.ResponseHead, message.Head, default, default));
        Append(log, body, new MsrpEvent(MsrpEventKind.Body, message.Head, input.Slice(message.BodyStart, message.BodyLength), default));
        Append(log, body, new MsrpEvent(MsrpEventKind.End, message.Head, default, message.Continuation));
    }

    private static void Append(StringBuilder log, StringBuilder body, MsrpEvent next)
    {
        MsrpHead head = next.Head;
        switch (next.Kind)
        {
            case MsrpEventKind.Body:
                body.Append(Encoding.Latin1.GetString(next.Body.ToArray()).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal));
                return;
            case MsrpEventKind.End:
                if (body.Length > 0)
                {
                    log.Append("body ").Append(body).Append('\n');
                    body.Clear();
                }

                log.Append("end ").Append((char)next.Continuation.ToSign()).Append('\n');
                return;
            default:
                log.Append(head.StartLine).Append(next.Kind == MsrpEventKind.ResponseHead ? " <" : " >");
                log.Append(head.ByteRange is { } range ? $" {range}" : null).Append(head.HasBody ? " body" : null);
                log.Append(head.Fault is { } fault ? $" fault {fault.Code} at {fault.Offset}" : null).Append('\n');
                return;
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Split(ReadOnlySequence<byte> sequence)
    {
        foreach (ReadOnlyMemory<byte> piece in sequence)
        {
            yield return piece;
        }
    }
}
