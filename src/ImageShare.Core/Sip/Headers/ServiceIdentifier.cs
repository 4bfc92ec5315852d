using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageShare.Core.Text;
using ImageShare.Core.Text.Conversion;

namespace ImageShare.Core.Sip.Headers;

/// <summary>
/// The name of an IMS service (ICSI) or application (IARI), a URN such as <c>urn:urn-7:3gpp-application.ims.iari.gsma-is</c>
/// (3GPP TS 24.229 §7.2A.8). Spellings from before the names were registered are mapped to the registered ones.
/// </summary>
[TypeConverter(typeof(TextConverter<ServiceIdentifier>))]
public readonly record struct ServiceIdentifier : IParsable<ServiceIdentifier>
{
    private const string Namespace = "urn:urn-7:";

    // Before the namespace was registered, peers wrote a placeholder for it.
    private static readonly string[] OldNamespaces = ["urn:urn-xxx:", "urn:urnxxx:"];

    private ServiceIdentifier(string urn, bool isStandardSpelling)
    {
        Urn = urn;
        IsStandardSpelling = isStandardSpelling;
    }

    /// <summary>The application identifier of GSMA Image Share (IR.79 §3.2).</summary>
    public static ServiceIdentifier ImageShare { get; } = new("urn:urn-7:3gpp-application.ims.iari.gsma-is", true);

    /// <summary>The service identifier of multimedia telephony.</summary>
    public static ServiceIdentifier MultimediaTelephony { get; } = new("urn:urn-7:3gpp-service.ims.icsi.mmtel", true);

    private static readonly (string Escaped, ServiceIdentifier Identifier)[] Known =
        [(ImageShare.ToFeatureValue(), ImageShare), (MultimediaTelephony.ToFeatureValue(), MultimediaTelephony)];

    /// <summary>The identifier in its registered spelling, without escapes.</summary>
    public string Urn { get; }

    /// <summary>Whether the peer wrote the registered spelling, or (false) one that had to be mapped to it.</summary>
    public bool IsStandardSpelling { get; }

    /// <summary>Whether it names an application (IARI) rather than a service (ICSI).</summary>
    public bool IsApplication => Urn?.Contains("application", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>
    /// Reads an identifier, with or without <c>%HH</c> escapes. Never fails: an unknown identifier is kept as it is.
    /// </summary>
    public static ServiceIdentifier Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Map(PercentEncoding.Decode(Encoding.UTF8.GetBytes(text)));
    }

    static ServiceIdentifier IParsable<ServiceIdentifier>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<ServiceIdentifier>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ServiceIdentifier result)
    {
        result = s is null ? default : Parse(s);
        return s is not null;
    }

    /// <summary>The same for the bytes of a message.</summary>
    internal static ServiceIdentifier Parse(ReadOnlySpan<byte> text)
    {
        if (!Ascii.IsValid(text))
        {
            // What is not UTF-8 is replaced before escapes are undone.
            return Parse(WellKnownText.GetString(text));
        }

        return Map(text.Contains((byte)'%') ? PercentEncoding.Decode(text) : WellKnownText.GetString(text));
    }

    private static ServiceIdentifier Map(string urn)
    {
        bool standard = true;
        foreach (string old in OldNamespaces)
        {
            if (urn.StartsWith(old, StringComparison.OrdinalIgnoreCase))
            {
                urn = string.Concat(Namespace, urn.AsSpan(old.Length));
                standard = false;
            }
        }

        if (urn.Length == 0 || (urn[^1] | 0x20) != 's')
        {
            return new ServiceIdentifier(urn, standard);
        }

        foreach ((string old, string registered) in (ReadOnlySpan<(string, string)>)[("gsmais", "gsma-is"), ("gsmavs", "gsma-vs")])
        {
            if (urn.EndsWith("ims.iari." + old, StringComparison.OrdinalIgnoreCase))
            {
                urn = string.Concat(urn.AsSpan(0, urn.Length - old.Length), registered);
                standard = false;
            }
        }

        return new ServiceIdentifier(urn, standard);
    }

    /// <summary>One of the usual identifiers, escaped as it is in a feature parameter; null for any other text.</summary>
    internal static ServiceIdentifier? FindKnown(ReadOnlySpan<char> text)
    {
        foreach ((string escaped, ServiceIdentifier identifier) in Known)
        {
            if (text.Equals(escaped, StringComparison.Ordinal))
            {
                return identifier;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether this is <paramref name="asked"/> or a subclass of it, which has its name, a dot and more text. Compared without case.
    /// </summary>
    public bool Matches(ServiceIdentifier asked) =>
        Urn is not null && asked.Urn is not null
        && Urn.StartsWith(asked.Urn, StringComparison.OrdinalIgnoreCase)
        && (Urn.Length == asked.Urn.Length || Urn[asked.Urn.Length] == '.');

    /// <summary>The URN with its colons escaped, as it is written in a feature parameter.</summary>
    public string ToFeatureValue() => (Urn ?? string.Empty).Replace(":", "%3A", StringComparison.Ordinal);

    /// <summary>Identifiers are compared in their registered spelling, without case.</summary>
    public bool Equals(ServiceIdentifier other) => string.Equals(Urn, other.Urn, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.OrdinalIgnoreCase.GetHashCode(Urn ?? string.Empty);

    /// <inheritdoc/>
    public override string ToString() => Urn ?? string.Empty;
}
