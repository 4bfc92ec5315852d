using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using ImageShare.Core.Sdp.Lines;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>Reads a session description in one pass: passes each line to its section, and validates the whole at the end.</summary>
internal ref struct SdpReader
{
    private Source _source;
    private SdpLimits _limits;
    private SdpTextLines _lines;
    private SessionLines _sessionLines;
    private SdpSection _session;
    private ImmutableArray<SdpAttribute> _sessionAttributes;

    // The section that is being read, once there was an m= line. Its attributes, or those of the session before, are collected in the list.
    private SdpSection _section;
    private StackList<SdpAttribute> _attributes;
    private Sections _media;
    private SdpReadError _lacksConnection;
    private SdpWarnings _warnings;
    private bool _saidBareLineFeed;

    /// <summary>Reads a description. A reader is used once; its initial value is the default one, so that its parts are cleared only once.</summary>
    public SdpReadError Read(ReadOnlySpan<byte> text, ArraySegment<byte> kept, SdpLimits limits, out SessionDescription? value)
    {
        value = null;
        _source = new Source(text, kept);
        _limits = limits;
        _lines = new SdpTextLines(text);
        _session.StartSession();
        int count = 0;
        while (_lines.MoveNext())
        {
            SdpReadErrorCode code = ++count > _limits.MaxLines ? SdpReadErrorCode.TooManyLines : ReadLine();
            if (code != SdpReadErrorCode.None)
            {
                return new SdpReadError(code, _lines.Offset);
            }
        }

        SdpReadError error = count == 0 ? new SdpReadError(SdpReadErrorCode.Empty, 0) : CheckWhole();
        if (error.Code == SdpReadErrorCode.None)
        {
            value = Build();
        }

        return error;
    }

    private SdpReadErrorCode ReadLine()
    {
        ReadOnlySpan<byte> line = _lines.Line;
        ReviewLineEnd();
        if (line.IsEmpty)
        {
            _warnings.Add(SdpWarningCode.EmptyLine, _lines.Offset);
            return SdpReadErrorCode.None;
        }

        SdpReadErrorCode code = CheckForm(line);
        if (code != SdpReadErrorCode.None)
        {
            return code;
        }

        if (!_source.IsAscii && !Utf8.IsValid(line))
        {
            _warnings.Add(SdpWarningCode.NotUtf8, _lines.Offset);
        }

        char type = (char)line[0];
        ReadOnlySpan<byte> value = line[2..];
        return type == 'm' ? ReadMediaLine(value, _lines.Offset)
            : _media.Count == 0 ? ReadSectionLine(ref _session, type, value, _lines.Offset)
            : ReadSectionLine(ref _section, type, value, _lines.Offset);
    }

    private void ReviewLineEnd()
    {
        if (_lines.End == SdpLineEnd.EndOfText)
        {
            _warnings.Add(SdpWarningCode.MissingFinalLineEnd, _lines.Offset);
        }
        else if (_lines.End == SdpLineEnd.LineFeed && !_saidBareLineFeed)
        {
            _saidBareLineFeed = true;
            _warnings.Add(SdpWarningCode.BareLineFeed, _lines.Offset);
        }
    }

    // type "=" value, without control characters that break a line (RFC 8866 §9).
    private readonly SdpReadErrorCode CheckForm(ReadOnlySpan<byte> line) =>
        line.Length > _limits.MaxLineBytes ? SdpReadErrorCode.LineTooLong
        : _lines.HasForbiddenByte ? SdpReadErrorCode.ForbiddenByte
        : line.Length < 2 || line[1] != '=' || !char.IsAsciiLetterOrDigit((char)line[0]) ? SdpReadErrorCode.MalformedLine
        : SdpReadErrorCode.None;

    // A line belongs to the last m= line before it, or to the session.
    private SdpReadErrorCode ReadSectionLine(ref SdpSection section, char type, ReadOnlySpan<byte> value, int offset)
    {
        if (!section.TakesInOrder(type))
        {
            _warnings.Add(SdpWarningCode.LineOutOfOrder, offset);
        }

        return type == 'a' ? ReadAttribute(ref section, value, offset)
            : !section.IsMedia && type is 'v' or 'o' or 's' or 't' ? ReadSessionLine(type, value, offset)
            : ReadCommonLine(ref section, type, value, offset);
    }

    private SdpReadErrorCode ReadMediaLine(ReadOnlySpan<byte> value, int offset)
    {
        if (_media.Count >= _limits.MaxMedia)
        {
            return SdpReadErrorCode.TooManyMedia;
        }

        SdpReadErrorCode code = MediaLine.TryRead(value, _limits.MaxFormats, out MediaLine line);
        if (code == SdpReadErrorCode.None)
        {
            EndSection();
            _section.StartMedia(offset, line);
            _media.Count++;
        }

        return code;
    }

    private SdpReadErrorCode ReadSessionLine(char type, ReadOnlySpan<byte> value, int offset)
    {
        SdpReadErrorCode code = _sessionLines.Read(type, value, offset, out SessionLines.Use use);
        if (code != SdpReadErrorCode.None)
        {
            return code;
        }

        switch (use)
        {
            case SessionLines.Use.Kept:
                _session.Keep(type, value);
                break;
            case SessionLines.Use.Repeated:
                Keep(ref _session, type, value, offset, SdpWarningCode.RepeatedLine);
                break;
            case SessionLines.Use.Unreadable:
                Keep(ref _session, type, value, offset, SdpWarningCode.UnreadableLine);
                break;
            default:
                break;
        }

        return SdpReadErrorCode.None;
    }

    private SdpReadErrorCode ReadCommonLine(ref SdpSection section, char type, ReadOnlySpan<byte> value, int offset)
    {
        switch (type)
        {
            case 'c' when section.Connection is not null:
            case 'i' when section.Information is not null:
                Keep(ref section, type, value, offset, SdpWarningCode.RepeatedLine);
                break;
            case 'i':
                section.Information = WellKnownText.GetString(value);
                break;
            case 'c' when ConnectionData.TryParse(value, out ConnectionData? connection):
                section.Connection = connection;
                break;
            case 'c':
                Keep(ref section, type, value, offset, SdpWarningCode.UnreadableLine);
                break;
            default:
                KeepOther(ref section, type, value, offset);
                break;
        }

        return SdpReadErrorCode.None;
    }

    private void KeepOther(ref SdpSection section, char type, ReadOnlySpan<byte> value, int offset)
    {
        section.Keep(type, value);
        if (section.Order.RankOf(type) == section.Order.Last)
        {
            _warnings.Add(SdpWarningCode.UnknownLine, offset);
        }
        else if (!IsReadable(type, value))
        {
            _warnings.Add(SdpWarningCode.UnreadableLine, offset);
        }
    }

    private SdpReadErrorCode ReadAttribute(ref SdpSection section, ReadOnlySpan<byte> value, int offset)
    {
        if (!section.HasRoomForAttribute(_limits.MaxAttributes))
        {
            return SdpReadErrorCode.TooManyAttributes;
        }

        SdpAttribute attribute = _source.Read(value, offset, out AttributeMeaning? known);
        if (attribute.Name is not null)
        {
            SdpReview.LookAt(attribute, known, value, offset, section, ref _warnings);
            section.Note(known?.Kind ?? AttributeKind.Other, _attributes.Count, offset);
            _attributes.Add(attribute);
        }
        else
        {
            Keep(ref section, 'a', value, offset, SdpWarningCode.UnreadableLine);
        }

        return SdpReadErrorCode.None;
    }

    // b= is bwtype ":" bandwidth; k= is obsolete (RFC 8866 §5.12). Neither matters to MSRP.
    private static bool IsReadable(char type, ReadOnlySpan<byte> value) =>
        type is not ('b' or 'k') || (type == 'b' && value.IndexOf((byte)':') > 0);

    private void Keep(ref SdpSection section, char type, ReadOnlySpan<byte> value, int offset, SdpWarningCode warning)
    {
        section.Keep(type, value);
        _warnings.Add(warning, offset);
    }

    // The session part ends at the first m= line, a media section at the next one or at the end.
    private void EndSection()
    {
        if (_media.Count == 0)
        {
            _sessionAttributes = _attributes.Take();
            return;
        }

        MediaDescription media = _section.ToMedia(_attributes.Take());
        SdpReview.LookAtWhole(media, _section, _session.Places, _sessionAttributes, ref _warnings);
        _media.Keep(media);

        // c= is required in the session part or in each section (RFC 8866 §5.7); a refused section has no use for it.
        if (_lacksConnection.Code == SdpReadErrorCode.None && media.Port != 0 && media.Connection is null && _session.Connection is null)
        {
            _lacksConnection = new SdpReadError(SdpReadErrorCode.MissingConnection, _section.Offset);
        }
    }

    private SdpReadError CheckWhole()
    {
        EndSection();
        SdpReadErrorCode code = _sessionLines.Check();
        return code != SdpReadErrorCode.None ? new SdpReadError(code, 0) : _lacksConnection;
    }

    private SessionDescription Build()
    {
        _sessionLines.Review(ref _warnings);
        return new SessionDescription
        {
            Origin = _sessionLines.Origin!,
            SessionName = _sessionLines.Name ?? string.Empty,
            Information = _session.Information,
            Connection = _session.Connection,
            Timing = _sessionLines.Timing ?? default,
            Attributes = _sessionAttributes,
            OtherLines = _session.OtherLines,
            Media = ImmutableCollectionsMarshal.AsImmutableArray(_media.ToArray()),
            Warnings = _warnings.Take(),
        };
    }

    /// <summary>The text, and the array with it that attributes keep.</summary>
    private ref struct Source(ReadOnlySpan<byte> text, ArraySegment<byte> kept)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private byte[]? _kept = kept.Array;
        private int _keptOffset = -kept.Offset;

        public readonly bool IsAscii { get; } = Ascii.IsValid(text);

        public SdpAttribute Read(ReadOnlySpan<byte> value, int offset, out AttributeMeaning? known)
        {
            // Values become strings when someone asks for them; until then they are part of the array, or of one copy of the text from the first attribute on.
            if (IsAscii && _kept is null)
            {
                _kept = _text[offset..].ToArray();
                _keptOffset = offset;
            }

            return SdpAttribute.Read(value, IsAscii ? _kept : null, offset + 2 - _keptOffset, out known);
        }
    }

    /// <summary>The media sections, mostly one.</summary>
    private struct Sections
    {
        private MediaDescription[]? _ended;

        /// <summary>Those that have begun; the last one may not have ended.</summary>
        public int Count { get; set; }

        /// <summary>The last one has ended.</summary>
        public void Keep(MediaDescription media)
        {
            if (_ended is null || _ended.Length < Count)
            {
                Array.Resize(ref _ended, Count == 1 ? 1 : Count * 2);
            }

            _ended[Count - 1] = media;
        }

        public readonly MediaDescription[] ToArray() => _ended is null ? [] : _ended.Length == Count ? _ended : _ended[..Count];
    }
}
