using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace ImageShare.Core.Text;

/// <summary>Writes protocol text directly to an <see cref="IBufferWriter{T}"/>, without an intermediate string.</summary>
internal static class Utf8Writing
{
    public static void WriteByte(this IBufferWriter<byte> output, byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    public static void WriteUtf8(this IBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return;
        }

        // At most three bytes per UTF-16 code unit, so the encoder always completes.
        Span<byte> span = output.GetSpan(text.Length * 3);
        output.Advance(Encoding.UTF8.GetBytes(text, span));
    }

    public static void WriteNumber(this IBufferWriter<byte> output, long value)
    {
        Span<byte> span = output.GetSpan(20);
        Utf8Formatter.TryFormat(value, span, out int written);
        output.Advance(written);
    }

    public static void WriteLineEnd(this IBufferWriter<byte> output) => output.Write("\r\n"u8);
}
