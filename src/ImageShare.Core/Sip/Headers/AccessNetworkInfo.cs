using System.Buffers;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Text;
using ImageShare.Core.Text.Conversion;

namespace ImageShare.Core.Sip.Headers;

/// <summary>
/// The access network of a phone: a value of P-Access-Network-Info (RFC 7315 §5.4), for example
/// <c>3GPP-E-UTRAN-FDD;utran-cell-id-3gpp=234151D0FCE11</c>. It reveals where the user is, so send it to a trusted network only. Immutable.
/// </summary>
/// <param name="AccessType">The kind of access, such as <c>IEEE-802.11</c> or <c>ADSL</c>; compared without case.</param>
/// <param name="Parameters">Cell, line or extension parameters in their order.</param>
[TypeConverter(typeof(TextConverter<AccessNetworkInfo>))]
public sealed record AccessNetworkInfo(string AccessType, ParameterList Parameters = default) : ISipHeaderValue, IParsable<AccessNetworkInfo>
{
    /// <summary>access-net-spec = (access-type / access-class) *(SEMI access-info); reads all of the text.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out AccessNetworkInfo? value) => TryParse(TextSlice.Copy(text), out value);

    /// <summary>The same, of a message.</summary>
    internal static bool TryParse(TextSlice text, [NotNullWhen(true)] out AccessNetworkInfo? value)
    {
        var usual = new UsualForm(text.Span);
        if (usual.TryReadToken(out ReadOnlySpan<byte> plainType) && usual.TrySkipParameters())
        {
            value = new AccessNetworkInfo(WellKnownText.GetString(plainType), ParameterList.Unread(text.From(plainType.Length)));
            return true;
        }

        return TryParseAny(text.Span, out value);
    }

    /// <summary>The same without the short way for the usual form.</summary>
    internal static bool TryParseAny(ReadOnlySpan<byte> text, [NotNullWhen(true)] out AccessNetworkInfo? value)
    {
        value = null;
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(text));
        if (!cursor.TryReadToken(out ReadOnlySpan<byte> type)
            || !ParameterList.TryRead(ref cursor, HeaderGrammar.ParameterText, out ParameterList parameters)
            || !cursor.AtEnd)
        {
            return false;
        }

        value = new AccessNetworkInfo(WellKnownText.GetString(type), parameters);
        return true;
    }

    /// <inheritdoc/>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        SafeText.ThrowIfLineBreaking(AccessType);
        output.WriteUtf8(AccessType);
        Parameters.Write(output);
    }

    static AccessNetworkInfo IParsable<AccessNetworkInfo>.Parse(string s, IFormatProvider? provider) => ParsedText.Parse<AccessNetworkInfo>(s, TryParse, "a value of P-Access-Network-Info such as IEEE-802.11");

    static bool IParsable<AccessNetworkInfo>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out AccessNetworkInfo result) => ParsedText.TryParse(s, TryParse, out result);

    /// <inheritdoc/>
    public override string ToString() => HeaderGrammar.Print(this);
}
