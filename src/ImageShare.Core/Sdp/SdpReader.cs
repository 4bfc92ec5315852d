using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>Reads a session description: passes each line to its section and validates the whole.</summary>
internal sealed class SdpReader(SdpLimits limits)
{
    private readonly SessionLines _lines = new();
    private SdpSection _session = null!;
    private List<SdpSection>? _media;
    private SdpWarnings _warnings;
    private bool _saidBareLineFeed;

    public SdpError Read(ReadOnlySpan<byte> text, out SessionDescription? value)
    {
        value = null;
        _session = new SdpSection(SdpLineOrder.Session, 0, CountAttributes(text));
        var lines = new SdpTextLines(text);
        int count = 0;
        while (lines.MoveNext())
        {
            SdpErrorCode code = ++count > limits.MaxLines ? SdpErrorCode.TooManyLines : ReadLine(lines);
            if (code != SdpErrorCode.None)
            {
                return new SdpError(code, lines.Offset);
            }
        }

        SdpError error = count == 0 ? new SdpError(SdpErrorCode.Empty, 0) : CheckWhole();
        if (error.Code == SdpErrorCode.None)
        {
            value = Build();
        }

        return error;
    }

    private SdpErrorCode ReadLine(in SdpTextLines lines)
    {
        ReviewLineEnd(lines);
        ReadOnlySpan<byte> line = lines.Line;
        if (line.IsEmpty)
        {
            _warnings.Add(SdpWarningCode.EmptyLine, lines.Offset);
            return SdpErrorCode.None;
        }

        SdpErrorCode code = CheckForm(line);
        if (code != SdpErrorCode.None)
        {
            return code;
        }

        if (!Utf8.IsValid(line))
        {
            _warnings.Add(SdpWarningCode.NotUtf8, lines.Offset);
        }

        char type = (char)line[0];
        return type == 'm' ? ReadMediaLine(line[2..], lines.Following, lines.Offset) : ReadSectionLine(type, line[2..], lines.Offset);
    }

    private void ReviewLineEnd(in SdpTextLines lines)
    {
        if (lines.End == SdpLineEnd.EndOfText)
        {
            _warnings.Add(SdpWarningCode.MissingFinalLineEnd, lines.Offset);
        }
        else if (lines.End == SdpLineEnd.LineFeed && !_saidBareLineFeed)
        {
            _saidBareLineFeed = true;
            _warnings.Add(SdpWarningCode.BareLineFeed, lines.Offset);
        }
    }

    // type "=" value, without control characters that break a line (RFC 8866 §9).
    private SdpErrorCode CheckForm(ReadOnlySpan<byte> line) =>
        line.Length > limits.MaxLineLength ? SdpErrorCode.LineTooLong
        : line.ContainsAny(Grammar.LineBreaking) ? SdpErrorCode.ForbiddenByte
        : line.Length < 2 || line[1] != '=' || !char.IsAsciiLetterOrDigit((char)line[0]) ? SdpErrorCode.MalformedLine
        : SdpErrorCode.None;

    // A line belongs to the last m= line before it, or to the session.
    private SdpErrorCode ReadSectionLine(char type, ReadOnlySpan<byte> value, int offset)
    {
        SdpSection section = _media is [.., var last] ? last : _session;
        if (!section.TakesInOrder(type))
        {
            _warnings.Add(SdpWarningCode.LineOutOfOrder, offset);
        }

        return type == 'a' ? ReadAttribute(section, value, offset)
            : ReferenceEquals(section, _session) && type is 'v' or 'o' or 's' or 't' ? ReadSessionLine(type, value, offset)
            : ReadCommonLine(section, type, value, offset);
    }

    private SdpErrorCode ReadMediaLine(ReadOnlySpan<byte> value, ReadOnlySpan<byte> following, int offset)
    {
        if (_media?.Count >= limits.MaxMedia)
        {
            return SdpErrorCode.TooManyMedia;
        }

        SdpErrorCode code = MediaLine.TryRead(value, limits.MaxFormats, out MediaLine line);
        if (code == SdpErrorCode.None)
        {
            (_media ??= new List<SdpSection>(1)).Add(new SdpSection(SdpLineOrder.Media, offset, CountAttributes(following)) { Line = line });
        }

        return code;
    }

    // Counts the a= lines before the next section. Linear: each byte is examined once per section it belongs to.
    private int CountAttributes(ReadOnlySpan<byte> lines)
    {
        int end = lines.IndexOf("\nm="u8);
        lines = end < 0 ? lines : lines[..end];
        return Math.Min(lines.Count("\na="u8) + (lines.StartsWith("a="u8) ? 1 : 0), limits.MaxAttributes);
    }

    private SdpErrorCode ReadSessionLine(char type, ReadOnlySpan<byte> value, int offset)
    {
        SdpErrorCode code = _lines.Read(type, value, offset, out SessionLines.Use use);
        if (code != SdpErrorCode.None)
        {
            return code;
        }

        switch (use)
        {
            case SessionLines.Use.Kept:
                _session.Keep(type, value);
                break;
            case SessionLines.Use.Repeated:
                KeepRepeated(_session, type, value, offset);
                break;
            case SessionLines.Use.Unreadable:
                KeepUnreadable(_session, type, value, offset);
                break;
            default:
                break;
        }

        return SdpErrorCode.None;
    }

    private SdpErrorCode ReadCommonLine(SdpSection section, char type, ReadOnlySpan<byte> value, int offset)
    {
        switch (type)
        {
            case 'c' when section.Connection is not null:
            case 'i' when section.Information is not null:
                KeepRepeated(section, type, value, offset);
                break;
            case 'i':
                section.Information = WellKnownText.GetString(value);
                break;
            case 'c' when ConnectionData.TryParse(value, out ConnectionData? connection):
                section.Connection = connection;
                break;
            case 'c':
                KeepUnreadable(section, type, value, offset);
                break;
            default:
                KeepOther(section, type, value, offset);
                break;
        }

        return SdpErrorCode.None;
    }

    private void KeepOther(SdpSection section, char type, ReadOnlySpan<byte> value, int offset)
    {
        section.Keep(type, value);
        if (SdpLineOrder.RankOf(section.Order, type) == section.Order.Length)
        {
            _warnings.Add(SdpWarningCode.UnknownLine, offset);
        }
        else if (!IsReadable(type, value))
        {
            _warnings.Add(SdpWarningCode.UnreadableLine, offset);
        }
    }

    private SdpErrorCode ReadAttribute(SdpSection section, ReadOnlySpan<byte> value, int offset)
    {
        if (!section.HasRoomForAttribute(limits.MaxAttributes))
        {
            return SdpErrorCode.TooManyAttributes;
        }

        if (SdpAttribute.TryParse(value, out SdpAttribute attribute))
        {
            SdpReview.LookAt(attribute, value, offset, section, ref _warnings);
            section.Add(attribute, offset);
        }
        else
        {
            KeepUnreadable(section, 'a', value, offset);
        }

        return SdpErrorCode.None;
    }

    // b= is bwtype ":" bandwidth; k= is obsolete (RFC 8866 §5.12). Neither matters to MSRP.
    private static bool IsReadable(char type, ReadOnlySpan<byte> value) =>
        type is not ('b' or 'k') || (type == 'b' && value.IndexOf((byte)':') > 0);

    private void KeepRepeated(SdpSection section, char type, ReadOnlySpan<byte> value, int offset)
    {
        section.Keep(type, value);
        _warnings.Add(SdpWarningCode.RepeatedLine, offset);
    }

    private void KeepUnreadable(SdpSection section, char type, ReadOnlySpan<byte> value, int offset)
    {
        section.Keep(type, value);
        _warnings.Add(SdpWarningCode.UnreadableLine, offset);
    }

    private SdpError CheckWhole()
    {
        SdpErrorCode code = _lines.Check();
        if (code != SdpErrorCode.None)
        {
            return new SdpError(code, 0);
        }

        // c= is required in the session part or in each section (RFC 8866 §5.7); a refused section has no use for it.
        foreach (SdpSection media in _media ?? [])
        {
            if (media.Line is { Port: not 0 } && media.Connection is null && _session.Connection is null)
            {
                return new SdpError(SdpErrorCode.MissingConnection, media.Offset);
            }
        }

        return default;
    }

    private SessionDescription Build()
    {
        _lines.Review(ref _warnings);
        ImmutableArray<SdpAttribute> attributes = _session.TakeAttributes();
        return new SessionDescription
        {
            Origin = _lines.Origin!,
            SessionName = _lines.Name ?? string.Empty,
            Information = _session.Information,
            Connection = _session.Connection,
            Timing = _lines.Timing ?? default,
            Attributes = attributes,
            OtherLines = _session.OtherLines,
            Media = BuildMedia(attributes),
            Warnings = _warnings.ToSortedArray(),
        };
    }

    private ImmutableArray<MediaDescription> BuildMedia(ImmutableArray<SdpAttribute> sessionAttributes)
    {
        var media = new MediaDescription[_media?.Count ?? 0];
        for (int i = 0; i < media.Length; i++)
        {
            media[i] = _media![i].ToMedia();
            SdpReview.LookAtWhole(media[i], sessionAttributes, _media[i], ref _warnings);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(media);
    }
}
