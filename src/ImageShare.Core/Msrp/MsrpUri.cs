using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using ImageShare.Core.Text;

namespace ImageShare.Core.Msrp;

/// <summary>
/// The address of an MSRP session, <c>msrp://host:port/session-id;tcp</c> (RFC 4975 §6). Immutable. Two URIs are equal by
/// the rules of RFC 4975 §6.1: user information and parameters other than the transport do not count, an address is compared as
/// a number, the session id with case, and a URI with a port is never equal to one without.
/// </summary>
public sealed record MsrpUri
{
    private IPAddress? _address;

    /// <summary>Makes a URI.</summary>
    /// <param name="scheme"><c>msrp</c> or <c>msrps</c>.</param>
    /// <param name="host">A name or a numeric address, IPv6 without brackets.</param>
    /// <param name="port">1 to 65535, or null for none.</param>
    /// <param name="sessionId">What follows the slash, or null for none (a relay's own address).</param>
    /// <param name="transport">The transport, <c>tcp</c> in every known use.</param>
    /// <param name="userInfo">What precedes the at sign, or null.</param>
    /// <exception cref="ArgumentException">A part is not allowed in an MSRP URI.</exception>
    public MsrpUri(string scheme, string host, int? port, string? sessionId, string transport = "tcp", string? userInfo = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(scheme);
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentException.ThrowIfNullOrEmpty(transport);
        Scheme = scheme;
        Host = host;
        Port = port;
        SessionId = sessionId;
        Transport = transport;
        UserInfo = userInfo;
        bool good = scheme.ToUpperInvariant() is "MSRP" or "MSRPS"
            && (host.Contains(':', StringComparison.Ordinal) ? IPAddress.TryParse(host, out _address) && !host.Contains('[', StringComparison.Ordinal) : Holds(host, MsrpUriReader.NameChars))
            && port is null or (> 0 and <= 65535)
            && (sessionId is null || Holds(sessionId, MsrpUriReader.SessionChars))
            && Holds(transport, Grammar.AlphaNumeric)
            && (userInfo is null || Holds(userInfo, MsrpUriReader.UserChars));
        if (!good)
        {
            throw new ArgumentException("These parts make no MSRP URI such as msrp://192.0.2.1:2855/s3cr3t;tcp.");
        }
    }

    // What the reader has checked already.
    internal MsrpUri(string scheme, string? userInfo, string host, IPAddress? address, int? port, string? sessionId, string transport, ParameterList parameters)
    {
        Scheme = scheme;
        UserInfo = userInfo;
        Host = host;
        _address = address;
        Port = port;
        SessionId = sessionId;
        Transport = transport;
        Parameters = parameters;
    }

    /// <summary><c>msrp</c>, or <c>msrps</c> for TLS, as written.</summary>
    public string Scheme { get; }

    /// <summary>What precedes the at sign, as written; null when there is none.</summary>
    public string? UserInfo { get; }

    /// <summary>The host as written, an IPv6 address without its brackets.</summary>
    public string Host { get; }

    /// <summary>The port, null when there is none.</summary>
    public int? Port { get; }

    /// <summary>The session id without the slash before it, null when there is none.</summary>
    public string? SessionId { get; }

    /// <summary>The transport, as written.</summary>
    public string Transport { get; }

    /// <summary>The parameters after the transport.</summary>
    public ParameterList Parameters { get; init; }

    /// <summary>Whether the host is the unspecified address, which says that the writer does not know its own: nothing can be dialled there.</summary>
    internal bool IsUnspecified => Host.AsSpan().IndexOfAnyExcept(":.0[]") < 0 && IPAddress.TryParse(Host, out IPAddress? address)
        && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));

    /// <summary>Whether the scheme asks for TLS.</summary>
    public bool IsSecure => Scheme.Equals("msrps", StringComparison.OrdinalIgnoreCase);

    /// <summary>The host as an address, or null when it is a name.</summary>
    internal IPAddress? Address => _address ??= IsNumeric(Host) && IPAddress.TryParse(Host, out IPAddress? address) ? address : null;

    /// <summary>Reads a URI.</summary>
    /// <exception cref="FormatException">The text is no MSRP URI.</exception>
    public static MsrpUri Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(Encoding.UTF8.GetBytes(text), out MsrpUri? value)
            ? value
            : throw new FormatException($"'{text}' is not an MSRP URI such as msrp://192.0.2.1:2855/s3cr3t;tcp.");
    }

    /// <summary>
    /// msrp-scheme "://" authority ["/" session-id] ";" transport *( ";" URI-parameter ): all of the text must match.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out MsrpUri? value) => MsrpUriReader.TryRead(text, out value);

    /// <summary>Writes the URI.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.WriteUtf8(Scheme);
        output.Write("://"u8);
        if (UserInfo is not null)
        {
            output.WriteUtf8(UserInfo);
            output.WriteByte((byte)'@');
        }

        bool brackets = Host.Contains(':', StringComparison.Ordinal);
        if (brackets)
        {
            output.WriteByte((byte)'[');
        }

        output.WriteUtf8(Host);
        if (brackets)
        {
            output.WriteByte((byte)']');
        }

        if (Port is { } port)
        {
            output.WriteByte((byte)':');
            output.WriteNumber(port);
        }

        if (SessionId is not null)
        {
            output.WriteByte((byte)'/');
            output.WriteUtf8(SessionId);
        }

        output.WriteByte((byte)';');
        output.WriteUtf8(Transport);
        Parameters.Write(output);
    }

    /// <inheritdoc/>
    public bool Equals(MsrpUri? other) =>
        ReferenceEquals(this, other)
        || (other is not null
            && Scheme.Equals(other.Scheme, StringComparison.OrdinalIgnoreCase)
            && Port == other.Port
            && string.Equals(SessionId, other.SessionId, StringComparison.Ordinal)
            && Transport.Equals(other.Transport, StringComparison.OrdinalIgnoreCase)
            && ComparableHost.Equals(other.ComparableHost, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(
        Port,
        SessionId is null ? 0 : StringComparer.Ordinal.GetHashCode(SessionId),
        StringComparer.OrdinalIgnoreCase.GetHashCode(ComparableHost));

    /// <inheritdoc/>
    public override string ToString()
    {
        using ScratchWriter output = ScratchWriter.Rent();
        Write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    // The one spelling of an address, or the name with its escapes undone (RFC 4975 §6.1 rule 2).
    private string ComparableHost =>
        Address is { } address ? address.ToString()
        : Host.Contains('%', StringComparison.Ordinal) ? PercentEncoding.Decode(Encoding.UTF8.GetBytes(Host))
        : Host;

    // "10" and "127.1" are names here, whatever the system's own parser makes of them.
    private static bool IsNumeric(string host) => host.Contains(':', StringComparison.Ordinal) || host.AsSpan().Count('.') == 3;

    private static bool Holds(string text, SearchValues<byte> allowed)
    {
        foreach (char c in text)
        {
            if (c > 126 || !allowed.Contains((byte)c))
            {
                return false;
            }
        }

        return text.Length > 0;
    }
}
