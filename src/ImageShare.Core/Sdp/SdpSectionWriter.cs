using System.Buffers;
using System.Collections.Immutable;
using ImageShare.Core.Sdp.Lines;

namespace ImageShare.Core.Sdp;

/// <summary>Writes the lines of a section in order, including the other lines.</summary>
internal static class SdpSectionWriter
{
    /// <summary>For each type in <paramref name="order"/>, writes the known line and then the other lines of that position.</summary>
    /// <typeparam name="T">The type of the section, so that <paramref name="writeKnown"/> needs no state of its own.</typeparam>
    public static void Write<T>(
        IBufferWriter<byte> output, T section, SdpLineOrder order, ImmutableArray<SdpLine> others, Action<T, char, IBufferWriter<byte>> writeKnown)
    {
        for (int rank = 0; rank <= order.Last; rank++)
        {
            if (rank < order.Last)
            {
                writeKnown(section, order.Types[rank], output);
            }

            foreach (SdpLine line in others)
            {
                if (order.RankOf(line.Type) == rank)
                {
                    WriteOther(output, line);
                }
            }
        }
    }

    public static void WriteAttributes(IBufferWriter<byte> output, ImmutableArray<SdpAttribute> attributes)
    {
        foreach (ref readonly SdpAttribute attribute in attributes.AsSpan())
        {
            attribute.WriteLine(output);
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
