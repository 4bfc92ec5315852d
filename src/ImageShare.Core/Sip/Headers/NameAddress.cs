using System.Buffers;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Text;
using ImageShare.Core.Text.Conversion;

namespace ImageShare.Core.Sip.Headers;

/// <summary>
/// A URI with an optional display name and parameters: the value of From, To, Contact, Route, Record-Route and the
/// P-...-Identity headers (name-addr and addr-spec, RFC 3261 §20.10). Immutable.
/// </summary>
/// <param name="DisplayName">The name without quotes and escapes; null when there is none.</param>
/// <param name="Uri">The address, of any scheme.</param>
/// <param name="Parameters">The header parameters: those after the angle brackets.</param>
[TypeConverter(typeof(TextConverter<NameAddress>))]
public sealed record NameAddress(string? DisplayName, SipUri Uri, ParameterList Parameters = default) : ISipHeaderValue, IParsable<NameAddress>
{
    private UnreadPart<SipUri> _uri = new(Uri);

    private NameAddress(string? displayName, TextSlice uri, ParameterList parameters)
        : this(displayName, (SipUri)null!, parameters) => _uri = new UnreadPart<SipUri>(uri);

    /// <summary>Makes an address without name and parameters.</summary>
    public NameAddress(SipUri uri)
        : this(null, uri)
    {
    }

    /// <summary>The address, of any scheme.</summary>
    public SipUri Uri
    {
        get => _uri.Get(static text => SipUri.TryParse(text, out SipUri? uri) ? uri : throw new InvalidOperationException("A URI in its usual form can be read."));
        init => _uri = new UnreadPart<SipUri>(value);
    }

    /// <summary>The <c>tag</c> parameter of From and To (RFC 3261 §19.3); null when absent, as in requests that begin a dialog.</summary>
    public string? Tag => Parameters.GetValue("tag");

    /// <summary>The same address with that tag.</summary>
    internal NameAddress WithTag(string tag)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        return this with { Parameters = Parameters.With("tag", tag) };
    }

    /// <summary>
    /// name-addr or addr-spec with its parameters; reads all of the text. Without angle brackets every semicolon belongs to the
    /// header, and a question mark makes the value invalid (RFC 3261 §20.10). Unquoted names may contain any character. Of a sip or sips URI that does
    /// not follow the grammar, the parts that can be read are used, if there is a host: topology hiding writes quotes and equals signs into URIs.
    /// A parameter that cannot be read is skipped, unless it is a tag or another reader could understand it differently.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out NameAddress? value) => TryParse(TextSlice.Copy(text), out value);

    /// <summary>The same, of a message.</summary>
    internal static bool TryParse(TextSlice text, [NotNullWhen(true)] out NameAddress? value) =>
        TryParseUsual(text, out value) || (TryParseAny(text.Span, out value, out _) && value.Uri.Scheme.Length > 0);

    /// <summary>
    /// The same for the value of a Contact. Because its parameters matter most, anything may be between the brackets if there are parameters; if it is
    /// not a URI, <see cref="SipUri.Scheme"/> is empty.
    /// </summary>
    internal static bool TryParseContact(TextSlice text, [NotNullWhen(true)] out NameAddress? value) =>
        TryParseUsual(text, out value) || (TryParseAny(text.Span, out value, out _) && (value.Uri.Scheme.Length > 0 || value.Parameters.Count > 0));

    /// <summary>The same; <paramref name="doubts"/> says what does not follow the grammar.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out NameAddress? value, out NameAddressDoubts doubts)
    {
        doubts = NameAddressDoubts.None;
        return TryParseUsual(TextSlice.Copy(text), out value) || TryParseAny(text, out value, out doubts);
    }

    // name-addr with a name between quotes or without one, in the form that nearly all have.
    private static bool TryParseUsual(TextSlice text, [NotNullWhen(true)] out NameAddress? value)
    {
        value = null;
        var usual = new UsualForm(text.Span);
        usual.TryReadQuotedName(out string? name);
        if (!usual.TryRead((byte)'<'))
        {
            return false;
        }

        int start = usual.Position;
        if (!usual.TrySkipUri(out _))
        {
            return false;
        }

        int end = usual.Position;
        if (!usual.TryRead((byte)'>') || !usual.TrySkipParameters())
        {
            return false;
        }

        value = new NameAddress(name, text.Slice(start, end - start), ParameterList.Unread(text.From(end + 1)));
        return true;
    }

    /// <summary>The same without the short way for the usual form.</summary>
    internal static bool TryParseAny(ReadOnlySpan<byte> text, [NotNullWhen(true)] out NameAddress? value, out NameAddressDoubts doubts)
    {
        value = null;
        doubts = NameAddressDoubts.None;
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(text));
        if (!TryReadQuotedName(ref cursor, out string? name)
            || !TryReadAddress(ref cursor, ref name, out ReadOnlySpan<byte> address, out bool hasBrackets)
            || !TryReadUri(address, hasBrackets, out SipUri? uri, out NameAddressDoubts inUri)
            || !HeaderParameters.TryRead(ref cursor, out ParameterList list, out bool isCut))
        {
            return false;
        }

        doubts = inUri | (isCut ? NameAddressDoubts.Parameter : NameAddressDoubts.None);
        value = new NameAddress(name, uri, list);
        return true;
    }

    // True without a name, too. Only an angle bracket may follow a quoted name.
    private static bool TryReadQuotedName(ref AsciiCursor cursor, out string? name)
    {
        name = null;
        if (cursor.Peek != '"')
        {
            return true;
        }

        if (!cursor.TryReadQuotedString(out ReadOnlySpan<byte> inner))
        {
            return false;
        }

        name = QuotedString.Unescape(inner);
        cursor.SkipWhiteSpace();
        return cursor.Peek == '<';
    }

    // name-addr = [ display-name ] "<" addr-spec ">", or addr-spec alone up to the first semicolon.
    private static bool TryReadAddress(ref AsciiCursor cursor, ref string? name, out ReadOnlySpan<byte> address, out bool hasBrackets)
    {
        ReadOnlySpan<byte> before = cursor.Rest;
        int open = before.IndexOf((byte)'<');
        int parameters = before.IndexOf((byte)';');
        hasBrackets = open >= 0 && (parameters < 0 || open < parameters);
        if (!hasBrackets)
        {
            address = Grammar.TrimWhiteSpace(cursor.ReadUntil((byte)';'));
            return !address.ContainsAny((byte)'?', (byte)',');
        }

        if (open > 0)
        {
            name = WellKnownText.GetString(Grammar.TrimWhiteSpace(before[..open]));
        }

        cursor.Advance(open + 1);
        address = cursor.ReadUntil((byte)'>');
        return cursor.TryRead((byte)'>');
    }

    // By the grammar, or else the parts that can be read. Between brackets anything, because the parameters after them still count.
    private static bool TryReadUri(ReadOnlySpan<byte> address, bool hasBrackets, [NotNullWhen(true)] out SipUri? uri, out NameAddressDoubts doubts)
    {
        doubts = NameAddressDoubts.None;
        if (SipUri.TryParse(address, out uri))
        {
            return true;
        }

        doubts = NameAddressDoubts.Uri;
        if (!TolerantSipUriReader.TryParse(address, out uri) && hasBrackets)
        {
            uri = SipUri.Unreadable(WellKnownText.GetString(address));
        }

        return uri is not null;
    }

    /// <summary>Reads all parts now. The same value, which no longer keeps its message in memory.</summary>
    internal NameAddress WithoutMessage()
    {
        _ = Uri;
        _ = Parameters.Count;
        return this;
    }

    /// <summary>Whether name, address and parameters are equal.</summary>
    public bool Equals(NameAddress? other) => ReferenceEquals(this, other)
        || (other is not null && DisplayName == other.DisplayName && EqualityComparer<SipUri>.Default.Equals(Uri, other.Uri) && Parameters.Equals(other.Parameters));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(DisplayName, Uri, Parameters);

    /// <summary>Writes the address, always between angle brackets, and the name, if any, always between quotes.</summary>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (DisplayName is not null)
        {
            QuotedString.Write(output, DisplayName);
            output.WriteByte((byte)' ');
        }

        output.WriteByte((byte)'<');
        Uri.Write(output);
        output.WriteByte((byte)'>');
        Parameters.Write(output);
    }

    static NameAddress IParsable<NameAddress>.Parse(string s, IFormatProvider? provider) => ParsedText.Parse<NameAddress>(s, TryParse, "an address such as \"Alice\" <sip:alice@example.com>");

    static bool IParsable<NameAddress>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out NameAddress result) => ParsedText.TryParse(s, TryParse, out result);

    /// <inheritdoc/>
    public override string ToString() => HeaderGrammar.Print(this);
}
