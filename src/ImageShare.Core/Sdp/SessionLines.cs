using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>The values of v=, o=, s= and t= of a session description; the first of each counts.</summary>
internal ref struct SessionLines
{
    private bool _hasVersion;
    private int _originOffset;
    private int _nameOffset;

    /// <summary>What to do with a line that was read.</summary>
    public enum Use
    {
        /// <summary>Nothing: its value is taken.</summary>
        Taken,

        /// <summary>Keep it; it has no meaning here.</summary>
        Kept,

        /// <summary>Keep it and warn that there are two.</summary>
        Repeated,

        /// <summary>Keep it and warn that it cannot be read.</summary>
        Unreadable,
    }

    public Origin? Origin { get; private set; }

    public string? Name { get; private set; }

    public SdpTiming? Timing { get; private set; }

    /// <summary>Reads one of the four lines.</summary>
    /// <param name="type">v, o, s or t.</param>
    /// <param name="value">The text after the equals sign.</param>
    /// <param name="offset">The offset of the line.</param>
    /// <param name="use">What to do with it, unless it is an error.</param>
    public SdpReadErrorCode Read(char type, ReadOnlySpan<byte> value, int offset, out Use use) => type switch
    {
        'v' => ReadVersion(value, out use),
        'o' => ReadOrigin(value, offset, out use),
        's' => ReadName(value, offset, out use),
        _ => ReadTiming(value, out use),
    };

    /// <summary>Whether the two lines that nothing works without are there.</summary>
    public readonly SdpReadErrorCode Check() =>
        !_hasVersion ? SdpReadErrorCode.MissingVersion
        : Origin is null ? SdpReadErrorCode.MissingOrigin
        : SdpReadErrorCode.None;

    /// <summary>Finds deviations once all lines are read.</summary>
    public readonly void Review(ref SdpWarnings warnings)
    {
        if (string.IsNullOrEmpty(Name))
        {
            warnings.Add(SdpWarningCode.EmptySessionName, _nameOffset);
        }

        if (Timing is null)
        {
            warnings.Add(SdpWarningCode.MissingTiming, 0);
        }

        if (Origin!.SessionId.TryGetUInt64(out ulong id) && id <= Origin.LargestWeakSessionId)
        {
            warnings.Add(SdpWarningCode.WeakSessionId, _originOffset);
        }
    }

    private SdpReadErrorCode ReadVersion(ReadOnlySpan<byte> value, out Use use)
    {
        use = _hasVersion ? Use.Repeated : Use.Taken;
        _hasVersion = true;
        return Grammar.TrimWhiteSpace(value).SequenceEqual("0"u8) ? SdpReadErrorCode.None : SdpReadErrorCode.UnsupportedVersion;
    }

    private SdpReadErrorCode ReadOrigin(ReadOnlySpan<byte> value, int offset, out Use use)
    {
        use = Origin is null ? Use.Taken : Use.Repeated;
        if (Origin is not null)
        {
            return SdpReadErrorCode.None;
        }

        if (!Origin.TryParse(value, out Origin? origin))
        {
            return SdpReadErrorCode.MalformedOrigin;
        }

        (Origin, _originOffset) = (origin, offset);
        return SdpReadErrorCode.None;
    }

    private SdpReadErrorCode ReadName(ReadOnlySpan<byte> value, int offset, out Use use)
    {
        use = Name is null ? Use.Taken : Use.Repeated;
        (Name, _nameOffset) = Name is null ? (WellKnownText.GetString(value), offset) : (Name, _nameOffset);
        return SdpReadErrorCode.None;
    }

    // Several t= lines are allowed; those after the first are kept but ignored.
    private SdpReadErrorCode ReadTiming(ReadOnlySpan<byte> value, out Use use)
    {
        if (Timing is not null)
        {
            use = Use.Kept;
        }
        else if (SdpTiming.TryParse(value, out SdpTiming timing))
        {
            Timing = timing;
            use = Use.Taken;
        }
        else
        {
            use = Use.Unreadable;
        }

        return SdpReadErrorCode.None;
    }
}
