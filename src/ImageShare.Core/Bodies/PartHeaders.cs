using System.Collections.Immutable;
using System.Text;
using ImageShare.Core.Text;
using MimeKit;
using MimeKit.Utils;

namespace ImageShare.Core.Bodies;

/// <summary>Interprets the header fields of a part (RFC 2045 §3), one by one as MimeKit reads them.</summary>
internal sealed class PartHeaders(Action<BodyWarningCode, long>? warn = null)
{
    private static readonly MediaType Unreadable = new("application", "octet-stream");

    private readonly List<HeaderId> _seen = new(4);
    private List<BodyHeader>? _others;
    private BodyPart _part = new();

    /// <summary>The number of fields, including malformed ones.</summary>
    public int Count { get; private set; }

    public void Clear()
    {
        Count = 0;
        _seen.Clear();
        _others = null;
        _part = new BodyPart();
    }

    /// <summary>The part without its content.</summary>
    public BodyPart ToPart() => _others is null ? _part : _part with { OtherHeaders = [.. _others] };

    /// <summary>Adds the next field, at that offset in the body.</summary>
    public void Take(Header header, long offset)
    {
        Count++;
        byte[] value = header.RawValue;

        // For a malformed line, MimeKit reports an empty value without a line end.
        bool isInvalid = value.Length == 0;
        WarnIf(HasBareLineFeed(isInvalid ? header.RawField : value), BodyWarningCode.BareLineFeed, offset);
        if (isInvalid || !Grammar.IsMimeToken(header.Field) || HasStrayControl(value))
        {
            warn?.Invoke(BodyWarningCode.MalformedHeader, offset);

            // MimeKit uses the first Content-Type even if it is malformed.
            _part = header.Id is HeaderId.ContentType && IsFirst(header.Id, offset) ? _part with { ContentType = Unreadable } : _part;
            return;
        }

        WarnIf(header.RawField.Length > header.Field.Length, BodyWarningCode.SpaceBeforeColon, offset);
        TakeField(header, value, offset);
    }

    private void TakeField(Header header, byte[] value, long offset)
    {
        switch (header.Id)
        {
            case HeaderId.ContentType when IsFirst(header.Id, offset):
                MediaType? type = ReadContentType(value);
                WarnIf(type is null, BodyWarningCode.UnreadableContentType, offset);
                _part = _part with { ContentType = type ?? Unreadable };
                break;
            case HeaderId.ContentTransferEncoding when IsFirst(header.Id, offset):
                _part = _part with { TransferEncoding = ReadEncoding(value) };
                if (_part.TransferEncoding is TransferEncoding.Unknown)
                {
                    // The enumeration does not say which, and without it the part would be written as not encoded.
                    AddOther(header, value);
                }

                break;
            case HeaderId.ContentId when IsFirst(header.Id, offset):
                string? id = ContentIdUrl.ReadContentId(value);
                WarnIf(id is null || !value.AsSpan().Contains((byte)'<'), BodyWarningCode.UnusualContentId, offset);
                _part = _part with { ContentId = id };
                break;
            case HeaderId.ContentDisposition when IsFirst(header.Id, offset):
                ContentDisposition? disposition = ReadDisposition(value);
                WarnIf(disposition is null, BodyWarningCode.UnreadableDisposition, offset);
                _part = _part with { Disposition = disposition };
                break;
            case HeaderId.ContentType or HeaderId.ContentTransferEncoding or HeaderId.ContentId or HeaderId.ContentDisposition:
                break;
            default:
                WarnIf(header.Id is HeaderId.ContentLength, BodyWarningCode.PartContentLength, offset);
                AddOther(header, value);
                break;
        }
    }

    private void AddOther(Header header, byte[] value) => (_others ??= []).Add(new BodyHeader(header.Field, Unfold(value)));

    private bool IsFirst(HeaderId id, long offset)
    {
        bool isRepeated = _seen.Contains(id);
        WarnIf(isRepeated, BodyWarningCode.RepeatedHeader, offset);
        _seen.Add(id);
        return !isRepeated;
    }

    // What is invalid in MIME may be valid in SIP, such as a parameter without a value (RFC 3261 §25.1).
    private static MediaType? ReadContentType(byte[] value) =>
        ContentType.TryParse(EntityReader.Grammar, value, out ContentType? type) && Grammar.IsMimeToken(type.MediaType) && Grammar.IsMimeToken(type.MediaSubtype)
            ? new MediaType(type.MediaType, type.MediaSubtype, ToParameters(type.Parameters))
            : MediaType.TryParse(Encoding.UTF8.GetBytes(Unfold(value)), out MediaType? sip) ? sip with { Parameters = Normalize(sip.Parameters) }
            : null;

    // MimeKit treats a value without a type as attachment; here it is ignored.
    private static ContentDisposition? ReadDisposition(byte[] value)
    {
        string text = Unfold(value);
        return text.Length > 0 && text[0] != ';' && MimeKit.ContentDisposition.TryParse(EntityReader.Grammar, value, out MimeKit.ContentDisposition? read) && Grammar.IsMimeToken(read.Disposition)
            ? new ContentDisposition(read.Disposition, ToParameters(read.Parameters))
            : ContentDisposition.TryParse(Encoding.UTF8.GetBytes(text), out ContentDisposition? sip) ? sip with { Parameters = Normalize(sip.Parameters) }
            : null;
    }

    private static TransferEncoding ReadEncoding(byte[] value)
    {
        string text = Unfold(value);
        int comment = text.IndexOf('(', StringComparison.Ordinal);
        return !MimeUtils.TryParse(comment < 0 ? text : text[..comment], out ContentEncoding encoding) ? TransferEncoding.Unknown : encoding switch
        {
            ContentEncoding.SevenBit => TransferEncoding.SevenBit,
            ContentEncoding.EightBit => TransferEncoding.EightBit,
            ContentEncoding.Binary => TransferEncoding.Binary,
            ContentEncoding.Base64 => TransferEncoding.Base64,
            ContentEncoding.QuotedPrintable => TransferEncoding.QuotedPrintable,
            _ => TransferEncoding.Unknown,
        };
    }

    // Drop values with line breaks, which RFC 2231 can encode: they must not be passed on.
    private static Text.ParameterList ToParameters(MimeKit.ParameterList parameters) =>
        new([.. parameters.Where(p => !SafeText.IsLineBreaking(p.Value)).Select(p => new Text.Parameter(p.Name, p.Value, IsQuoted: !Grammar.IsMimeToken(p.Value)))]);

    // As MimeKit gives them: the first of a name, quoted where MIME asks for it. Otherwise what was read would print to something that reads differently.
    private static Text.ParameterList Normalize(Text.ParameterList parameters) =>
        new([.. parameters.DistinctBy(static p => p.Name, StringComparer.OrdinalIgnoreCase).Select(static p => p with { IsQuoted = p.Value is { } value && !Grammar.IsMimeToken(value) })]);

    private static string Unfold(byte[] value) => Header.Unfold(Encoding.UTF8.GetString(value));

    private static bool HasBareLineFeed(ReadOnlySpan<byte> text) => text.EndsWith("\n"u8) && !text.EndsWith("\r\n"u8);

    // NUL, or CR without LF.
    private static bool HasStrayControl(ReadOnlySpan<byte> text)
    {
        for (int at = 0, hit; (hit = text[at..].IndexOfAny((byte)'\r', (byte)0)) >= 0; at += hit + 1)
        {
            if (text[at + hit] == 0 || at + hit + 1 == text.Length || text[at + hit + 1] != '\n')
            {
                return true;
            }
        }

        return false;
    }

    private void WarnIf(bool condition, BodyWarningCode code, long offset)
    {
        if (condition)
        {
            warn?.Invoke(code, offset);
        }
    }
}
