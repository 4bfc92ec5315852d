using System.Buffers;

namespace ImageShare.Core.Bodies;

/// <summary>
/// Decodes quoted-printable as it comes, by the rules of <see cref="TransferEncodings.DecodeQuotedPrintable"/>. Keeps what the end of a line may still
/// change: blanks at its end, an escape that is not whole.
/// </summary>
internal sealed class QuotedPrintableStage(UnwrapOutput output)
{
    // Lines have 76 characters (RFC 2045 §6.7); longer ones are decoded piece by piece.
    private const int KeptLength = 4096;

    private readonly ArrayBufferWriter<byte> _line = new(128);

    /// <summary>More blanks at the end of a line than are kept.</summary>
    public bool IsDamaged { get; private set; }

    public void Push(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty && !IsDamaged)
        {
            int end = octets.IndexOf((byte)'\n');
            _line.Write(end < 0 ? octets : octets[..end]);
            if (end < 0)
            {
                DecodeBeginning();
                return;
            }

            octets = octets[(end + 1)..];
            DecodeLine(hasEnd: true);
        }
    }

    public void End()
    {
        if (!IsDamaged)
        {
            DecodeLine(hasEnd: false);
        }
    }

    private void DecodeLine(bool hasEnd)
    {
        ReadOnlySpan<byte> line = _line.WrittenSpan;
        output.Written(TransferEncodings.DecodeQuotedPrintableLine(line, hasEnd, output.Room(line.Length + 2)));
        _line.ResetWrittenCount();
    }

    private void DecodeBeginning()
    {
        if (_line.WrittenCount <= KeptLength)
        {
            return;
        }

        ReadOnlySpan<byte> line = _line.WrittenSpan;
        int length = line.TrimEnd(" \t\r"u8).Length;
        length -= length >= 1 && line[length - 1] == '=' ? 1 : length >= 2 && line[length - 2] == '=' ? 2 : 0;
        byte[] rest = line[length..].ToArray();
        IsDamaged = rest.Length > KeptLength;
        output.Written(TransferEncodings.DecodeEscapes(line[..length], output.Room(length)));
        _line.ResetWrittenCount();
        _line.Write(rest);
    }
}
