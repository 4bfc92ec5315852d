using System.Buffers;
using System.Globalization;
using System.Text;
using ImageShare.Core.Msrp.Framing;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Fuzz.Targets;

/// <summary>The MSRP decoder. Pieces make no difference to what is decoded.</summary>
internal static class MsrpTarget
{
    private const int MostPieces = 4000;

    public static void Run(byte[] input)
    {
        string whole = Decode([input]);
        if (input.Length <= MostPieces)
        {
            Rule.Holds(whole == Decode(Segments.Cut(input, 1)), "Byte by byte a stream decodes to the same.");
            Rule.Holds(whole == Decode(Segments.Cut(input, 7)), "In pieces of seven bytes a stream decodes to the same.");
        }
    }

    private static string Decode(IEnumerable<ReadOnlyMemory<byte>> pieces)
    {
        var decoder = new MsrpReader();
        var text = new StringBuilder();
        var waiting = new ArrayBufferWriter<byte>();
        int consumed = 0;
        foreach (ReadOnlyMemory<byte> piece in pieces)
        {
            waiting.Write(piece.Span);
            var input = new ReadOnlySequence<byte>(waiting.WrittenMemory[consumed..]);
            OperationStatus status;
            while ((status = decoder.Read(ref input, out MsrpEvent next)) == OperationStatus.Done)
            {
                Print(text, next);
            }

            consumed = waiting.WrittenCount - (int)input.Length;
            if (status == OperationStatus.InvalidData)
            {
                return text.Append(decoder.Error).ToString();
            }
        }

        return text.Append(decoder.IsIdle ? "idle" : "open").ToString();
    }

    private static void Print(StringBuilder text, in MsrpEvent next)
    {
        MsrpHead head = next.Head;
        switch (next.Kind)
        {
            case MsrpEventKind.Body:
                // One body may come in any number of slices.
                text.Append(Encoding.Latin1.GetString(next.Body));
                break;
            case MsrpEventKind.RequestHead or MsrpEventKind.ResponseHead:
                text.Append(CultureInfo.InvariantCulture, $"\n{Encoding.Latin1.GetString(head.TransactionId)} {head.Method} {head.Status} {head.Comment} {head.ToPath} {head.FromPath} {head.MessageId} {head.ByteRange} ")
                    .Append(CultureInfo.InvariantCulture, $"{head.SuccessReport} {head.FailureReport} {head.ReportStatus} {head.ContentType} {head.HasBody} {head.Fault} {string.Join(',', head.GetOtherHeaders())}\n");
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $"\n{next.Continuation}\n");
                break;
        }
    }
}
