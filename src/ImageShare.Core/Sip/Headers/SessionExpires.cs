using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Headers;

/// <summary>How long a session lives without being refreshed (RFC 4028 §4). Immutable.</summary>
/// <param name="Seconds">The interval.</param>
/// <param name="Parameters">All parameters in their order.</param>
internal sealed record SessionExpires(uint Seconds, ParameterList Parameters = default) : ISipHeaderValue
{
    /// <summary>Who refreshes it: <c>uac</c> or <c>uas</c> of the request the value belongs to; null when that is left open.</summary>
    public string? Refresher => Parameters.GetValue("refresher");

    /// <summary>Session-Expires = delta-seconds *(SEMI se-params); reads all of the text.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out SessionExpires? value)
    {
        value = null;
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(text));
        if (!cursor.TryReadUInt32(out uint seconds)
            || !ParameterList.TryRead(ref cursor, HeaderGrammar.ParameterText, out ParameterList parameters)
            || !cursor.AtEnd)
        {
            return false;
        }

        value = new SessionExpires(seconds, parameters);
        return true;
    }

    /// <inheritdoc/>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.WriteNumber(Seconds);
        Parameters.Write(output);
    }

    /// <inheritdoc/>
    public override string ToString() => HeaderGrammar.Print(this);
}
