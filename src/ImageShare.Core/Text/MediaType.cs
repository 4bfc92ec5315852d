using System.Buffers;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using ImageShare.Core.Text.Conversion;

namespace ImageShare.Core.Text;

/// <summary>
/// A media type with parameters, such as <c>image/png</c> or <c>multipart/related;boundary="b"</c> (Content-Type, RFC 2045 §5.1; also used in
/// SIP, MIME parts and MSRP). Immutable; type and subtype are case-insensitive. A configuration binder reads it from its text.
/// </summary>
[TypeConverter(typeof(TextConverter<MediaType>))]
public sealed record MediaType : IParsable<MediaType>
{
    /// <summary>Creates a media type.</summary>
    /// <param name="type">The type before the slash: a token or <c>*</c>.</param>
    /// <param name="subtype">The subtype after the slash: a token or <c>*</c>.</param>
    /// <param name="parameters">The parameters.</param>
    /// <exception cref="ArgumentException">The type or subtype is not a token.</exception>
    public MediaType(string type, string subtype, ParameterList parameters = default)
    {
        ThrowIfNoToken(type, nameof(type));
        ThrowIfNoToken(subtype, nameof(subtype));
        Type = type;
        Subtype = subtype;
        Parameters = parameters;
    }

    /// <summary>A session description (RFC 8866).</summary>
    internal static MediaType Sdp { get; } = new("application", "sdp");

    /// <summary>The type before the slash.</summary>
    public string Type { get; }

    /// <summary>The subtype after the slash.</summary>
    public string Subtype { get; }

    /// <summary>The parameters in order.</summary>
    public ParameterList Parameters { get; init; }

    /// <summary>Type and subtype without parameters, as written.</summary>
    public string Essence => $"{Type}/{Subtype}";

    /// <summary>Whether type and subtype match, ignoring case and parameters.</summary>
    public bool Is(string type, string subtype) =>
        Type.Equals(type, StringComparison.OrdinalIgnoreCase) && Subtype.Equals(subtype, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is a session description.</summary>
    internal bool IsSdp => IsSameTypeAs(Sdp);

    /// <summary>Whether type and subtype equal the other's, ignoring case and parameters.</summary>
    public bool IsSameTypeAs(MediaType other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Is(other.Type, other.Subtype);
    }

    /// <summary>Parses a media type.</summary>
    /// <exception cref="FormatException">The text is not a media type.</exception>
    public static MediaType Parse(string text) => ParsedText.Parse<MediaType>(text, TryParse, "a media type such as image/png");

    static MediaType IParsable<MediaType>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<MediaType>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out MediaType result) => ParsedText.TryParse(s, TryParse, out result);

    /// <summary>type "/" subtype *(";" parameter). White space around separators is allowed; the whole text must match.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out MediaType? value)
    {
        value = null;
        var cursor = new AsciiCursor(text);
        cursor.SkipWhiteSpace();
        ReadOnlySpan<byte> type = cursor.ReadWhile(Grammar.MimeToken);
        cursor.SkipWhiteSpace();
        if (type.IsEmpty || !cursor.TryRead((byte)'/'))
        {
            return false;
        }

        cursor.SkipWhiteSpace();
        ReadOnlySpan<byte> subtype = cursor.ReadWhile(Grammar.MimeToken);
        if (subtype.IsEmpty || !ParameterList.TryRead(ref cursor, LenientValue, out ParameterList parameters))
        {
            return false;
        }

        cursor.SkipWhiteSpace();
        if (!cursor.AtEnd)
        {
            return false;
        }

        value = Create(type, subtype, parameters);
        return true;
    }

    /// <summary>The cached instance for a common type without parameters, written as it is registered; null for any other text.</summary>
    internal static MediaType? FindWellKnown(ReadOnlySpan<byte> text)
    {
        for (int i = 0; i < WellKnownBytes.Length; i++)
        {
            if (text.SequenceEqual(WellKnownBytes[i]))
            {
                return WellKnown[i];
            }
        }

        return null;
    }

    /// <summary>Returns a cached instance for common types without parameters.</summary>
    internal static MediaType Create(ReadOnlySpan<byte> type, ReadOnlySpan<byte> subtype, ParameterList parameters)
    {
        if (parameters.Count == 0)
        {
            foreach (MediaType known in WellKnown)
            {
                if (Ascii.Equals(subtype, known.Subtype) && Ascii.Equals(type, known.Type))
                {
                    return known;
                }
            }
        }

        return new MediaType(WellKnownText.GetString(type), WellKnownText.GetString(subtype), parameters);
    }

    /// <summary>Writes the type and its parameters.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.WriteUtf8(Type);
        output.WriteByte((byte)'/');
        output.WriteUtf8(Subtype);
        Parameters.Write(output);
    }

    /// <inheritdoc/>
    public bool Equals(MediaType? other) => other is not null && IsSameTypeAs(other) && Parameters.Equals(other.Parameters);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(
        StringComparer.OrdinalIgnoreCase.GetHashCode(Type), StringComparer.OrdinalIgnoreCase.GetHashCode(Subtype));

    /// <inheritdoc/>
    public override string ToString() => Essence + Parameters.ToString();

    // Peers write boundary=a:b and type=application/sdp without the quotes RFC 2045 requires (RFC 2387 errata 5048).
    private static readonly SearchValues<byte> LenientValue =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`{|}~/:@?()<>[]"u8);

    private static readonly MediaType[] WellKnown =
    [
        new("image", "jpeg"), new("image", "png"), new("image", "gif"), new("image", "*"), new("text", "plain"), new("message", "cpim"),
        Sdp, new("application", "octet-stream"),
    ];

    private static readonly byte[][] WellKnownBytes = [.. WellKnown.Select(static type => Encoding.ASCII.GetBytes(type.Essence))];

    private static void ThrowIfNoToken(string text, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(text, name);
        if (!Grammar.IsMimeToken(text))
        {
            throw new ArgumentException($"'{text}' is not a token: media types are made of letters, digits and !#$%&'*+-.^_`{{|}}~.", name);
        }
    }
}
