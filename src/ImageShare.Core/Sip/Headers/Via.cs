using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Headers;

/// <summary>One hop of a request, along which its response returns (RFC 3261 §20.42, RFC 3581). Immutable.</summary>
/// <param name="Transport"><c>UDP</c>, <c>TCP</c>, <c>TLS</c> or another.</param>
/// <param name="Host">The host of sent-by: a name or an address, IPv6 without brackets.</param>
/// <param name="Port">The port of sent-by, or null for the transport's default.</param>
/// <param name="Parameters">All parameters in their order.</param>
public sealed record Via(string Transport, string Host, int? Port, ParameterList Parameters) : ISipHeaderValue
{
    /// <summary>The beginning of a branch that identifies its transaction alone (RFC 3261 §8.1.1.7).</summary>
    public const string MagicCookie = "z9hG4bK";

    private UnreadPart<string> _host = new(Host);

    private Via(string transport, TextSlice host, int? port, ParameterList parameters)
        : this(transport, (string)null!, port, parameters) => _host = new UnreadPart<string>(host);

    /// <summary>The host of sent-by: a name or an address, IPv6 without brackets.</summary>
    public string Host
    {
        get => _host.Get(WellKnownText.GetString);
        init => _host = new UnreadPart<string>(value);
    }

    /// <summary>The protocol version, <c>2.0</c>.</summary>
    public string Version { get; init; } = "2.0";

    /// <summary>The <c>branch</c> parameter, or null.</summary>
    public string? Branch => Parameters.GetValue("branch");

    /// <summary>
    /// Whether the branch is the magic cookie and at least one more character, so that it identifies a transaction. RFC 2543 peers send
    /// other branches, and the cookie alone identifies nothing (RFC 4475 §3.2.1).
    /// </summary>
    public bool HasMagicCookie =>
        Branch?.StartsWith(MagicCookie, StringComparison.OrdinalIgnoreCase) == true && Branch.Length > MagicCookie.Length;

    /// <summary>The <c>received</c> parameter, IPv6 without brackets; null when absent or not an address.</summary>
    public IPAddress? Received =>
        Parameters.GetValue("received") is { } text && IPAddress.TryParse(text.AsSpan().Trim("[]"), out IPAddress? address) ? address : null;

    /// <summary>Whether there is an <c>rport</c> parameter, with or without a value (RFC 3581 §3).</summary>
    public bool HasRPort => Parameters.Contains("rport");

    /// <summary>The number in <c>rport</c>; null when absent, without a value or out of range.</summary>
    public int? RPort =>
        Parameters.GetValue("rport") is { } text
        && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0 ? port : null;

    /// <summary>The <c>maddr</c> parameter (RFC 3261 §18.2.2), IPv6 without brackets; null when absent.</summary>
    internal string? MulticastAddress => Parameters.GetValue("maddr")?.Trim('[', ']');

    /// <summary>A new branch: the magic cookie and 128 random bits.</summary>
    internal static string CreateBranch() => MagicCookie + RandomToken.Create();

    /// <summary>The same hop with that branch.</summary>
    internal Via WithBranch(string branch) => this with { Parameters = Parameters.With("branch", branch) };

    /// <summary>The same hop with <c>received</c> set to the source address (RFC 3261 §18.2.1).</summary>
    internal Via WithReceived(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return this with { Parameters = Parameters.With("received", address.ToString()) };
    }

    /// <summary>The same hop with <c>rport</c> set to the source port (RFC 3581 §4); null writes it without a value, which asks for the port.</summary>
    internal Via WithRPort(int? port) =>
        this with { Parameters = Parameters.With("rport", port?.ToString(CultureInfo.InvariantCulture)) };

    /// <summary>via-parm (RFC 3261 §25.1) with white space allowed around its separators; reads all of the text.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out Via? value) => TryParse(TextSlice.Copy(text), out value);

    /// <summary>The same, of a message.</summary>
    internal static bool TryParse(TextSlice text, [NotNullWhen(true)] out Via? value) => TryParseUsual(text, out value) || TryParseAny(text.Span, out value);

    private static bool TryParseUsual(TextSlice text, [NotNullWhen(true)] out Via? value)
    {
        value = null;
        var usual = new UsualForm(text.Span);
        if (!usual.TryRead("SIP/2.0/"u8) || !usual.TryReadToken(out ReadOnlySpan<byte> transport) || !usual.TryRead((byte)' '))
        {
            return false;
        }

        int start = usual.Position;
        if (!usual.TryReadHostPort(out ReadOnlySpan<byte> host, out int? port))
        {
            return false;
        }

        int end = usual.Position;
        if (!usual.TrySkipParameters())
        {
            return false;
        }

        value = new Via(TransportOf(transport), text.Slice(start, host.Length), port, ParameterList.Unread(text.From(end)));
        return true;
    }

    // The usual transports without a look into the table of strings.
    private static string TransportOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("UDP"u8) ? "UDP" : name.SequenceEqual("TCP"u8) ? "TCP" : name.SequenceEqual("TLS"u8) ? "TLS" : WellKnownText.GetString(name);

    /// <summary>The same without the short way for the usual form.</summary>
    internal static bool TryParseAny(ReadOnlySpan<byte> text, [NotNullWhen(true)] out Via? value)
    {
        value = null;
        var cursor = new AsciiCursor(text);
        if (!TryReadProtocol(ref cursor, out ReadOnlySpan<byte> version, out ReadOnlySpan<byte> transport)
            || !HostPort.TryRead(ref cursor, out string? host, out int? port)
            || !ParameterList.TryRead(ref cursor, HeaderGrammar.ParameterText, out ParameterList parameters))
        {
            return false;
        }

        cursor.SkipWhiteSpace();
        if (!cursor.AtEnd)
        {
            return false;
        }

        value = new Via(WellKnownText.GetString(transport), host, port, parameters);
        if (!version.SequenceEqual("2.0"u8))
        {
            value = value with { Version = WellKnownText.GetString(version) };
        }

        return true;
    }

    /// <summary>Whether all parts are equal.</summary>
    public bool Equals(Via? other) => ReferenceEquals(this, other)
        || (other is not null && Transport == other.Transport && Host == other.Host && Port == other.Port && Version == other.Version && Parameters.Equals(other.Parameters));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Transport, Host, Port, Version, Parameters);

    /// <inheritdoc/>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        SafeText.ThrowIfLineBreaking(Version);
        SafeText.ThrowIfLineBreaking(Transport);
        output.Write("SIP/"u8);
        output.WriteUtf8(Version);
        output.WriteByte((byte)'/');
        output.WriteUtf8(Transport);
        output.WriteByte((byte)' ');
        SipUriWriter.WriteHostPort(output, Host, Port);
        Parameters.Write(output);
    }

    /// <inheritdoc/>
    public override string ToString() => HeaderGrammar.Print(this);

    // sent-protocol = "SIP" SLASH protocol-version SLASH transport, and the white space after it
    private static bool TryReadProtocol(ref AsciiCursor cursor, out ReadOnlySpan<byte> version, out ReadOnlySpan<byte> transport)
    {
        // Nearly all are written like this.
        AsciiCursor start = cursor;
        if (cursor.TryRead("SIP/2.0/"u8) && cursor.TryReadToken(out transport) && cursor.SkipWhiteSpace())
        {
            version = "2.0"u8;
            return true;
        }

        version = default;
        transport = default;
        cursor = start;
        cursor.SkipWhiteSpace();
        return cursor.TryReadIgnoreCase("SIP"u8)
            && TryReadSlash(ref cursor)
            && cursor.TryReadToken(out version)
            && TryReadSlash(ref cursor)
            && cursor.TryReadToken(out transport)
            && cursor.SkipWhiteSpace();
    }

    private static bool TryReadSlash(ref AsciiCursor cursor)
    {
        cursor.SkipWhiteSpace();
        bool found = cursor.TryRead((byte)'/');
        cursor.SkipWhiteSpace();
        return found;
    }
}
