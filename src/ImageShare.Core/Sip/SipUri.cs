using System.Buffers;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using ImageShare.Core.Text;
using ImageShare.Core.Text.Conversion;

namespace ImageShare.Core.Sip;

/// <summary>
/// A SIP or SIPS URI in its parts (RFC 3261 §19.1), or a URI of any other scheme (tel:, urn:, ...) carried unchanged.
/// Immutable. Two URIs are equal by the component rules of RFC 3261 §19.1.4; these rules are not transitive, because a
/// parameter that only one of the two has is mostly left aside. A configuration binder reads it from its text.
/// </summary>
[TypeConverter(typeof(TextConverter<SipUri>))]
public sealed record SipUri : IParsable<SipUri>
{
    // A message holds many URIs: what nearly none of them has stands apart.
    private readonly Rarely? _rarely;

    // One more than the port, 0 for none.
    private readonly int _portAndOne;

    /// <summary>Makes a SIP or SIPS URI.</summary>
    /// <param name="scheme"><c>sip</c> or <c>sips</c>.</param>
    /// <param name="user">The user, with any escapes it needs already in it, or null.</param>
    /// <param name="host">A name or an address, IPv6 without brackets.</param>
    /// <param name="port">1 to 65535, or null for the default of the transport.</param>
    /// <param name="parameters">The URI parameters.</param>
    public SipUri(string scheme, string? user, string host, int? port = null, ParameterList parameters = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(scheme);
        ArgumentException.ThrowIfNullOrEmpty(host);
        if (port is { } number)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(number, 0, nameof(port));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(number, IPEndPoint.MaxPort, nameof(port));
        }

        Scheme = scheme;
        User = user;
        Host = host;
        Port = port;
        Parameters = parameters;
    }

    /// <summary>Makes a sip URI of parts that were read.</summary>
    internal SipUri(string? user, string host, int? port, ParameterList parameters)
    {
        User = user;
        Host = host;
        Port = port;
        Parameters = parameters;
    }

    /// <summary>Makes a URI of another scheme; an empty scheme stands for what is no URI.</summary>
    internal SipUri(string scheme, string opaque)
    {
        _rarely = new Rarely(scheme, Opaque: opaque);
        Host = string.Empty;
    }

    /// <summary>The part before the first colon, such as <c>sip</c>, <c>sips</c> or <c>tel</c>; empty when a peer wrote something that is no URI.</summary>
    public string Scheme
    {
        get => _rarely?.Scheme ?? "sip";
        init => _rarely = value == "sip" && _rarely is null ? null : (_rarely ?? Rarely.None) with { Scheme = value };
    }

    /// <summary>The user as written, escapes not undone (<see cref="DecodedUser"/>); null when there is none.</summary>
    public string? User { get; init; }

    /// <summary>The password as written, or null. RFC 3261 §19.1.1 advises against its use.</summary>
    public string? Password
    {
        get => _rarely?.Password;
        init => _rarely = value is null && _rarely is null ? null : (_rarely ?? Rarely.None) with { Password = value };
    }

    /// <summary>Name or address, IPv6 without brackets; empty for schemes other than sip and sips.</summary>
    public string Host { get; init; }

    /// <summary>The port, or null when none is written: not the same as the default port (RFC 3261 §19.1.4).</summary>
    public int? Port
    {
        get => _portAndOne == 0 ? null : _portAndOne - 1;
        init => _portAndOne = value is { } port ? port + 1 : 0;
    }

    /// <summary>The URI parameters in their order.</summary>
    public ParameterList Parameters { get; init; }

    /// <summary>What follows the question mark, as written, or null. Never acted upon by the library.</summary>
    public string? Headers
    {
        get => _rarely?.Headers;
        init => _rarely = value is null && _rarely is null ? null : (_rarely ?? Rarely.None) with { Headers = value };
    }

    /// <summary>For schemes other than sip and sips: all that follows the colon, as written.</summary>
    public string? Opaque
    {
        get => _rarely?.Opaque;
        init => _rarely = value is null && _rarely is null ? null : (_rarely ?? Rarely.None) with { Opaque = value };
    }

    /// <summary>Whether the scheme is sip or sips.</summary>
    public bool IsSip => Opaque is null;

    /// <summary>Whether the host is the unspecified address, which says that the writer does not know its own: nothing can be sent there.</summary>
    internal bool IsUnspecified => Host.AsSpan().IndexOfAnyExcept(":.0[]") < 0 && IPAddress.TryParse(Host, out IPAddress? address)
        && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));

    /// <summary>Whether the scheme is sips: TLS on every hop (RFC 3261 §26.2.2).</summary>
    public bool IsSecure => Scheme.Equals("sips", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether there is an <c>lr</c> parameter, with or without a value: peers write <c>lr=true</c> and <c>lr=on</c>.</summary>
    public bool IsLooseRouter => Parameters.Contains("lr");

    /// <summary>The <c>transport</c> parameter, or null.</summary>
    public string? TransportParameter => Parameters.GetValue("transport");

    /// <summary>The user with its escapes undone, once (RFC 3261 §19.1.2); null when there is none.</summary>
    public string? DecodedUser => User is null ? null : PercentEncoding.Decode(Encoding.UTF8.GetBytes(User));

    /// <summary>The number of a tel URI as written (RFC 3966), or null for other schemes.</summary>
    public string? TelephoneNumber => IsTelephone ? Opaque![..OpaquePathLength] : null;

    /// <summary>The <c>phone-context</c> of a tel URI (RFC 3966 §5.1.5), or null.</summary>
    public string? PhoneContext
    {
        get
        {
            if (!IsTelephone)
            {
                return null;
            }

            var cursor = new AsciiCursor(Encoding.UTF8.GetBytes(Opaque![OpaquePathLength..]));
            return ParameterList.TryRead(ref cursor, SipUriReader.ParameterText, out ParameterList parameters) ? parameters.GetValue("phone-context") : null;
        }
    }

    private bool IsTelephone => Opaque is not null && Scheme.Equals("tel", StringComparison.OrdinalIgnoreCase);

    private int OpaquePathLength => Opaque!.IndexOf(';') is >= 0 and int semicolon ? semicolon : Opaque.Length;

    /// <summary>Reads a URI.</summary>
    /// <exception cref="FormatException">The text is no URI.</exception>
    public static SipUri Parse(string text) => ParsedText.Parse<SipUri>(text, TryParse, "a URI such as sip:alice@example.com");

    /// <summary>Reads a URI; false when the text is null or no URI.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SipUri? value) => ParsedText.TryParse(text, TryParse, out value);

    static SipUri IParsable<SipUri>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<SipUri>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out SipUri result) => TryParse(s, out result);

    /// <summary>
    /// SIP-URI / SIPS-URI / absoluteURI (RFC 3261 §25.1). A <c>%</c> that begins no escape is kept as it is. The userinfo ends at
    /// the first <c>@</c>, the only place one may stand. Reads all of the text.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out SipUri? value) => SipUriReader.TryParse(text, out value);

    /// <summary>Writes the URI. Characters of the user that would end it, and all that is not ASCII, are written as escapes.</summary>
    /// <exception cref="ImageShareException"><see cref="ImageShareError.InvalidValue"/>: a part holds a character that no URI can carry.</exception>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        SipUriWriter.Write(this, output);
    }

    /// <summary>Whether both name the same resource by the component rules of RFC 3261 §19.1.4; other schemes compare as text.</summary>
    public bool Equals(SipUri? other) => ReferenceEquals(this, other) || (other is not null && SipUriComparison.Equals(this, other));

    /// <inheritdoc/>
    public override int GetHashCode() => SipUriComparison.GetHashCode(this);

    /// <inheritdoc/>
    public override string ToString()
    {
        using ScratchWriter output = ScratchWriter.Rent();
        Write(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>What a peer wrote where a URI belongs, kept so that it can be named and printed; <see cref="Scheme"/> is empty.</summary>
    internal static SipUri Unreadable(string text) => new(string.Empty, text);

    private sealed record Rarely(string Scheme, string? Password = null, string? Headers = null, string? Opaque = null)
    {
        public static Rarely None { get; } = new("sip");
    }
}
