using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Unicode;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>Reads a session description: splits it into lines, passes each line to its section, and validates the whole.</summary>
internal sealed class SdpReader(SdpLimits limits)
{
    private readonly SessionLines _lines = new();
    private SdpSection _session = null!;
    private List<SdpWarning>? _warnings;
    private List<SdpSection>? _media;
    private bool _saidBareLineFeed;

    public SdpError Read(ReadOnlySpan<byte> text, out SessionDescription? value)
    {
        value = null;
        _session = new SdpSection(SdpLineOrder.Session, 0, CountAttributes(text));
        int lines = 0;
        int offset = 0;
        while (offset < text.Length)
        {
            ReadOnlySpan<byte> line = CutLine(text, offset, out int next);
            if (++lines > limits.MaxLines)
            {
                return new SdpError(SdpErrorCode.TooManyLines, offset);
            }

            SdpErrorCode code = ReadLine(line, text[next..], offset);
            if (code != SdpErrorCode.None)
            {
                return new SdpError(code, offset);
            }

            offset = next;
        }

        SdpError error = CheckWhole(lines);
        if (error.Code == SdpErrorCode.None)
        {
            value = Build();
        }

        return error;
    }

    private ReadOnlySpan<byte> CutLine(ReadOnlySpan<byte> text, int offset, out int next)
    {
        ReadOnlySpan<byte> rest = text[offset..];
        int end = rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            next = text.Length;
            Warn(SdpWarningCode.MissingFinalLineEnd, offset);
            return rest.TrimEnd((byte)'\r');
        }

        next = offset + end + 1;
        if (end > 0 && rest[end - 1] == '\r')
        {
            return rest[..(end - 1)];
        }

        if (!_saidBareLineFeed)
        {
            _saidBareLineFeed = true;
            Warn(SdpWarningCode.BareLineFeed, offset);
        }

        return rest[..end];
    }

    private SdpErrorCode ReadLine(ReadOnlySpan<byte> line, ReadOnlySpan<byte> behind, int offset)
    {
        if (line.IsEmpty)
        {
            Warn(SdpWarningCode.EmptyLine, offset);
            return SdpErrorCode.None;
        }

        if (line.Length > limits.MaxLineLength)
        {
            return SdpErrorCode.LineTooLong;
        }

        if (line.ContainsAny(Grammar.LineBreaking))
        {
            return SdpErrorCode.ForbiddenByte;
        }

        if (line.Length < 2 || line[1] != '=' || !char.IsAsciiLetterOrDigit((char)line[0]))
        {
            return SdpErrorCode.MalformedLine;
        }

        if (!Utf8.IsValid(line))
        {
            Warn(SdpWarningCode.NotUtf8, offset);
        }

        char type = (char)line[0];
        ReadOnlySpan<byte> value = line[2..];
        if (type == 'm')
        {
            return ReadMediaLine(value, behind, offset);
        }

        SdpSection section = _media is [.., var last] ? last : _session;
        if (!section.TakesInOrder(type))
        {
            Warn(SdpWarningCode.LineOutOfOrder, offset);
        }

        return type == 'a' ? ReadAttribute(section, value, offset)
            : ReferenceEquals(section, _session) && type is 'v' or 'o' or 's' or 't' ? ReadSessionLine(type, value, offset)
            : ReadCommonLine(section, type, value, offset);
    }

    private SdpErrorCode ReadMediaLine(ReadOnlySpan<byte> value, ReadOnlySpan<byte> behind, int offset)
    {
        if (_media?.Count >= limits.MaxMedia)
        {
            return SdpErrorCode.TooManyMedia;
        }

        SdpErrorCode code = MediaLine.TryRead(value, limits.MaxFormats, out MediaLine line);
        if (code == SdpErrorCode.None)
        {
            (_media ??= new List<SdpSection>(1)).Add(new SdpSection(SdpLineOrder.Media, offset, CountAttributes(behind)) { Line = line });
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
            case 'c':
                if (ConnectionData.TryParse(value, out ConnectionData? connection))
                {
                    section.Connection = connection;
                }
                else
                {
                    KeepUnreadable(section, type, value, offset);
                }

                break;
            default:
                section.Keep(type, value);
                if (SdpLineOrder.RankOf(section.Order, type) == section.Order.Length)
                {
                    Warn(SdpWarningCode.UnknownLine, offset);
                }
                else if (!IsReadable(type, value))
                {
                    Warn(SdpWarningCode.UnreadableLine, offset);
                }

                break;
        }

        return SdpErrorCode.None;
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
        Warn(SdpWarningCode.RepeatedLine, offset);
    }

    private void KeepUnreadable(SdpSection section, char type, ReadOnlySpan<byte> value, int offset)
    {
        section.Keep(type, value);
        Warn(SdpWarningCode.UnreadableLine, offset);
    }

    private SdpError CheckWhole(int lines)
    {
        SdpErrorCode code = lines == 0 ? SdpErrorCode.Empty
            : !_lines.HasVersion ? SdpErrorCode.MissingVersion
            : _lines.Origin is null ? SdpErrorCode.MissingOrigin
            : SdpErrorCode.None;
        if (code != SdpErrorCode.None)
        {
            return new SdpError(code, 0);
        }

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
        if (string.IsNullOrEmpty(_lines.Name))
        {
            Warn(SdpWarningCode.EmptySessionName, _lines.NameOffset);
        }

        if (_lines.Timing is null)
        {
            Warn(SdpWarningCode.MissingTiming, 0);
        }

        if (_lines.Origin!.SessionId <= Origin.LargestWeakSessionId)
        {
            Warn(SdpWarningCode.WeakSessionId, _lines.OriginOffset);
        }

        var media = new MediaDescription[_media?.Count ?? 0];
        for (int i = 0; i < media.Length; i++)
        {
            media[i] = _media![i].ToMedia();
        }

        ImmutableArray<SdpAttribute> attributes = _session.TakeAttributes();
        for (int i = 0; i < media.Length; i++)
        {
            SdpReview.LookAtWhole(media[i], attributes, _media![i], ref _warnings);
        }

        _warnings?.Sort(static (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Code.CompareTo(b.Code));
        return new SessionDescription
        {
            Origin = _lines.Origin,
            SessionName = _lines.Name ?? string.Empty,
            Information = _session.Information,
            Connection = _session.Connection,
            Timing = _lines.Timing ?? default,
            Attributes = attributes,
            OtherLines = _session.OtherLines,
            Media = ImmutableCollectionsMarshal.AsImmutableArray(media),
            Warnings = _warnings is null ? [] : _warnings.ToImmutableArray(),
        };
    }

    private void Warn(SdpWarningCode code, int offset) => (_warnings ??= []).Add(new SdpWarning(code, offset));
}
