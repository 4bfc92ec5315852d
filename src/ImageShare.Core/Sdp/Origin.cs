using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>The originator and version of a session description (o=, RFC 8866 §5.2).</summary>
/// <param name="UserName">The user name, or a dash.</param>
/// <param name="SessionId">The session id, unique for this user and address.</param>
/// <param name="Version">The version, incremented with every change of the description.</param>
/// <param name="Address">An IPv4 or IPv6 address, or a host name.</param>
public sealed record Origin(string UserName, SdpNumber SessionId, SdpNumber Version, string Address)
{
    // The random or timestamp ids that RFC 8866 §5.2 suggests are far larger; counters and seconds since 1970 are not unique.
    internal const ulong LargestWeakSessionId = int.MaxValue;

    /// <summary>The network type, normally <c>IN</c>.</summary>
    public string NetworkType { get; init; } = "IN";

    /// <summary>The address type. Default: <c>IP6</c> if the address contains a colon, otherwise <c>IP4</c>.</summary>
    public string AddressType { get; init; } = ConnectionData.TypeOf(Address);

    /// <summary>The origin of a new session: a random 62-bit session id (RFC 3264 §5) and version 1.</summary>
    public static Origin Create(IPAddress address, string userName = "-")
    {
        ArgumentNullException.ThrowIfNull(address);
        return new Origin(userName, CreateId(), 1, address.ToString());
    }

    /// <summary>As <see cref="Create(IPAddress, string)"/>, at the address or host name of a c= line.</summary>
    internal static Origin CreateAt(ConnectionData connection) => new("-", CreateId(), 1, connection.Address) { AddressType = connection.AddressType };

    /// <summary>The origin with the version incremented, for a changed description (RFC 3264 §8).</summary>
    public Origin Next() => this with { Version = Version.Next() };

    /// <summary>username SP sess-id SP sess-version SP nettype SP addrtype SP unicast-address.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out Origin? value)
    {
        value = null;
        var cursor = new AsciiCursor(text);
        if (!SdpText.TryReadField(ref cursor, out ReadOnlySpan<byte> user)
            || !SdpText.TryReadField(ref cursor, out ReadOnlySpan<byte> id) || !SdpNumber.TryParse(id, out SdpNumber sessionId)
            || !SdpText.TryReadField(ref cursor, out ReadOnlySpan<byte> number) || !SdpNumber.TryParse(number, out SdpNumber version)
            || !SdpText.TryReadField(ref cursor, out ReadOnlySpan<byte> networkType)
            || !SdpText.TryReadField(ref cursor, out ReadOnlySpan<byte> addressType)
            || !SdpText.TryReadField(ref cursor, out ReadOnlySpan<byte> address)
            || !cursor.AtEnd)
        {
            return false;
        }

        value = new Origin(SdpText.ToText(user), sessionId, version, SdpText.ToText(address))
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
        SdpText.WriteField(output, UserName);
        output.Write(" "u8);
        SessionId.Write(output);
        output.Write(" "u8);
        Version.Write(output);
        output.Write(" "u8);
        SdpText.WriteField(output, NetworkType);
        output.Write(" "u8);
        SdpText.WriteField(output, AddressType);
        output.Write(" "u8);
        SdpText.WriteField(output, Address);
    }

    /// <summary>The value of the line.</summary>
    public override string ToString() => SdpText.Print(Write);

    private static ulong CreateId()
    {
        Span<byte> random = stackalloc byte[8];
        ulong id;
        do
        {
            RandomBytes.Fill(random);
            id = BitConverter.ToUInt64(random) >> 2;
        }
        while (id <= LargestWeakSessionId);
        return id;
    }
}
