using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Headers;

/// <summary>
/// Why a request is sent: a value of Reason (RFC 3326 §2), for example <c>SIP;cause=600;text="Busy Everywhere"</c>. A message may have several, each of another protocol.
/// Immutable.
/// </summary>
/// <param name="Protocol">What the cause belongs to: <c>SIP</c>, <c>Q.850</c> or another token.</param>
/// <param name="Parameters">All parameters in their order.</param>
public sealed record Reason(string Protocol, ParameterList Parameters = default) : ISipHeaderValue
{
    /// <summary>The cause: a status code of <c>SIP</c>, a cause value of <c>Q.850</c>; null when absent or not a number.</summary>
    public int? Cause => Parameters.TryGet("cause", out Parameter cause) && !cause.IsQuoted
        && int.TryParse(cause.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <summary>The text for people, without quotes and escapes; null when absent. For display only.</summary>
    public string? Text => Parameters.GetValue("text");

    /// <summary>Whether it has this protocol, compared without case (RFC 3261 §7.3.1).</summary>
    public bool IsOf(string protocol) => Protocol.Equals(protocol, StringComparison.OrdinalIgnoreCase);

    /// <summary>reason-value = protocol *(SEMI reason-params); reads all of the text.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out Reason? value)
    {
        value = null;
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(text));
        if (!cursor.TryReadToken(out ReadOnlySpan<byte> protocol)
            || !ParameterList.TryRead(ref cursor, HeaderGrammar.ParameterText, out ParameterList parameters)
            || !cursor.AtEnd)
        {
            return false;
        }

        value = new Reason(WellKnownText.GetString(protocol), parameters);
        return true;
    }

    /// <inheritdoc/>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        SafeText.ThrowIfLineBreaking(Protocol);
        output.WriteUtf8(Protocol);
        Parameters.Write(output);
    }

    /// <inheritdoc/>
    public override string ToString() => HeaderGrammar.Print(this);
}
