using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sip.Headers;

/// <summary>Which provisional response a PRACK acknowledges (RFC 3262 §7.2).</summary>
/// <param name="RSeq">The RSeq of that response.</param>
/// <param name="CSeq">The CSeq of that response.</param>
internal sealed record RAck(uint RSeq, CSeq CSeq) : ISipHeaderValue
{
    /// <summary>RAck = response-num LWS CSeq-num LWS Method; reads all of the text.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out RAck? value)
    {
        value = null;
        var cursor = new AsciiCursor(Grammar.TrimWhiteSpace(text));
        if (!cursor.TryReadUInt32(out uint number) || !cursor.SkipWhiteSpace() || !CSeq.TryParse(cursor.Rest, out CSeq? cseq))
        {
            return false;
        }

        value = new RAck(number, cseq);
        return true;
    }

    /// <inheritdoc/>
    public void Write(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.WriteNumber(RSeq);
        output.WriteByte((byte)' ');
        CSeq.Write(output);
    }

    /// <inheritdoc/>
    public override string ToString() => HeaderGrammar.Print(this);
}
