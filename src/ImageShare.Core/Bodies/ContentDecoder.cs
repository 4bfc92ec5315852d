using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using MimeKit.Encodings;

namespace ImageShare.Core.Bodies;

/// <summary>
/// Decodes the transfer encoding of a part (RFC 2045 §6) incrementally. Base64 is decoded strictly, which MimeKit's decoder does not support:
/// white space is skipped and padding is optional, but any other character outside the alphabet, or after the padding, damages the part.
/// </summary>
internal sealed class ContentDecoder(TransferEncoding encoding)
{
    private const int GroupLength = 1024;

    // Lines have at most 76 characters (RFC 2045 §6.7).
    private const int MostBlanks = 4096;

    private static readonly SearchValues<byte> WhiteSpace = SearchValues.Create(" \t\r\n"u8);

    private readonly byte[]? _group = encoding is TransferEncoding.Base64 ? new byte[GroupLength] : null;
    private readonly QuotedPrintableDecoder? _quoted = encoding is TransferEncoding.QuotedPrintable ? new QuotedPrintableDecoder() : null;
    private readonly ArrayBufferWriter<byte>? _blanks = encoding is TransferEncoding.QuotedPrintable ? new ArrayBufferWriter<byte>(16) : null;
    private int _length;
    private bool _isComplete;
    private bool _hasNoPadding;

    /// <summary>Whether the output is not the content.</summary>
    public bool IsDamaged { get; private set; } = encoding is TransferEncoding.Unknown;

    /// <summary>The warnings, available at the end.</summary>
    public ImmutableArray<BodyWarningCode> Warnings =>
        encoding is TransferEncoding.Unknown ? [BodyWarningCode.UnknownTransferEncoding]
        : IsDamaged ? [encoding is TransferEncoding.Base64 ? BodyWarningCode.BadBase64 : BodyWarningCode.BadQuotedPrintable]
        : _hasNoPadding ? [BodyWarningCode.MissingBase64Padding]
        : [];

    /// <summary>The maximum decoded length of a base64 text.</summary>
    public static int LengthOfBase64(ReadOnlySpan<byte> text)
    {
        int characters = text.Length - text.CountAny(WhiteSpace);
        ReadOnlySpan<byte> end = text.TrimEnd(" \t\r\n"u8);
        int padding = end.EndsWith("=="u8) ? 2 : end.EndsWith("="u8) ? 1 : 0;
        return (int)((characters - (long)padding) * 3 / 4);
    }

    /// <summary>Decodes a complete text; empty if it is damaged.</summary>
    public ReadOnlyMemory<byte> DecodeAll(ReadOnlySpan<byte> text)
    {
        var output = new ArrayBufferWriter<byte>(Math.Max(1, encoding is TransferEncoding.Base64 ? LengthOfBase64(text) + 2 : text.Length));
        Push(text, output);
        End(output);
        return IsDamaged ? default : output.WrittenMemory;
    }

    public void Push(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        switch (encoding)
        {
            case TransferEncoding.Base64:
                PushBase64(text, output);
                break;
            case TransferEncoding.QuotedPrintable:
                PushQuoted(text, output);
                break;
            case TransferEncoding.Unknown:
                break;
            default:
                output.Write(text);
                break;
        }
    }

    public void End(IBufferWriter<byte> output)
    {
        if (_quoted is not null && !IsDamaged)
        {
            // A line end flushes an incomplete escape and is not content itself. Blanks at the end never are.
            DecodeQuoted("\n"u8, output, withoutLast: true);
        }

        if (_group is null || IsDamaged)
        {
            return;
        }

        int rest = _length % 4;
        _hasNoPadding = rest > 0;
        IsDamaged = rest == 1 || (rest > 0 && _group.AsSpan(0, _length).Contains((byte)'='));
        if (rest > 0 && !IsDamaged)
        {
            _group.AsSpan(_length, 4 - rest).Fill((byte)'=');
            _length += 4 - rest;
        }

        DecodeGroup(output);
    }

    private void PushBase64(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        while (!text.IsEmpty && !IsDamaged)
        {
            int end = text.IndexOfAny(WhiteSpace);
            ReadOnlySpan<byte> run = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            while (!run.IsEmpty && !IsDamaged)
            {
                int length = Math.Min(run.Length, GroupLength - _length);
                run[..length].CopyTo(_group.AsSpan(_length));
                run = run[length..];
                _length += length;
                if (_length == GroupLength)
                {
                    DecodeGroup(output);
                }
            }
        }
    }

    // Padding ends the content; anything after it is an error.
    private void DecodeGroup(IBufferWriter<byte> output)
    {
        if (_length == 0 || IsDamaged)
        {
            return;
        }

        ReadOnlySpan<byte> group = _group.AsSpan(0, _length);
        OperationStatus status = Base64.DecodeFromUtf8(group, output.GetSpan(_length / 4 * 3), out _, out int written);
        IsDamaged = _isComplete || status != OperationStatus.Done;
        output.Advance(IsDamaged ? 0 : written);
        _isComplete = group[^1] == '=';
        _length = 0;
    }

    // White space at the end of a line was added in transport (RFC 2045 §6.7), but MimeKit keeps it.
    private void PushQuoted(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        while (!text.IsEmpty && !IsDamaged)
        {
            int blank = text.IndexOfAny((byte)' ', (byte)'\t');
            ReadOnlySpan<byte> run = blank < 0 ? text : text[..blank];
            if (!run.IsEmpty)
            {
                if (run[0] is not ((byte)'\r' or (byte)'\n'))
                {
                    DecodeQuoted(_blanks!.WrittenSpan, output);
                }

                _blanks!.ResetWrittenCount();
                DecodeQuoted(run, output);
            }

            text = blank < 0 ? default : text[blank..];
            int end = text.IndexOfAnyExcept((byte)' ', (byte)'\t');
            _blanks!.Write(end < 0 ? text : text[..end]);
            text = end < 0 ? default : text[end..];
            IsDamaged = _blanks!.WrittenCount > MostBlanks;
        }
    }

    private void DecodeQuoted(ReadOnlySpan<byte> text, IBufferWriter<byte> output, bool withoutLast = false)
    {
        if (text.IsEmpty)
        {
            return;
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(text.Length);
        text.CopyTo(rented);
        byte[] decoded = ArrayPool<byte>.Shared.Rent(_quoted!.EstimateOutputLength(text.Length));
        int length = _quoted.Decode(rented, 0, text.Length, decoded);
        output.Write(decoded.AsSpan(0, Math.Max(0, length - (withoutLast ? 1 : 0))));
        ArrayPool<byte>.Shared.Return(rented);
        ArrayPool<byte>.Shared.Return(decoded);
    }
}
