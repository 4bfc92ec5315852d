using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Headers;

/// <summary>
/// A URI with an optional name before it and parameters behind it: the value of From, To, Contact, Route, Record-Route and the
/// P-...-Identity headers (name-addr and addr-spec, RFC 3261 §20.10). Immutable.
/// </summary>
/// <param name="DisplayName">The name, quotes and escapes undone; null when there is none.</param>
/// <param name="Uri">The address, of any scheme.</param>
/// <param name="Parameters">The header parameters: those behind the angle brackets.</param>
public sealed record NameAddress(string? DisplayName, SipUri Uri, ParameterList Parameters = default) : ISipHeaderValue
{
    /// <summary>Makes an address without name and parameters.</summary>
    public NameAddress(SipUri uri)
        : this(null, uri)
    {
    }

    /// <summary>The <c>tag</c> parameter of From and To (RFC 3261 §19.3); null when absent, as in requests that begin a dialog.</summary>
    public string? Tag => Parameters.GetValue("tag");

    /// <summary>The same address with that tag.</summary>
    public NameAddress WithTag(string tag)
    {
        ArgumentException.ThrowIfNullOrEmpty(tag);
        return this with { Parameters = Parameters.With("tag", tag) };
    }

    /// <summary>
    /// name-addr or addr-spec with its parameters; reads all of the text. Without angle brackets every semicolon belongs to the
    /// header, and a question mark makes the value invalid (RFC 3261 §20.10). Unquoted names may hold any character. A sip or sips URI that does
    /// not fit its grammar counts as far as it can be read, its host at least: topology hiding writes quotes and equals signs into it.
    /// A parameter that cannot be read is passed over, unless it is a tag or could be read as something else.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out NameAddress? value) =>
        TryParse(text, out value, out NameAddressDoubts _) && value.Uri.Scheme.Length > 0;

    /// <summary>
    /// The same for the value of a Contact, of which most is behind the brackets: between them may then stand what is no URI at all, and
    /// <see cref="SipUri.Scheme"/> is empty.
    /// </summary>
    internal static bool TryParseContact(ReadOnlySpan<byte> text, [NotNullWhen(true)] out NameAddress? value) =>
        TryParse(text, out value, out NameAddressDoubts _) && (value.Uri.Scheme.Length > 0 || value.Parameters.Count > 0);

    /// <summary>The same; <paramref name="doubts"/> says what does not fit its grammar.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out NameAddress? value, out NameAddressDoubts doubts)
    {
        value = null;
        doubts = NameAddressDoubts.None;
        bool hasBrackets = false;
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(text));
        string? name = null;
        ReadOnlySpan<byte> address;
        if (cursor.Peek == '"')
        {
            if (!cursor.TryReadQuotedString(out ReadOnlySpan<byte> inner))
            {
                return false;
            }

            name = QuotedString.Unescape(inner);
            cursor.SkipWhiteSpace();
            if (cursor.Peek != '<')
            {
                return false;
            }
        }

        ReadOnlySpan<byte> before = cursor.Rest;
        int open = before.IndexOf((byte)'<');
        int parameters = before.IndexOf((byte)';');
        if (open >= 0 && (parameters < 0 || open < parameters))
        {
            if (open > 0)
            {
                name = WellKnownText.GetString(Grammar.TrimWhiteSpace(before[..open]));
            }

            cursor.Advance(open + 1);
            address = cursor.ReadUntil((byte)'>');
            hasBrackets = cursor.TryRead((byte)'>');
            if (!hasBrackets)
            {
                return false;
            }
        }
        else
        {
            address = Grammar.TrimWhiteSpace(cursor.ReadUntil((byte)';'));
            if (address.ContainsAny((byte)'?', (byte)','))
            {
                return false;
            }
        }

        bool isBent = !SipUri.TryParse(address, out SipUri? uri);
        if (isBent && !SipUriReader.TryParseLoosely(address, out uri) && hasBrackets)
        {
            uri = SipUri.Unreadable(WellKnownText.GetString(address));
        }

        if (uri is null || !HeaderParameters.TryRead(ref cursor, out ParameterList list, out bool isCut))
        {
            return false;
        }

        doubts = (isBent ? NameAddressDoubts.Uri : NameAddressDoubts.None) | (isCut ? NameAddressDoubts.Parameter : NameAddressDoubts.None);
        value = new NameAddress(name, uri, list);
        return true;
    }

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

    /// <inheritdoc/>
    public override string ToString() => HeaderGrammar.Print(this);
}
