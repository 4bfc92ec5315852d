using System.Buffers;
using ImageShare.Core.Bodies.Cpim;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Fuzz.Targets;

/// <summary>The head of message/cpim (RFC 3862). Pieces make no difference; what parses prints to something that parses equal.</summary>
internal static class CpimTarget
{
    public static void Run(byte[] input)
    {
        var whole = new ReadOnlySequence<byte>(input);
        OperationStatus status = CpimHead.Read(ref whole, out CpimHead? head);
        ReadOnlySequence<byte> pieces = Segments.Join(Segments.Cut(input, 3));
        Rule.Holds(CpimHead.Read(ref pieces, out CpimHead? inPieces) == status && inPieces == head && pieces.Length == whole.Length, "In pieces it reads the same.");
        if (status != OperationStatus.Done)
        {
            return;
        }

        _ = (head!.From, head.To, head.DateTime, head.Subject, head.UnknownRequirement, head.Content.ContentType, head.ToString());
        var printed = new ArrayBufferWriter<byte>();
        head.Write(printed);
        var rest = new ReadOnlySequence<byte>(printed.WrittenMemory);
        Rule.Holds(CpimHead.Read(ref rest, out CpimHead? again, printed.WrittenCount + 1) == OperationStatus.Done && again == head, $"What parsed prints to something that parses equal:\n{head}\n{again}");
    }
}
