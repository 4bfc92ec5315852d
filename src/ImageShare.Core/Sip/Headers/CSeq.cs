using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Headers;

/// <summary>The order of a request within its dialog, and its method (RFC 3261 §20.16).</summary>
/// <param name="Number">0 to 2^32-1; below 2^31 when it begins a sequence (RFC 3261 §8.1.1.5).</param>
/// <param name="Method">The method of the request.</param>
public sealed record CSeq(uint Number, SipMethod Method) : ISipHeaderValue
{
    /// <summary>CSeq = 1*DIGIT LWS Method; reads all of the text.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out CSeq? value)
    {
        value = null;
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(text));
        if (!cursor.TryReadUInt32(out uint number) || !cursor.SkipWhiteSpace() || !SipMethod.TryParse(cursor.Rest, out SipMethod method))
        {
            return false;
        }

        value = new CSeq(number, method);
        return true;
    }

    /// <inheritdoc/>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.WriteNumber(Number);
        output.WriteByte((byte)' ');
        output.WriteUtf8(Method.Name);
    }

    /// <inheritdoc/>
    public override string ToString() => HeaderGrammar.Print(this);
}
