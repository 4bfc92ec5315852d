using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Headers;

/// <summary>
/// One set of features that a caller wants or rejects: a value of Accept-Contact or Reject-Contact (RFC 3841 §9.2, RFC 3841 §10), which is <c>*</c> and
/// feature parameters. Immutable.
/// </summary>
/// <param name="Parameters">All parameters in their order, including <c>require</c> and <c>explicit</c>.</param>
internal sealed record AcceptContact(ParameterList Parameters) : ISipHeaderValue
{
    /// <summary>Whether a peer without these features must refuse the request (RFC 3841 §7.2.4).</summary>
    public bool Require => Parameters.Contains("require");

    /// <summary>Whether a contact matches only if it names these features (RFC 3841 §7.2.4).</summary>
    public bool Explicit => Parameters.Contains("explicit");

    /// <summary>The features, without <c>require</c> and <c>explicit</c>.</summary>
    public FeatureTags Features => new(Parameters.Without("require").Without("explicit"));

    /// <summary>ac-value = "*" *(SEMI ac-params); reads all of the text.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out AcceptContact? value) => TryParse(TextSlice.Copy(text), out value);

    /// <summary>The same, of a message.</summary>
    internal static bool TryParse(TextSlice text, [NotNullWhen(true)] out AcceptContact? value)
    {
        var usual = new UsualForm(text.Span);
        if (usual.TryRead((byte)'*') && usual.TrySkipParameters())
        {
            value = new AcceptContact(ParameterList.Unread(text.From(1)));
            return true;
        }

        return TryParseAny(text.Span, out value);
    }

    /// <summary>The same without the short way for the usual form.</summary>
    internal static bool TryParseAny(ReadOnlySpan<byte> text, [NotNullWhen(true)] out AcceptContact? value)
    {
        value = null;
        var cursor = new AsciiCursor(text);
        cursor.SkipWhiteSpace();
        if (!cursor.TryRead((byte)'*') || !ParameterList.TryRead(ref cursor, HeaderGrammar.ParameterText, out ParameterList parameters))
        {
            return false;
        }

        cursor.SkipWhiteSpace();
        value = cursor.AtEnd ? new AcceptContact(parameters) : null;
        return value is not null;
    }

    /// <inheritdoc/>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.WriteByte((byte)'*');
        Parameters.Write(output);
    }

    /// <inheritdoc/>
    public override string ToString() => HeaderGrammar.Print(this);
}
