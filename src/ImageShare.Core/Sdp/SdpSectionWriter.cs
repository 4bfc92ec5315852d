using System.Buffers;
using System.Collections.Immutable;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>Writes the lines of a section in order, including the other lines.</summary>
internal static class SdpSectionWriter
{
    /// <summary>For each type in <paramref name="order"/>, writes the known line and then the other lines of that position.</summary>
    public static void Write(IBufferWriter<byte> output, string order, ImmutableArray<SdpLine> others, Action<char, IBufferWriter<byte>> writeKnown)
    {
        for (int rank = 0; rank <= order.Length; rank++)
        {
            if (rank < order.Length)
            {
                writeKnown(order[rank], output);
            }

            foreach (SdpLine line in others)
            {
                if (SdpLineOrder.RankOf(order, line.Type) == rank)
                {
                    WriteOther(output, line);
                }
            }
        }
    }

    public static void WriteAttributes(IBufferWriter<byte> output, ImmutableArray<SdpAttribute> attributes)
    {
        foreach (SdpAttribute attribute in attributes)
        {
            output.Write("a="u8);
            attribute.Write(output);
            output.WriteLineEnd();
        }
    }

    private static void WriteOther(IBufferWriter<byte> output, SdpLine line)
    {
        // An m= line would start a new section.
        if (!char.IsAsciiLetterOrDigit(line.Type) || line.Type == 'm')
        {
            throw new ImageShareException(ImageShareError.InvalidValue, $"A kept line of a session description cannot have the type '{line.Type}'.");
        }

        SdpText.WriteLine(output, line.Type, line.Value);
    }
}
