using System.Buffers;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>When the session is active (t=, RFC 8866 §5.9), in seconds since 1900; offers and answers use 0 and 0.</summary>
/// <param name="Start">The start time; 0 means immediately.</param>
/// <param name="End">The end time; 0 means unbounded.</param>
public readonly record struct SdpTiming(long Start, long End)
{
    /// <summary>start-time SP stop-time.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, out SdpTiming value)
    {
        var cursor = new AsciiCursor(text);
        bool read = cursor.TryReadInt64(out long start) & cursor.SkipWhiteSpace() & cursor.TryReadInt64(out long end);
        cursor.SkipWhiteSpace();
        value = new SdpTiming(start, end);
        return read && cursor.AtEnd;
    }

    /// <summary>Writes the value of the line.</summary>
    internal void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.WriteNumber(Start);
        output.WriteByte((byte)' ');
        output.WriteNumber(End);
    }

    /// <summary>The value of the line.</summary>
    public override string ToString() => $"{Start} {End}";
}
