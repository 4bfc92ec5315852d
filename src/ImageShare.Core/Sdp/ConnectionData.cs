using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>The media address (c=, RFC 8866 §5.7).</summary>
/// <param name="Address">An IPv4 or IPv6 address without brackets, or a host name.</param>
public sealed record ConnectionData(string Address)
{
    /// <summary>Creates the data for an IP address.</summary>
    public ConnectionData(IPAddress address)
        : this((address ?? throw new ArgumentNullException(nameof(address))).ToString())
    {
    }

    /// <summary>The network type, normally <c>IN</c>.</summary>
    public string NetworkType { get; init; } = "IN";

    /// <summary>The address type. Default: <c>IP6</c> if the address contains a colon, otherwise <c>IP4</c>.</summary>
    public string AddressType { get; init; } = TypeOf(Address);

    /// <summary>The parsed IP address, for comparison (RFC 5952); null for a host name.</summary>
    public IPAddress? IPAddress => IPAddress.TryParse(Address, out IPAddress? address) ? address : null;

    /// <summary>nettype SP addrtype SP connection-address.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out ConnectionData? value)
    {
        var cursor = new AsciiCursor(text);
        if (!SdpText.TryReadField(ref cursor, out ReadOnlySpan<byte> networkType)
            || !SdpText.TryReadField(ref cursor, out ReadOnlySpan<byte> addressType)
            || !SdpText.TryReadField(ref cursor, out ReadOnlySpan<byte> address)
            || !cursor.AtEnd)
        {
            value = null;
            return false;
        }

        value = new ConnectionData(SdpText.ToText(address))
        {
            NetworkType = SdpText.ToText(networkType),
            AddressType = SdpText.ToText(addressType),
        };
        return true;
    }

    /// <summary>Writes the value of the line.</summary>
    /// <exception cref="ImageShareException">A field is empty or contains a space or a line break.</exception>
    internal void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        SdpText.WriteField(output, NetworkType);
        output.Write(" "u8);
        SdpText.WriteField(output, AddressType);
        output.Write(" "u8);
        SdpText.WriteField(output, Address);
    }

    /// <summary>The value of the line.</summary>
    public override string ToString() => SdpText.Print(Write);

    internal static string TypeOf(string? address) => address?.Contains(':', StringComparison.Ordinal) == true ? "IP6" : "IP4";
}
