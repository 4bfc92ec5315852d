using System.Collections.Immutable;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>The value of an m= line (RFC 8866 §5.14).</summary>
internal readonly record struct MediaLine(string Media, int Port, int? PortCount, string Protocol, ImmutableArray<string> Formats)
{
    // The only format of MSRP (RFC 4975 §8.1).
    private static readonly ImmutableArray<string> Any = ["*"];

    /// <summary>Whether this section is for MSRP, with or without TLS (RFC 4975 §8.1).</summary>
    public bool IsMsrp => Media.Equals("message", StringComparison.OrdinalIgnoreCase)
        && (Protocol.Equals("TCP/MSRP", StringComparison.OrdinalIgnoreCase) || Protocol.Equals("TCP/TLS/MSRP", StringComparison.OrdinalIgnoreCase));

    /// <summary>media SP port ["/" integer] SP proto 1*(SP fmt).</summary>
    public static SdpReadErrorCode TryRead(ReadOnlySpan<byte> text, int maxFormats, out MediaLine value)
    {
        value = default;
        var cursor = new AsciiCursor(text);
        if (!SdpText.TryReadField(ref cursor, out ReadOnlySpan<byte> media) || !cursor.TryReadUInt32(out uint port) || port > ushort.MaxValue)
        {
            return SdpReadErrorCode.MalformedMedia;
        }

        // The number of ports is kept but not used, so any value is accepted.
        uint count = 0;
        bool hasCount = cursor.TryRead((byte)'/');
        if ((hasCount && (!cursor.TryReadUInt32(out count) || count > int.MaxValue)) || !cursor.SkipWhiteSpace()
            || !SdpText.TryReadField(ref cursor, out ReadOnlySpan<byte> protocol))
        {
            return SdpReadErrorCode.MalformedMedia;
        }

        SdpReadErrorCode code = TryReadFormats(cursor, maxFormats, out ImmutableArray<string> formats);
        value = new MediaLine(SdpText.ToText(media), (int)port, hasCount ? (int)count : null, SdpText.ToText(protocol), formats);
        return code;
    }

    private static SdpReadErrorCode TryReadFormats(AsciiCursor cursor, int maxFormats, out ImmutableArray<string> formats)
    {
        formats = [];
        if (cursor.Rest.SequenceEqual("*"u8) && maxFormats > 0)
        {
            formats = Any;
            return SdpReadErrorCode.None;
        }

        ImmutableArray<string>.Builder read = ImmutableArray.CreateBuilder<string>(1);
        while (SdpText.TryReadField(ref cursor, out ReadOnlySpan<byte> format))
        {
            if (read.Count == maxFormats)
            {
                return SdpReadErrorCode.TooManyFormats;
            }

            read.Add(SdpText.ToText(format));
        }

        formats = read.DrainToImmutable();
        return formats.IsEmpty ? SdpReadErrorCode.MalformedMedia : SdpReadErrorCode.None;
    }
}
