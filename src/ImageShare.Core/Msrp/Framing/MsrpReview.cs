namespace ImageShare.Core.Msrp.Framing;

/// <summary>Something a head does that RFC 4975 forbids and the decoder reads in spite of.</summary>
/// <param name="Code">What it is; the names are stable.</param>
/// <param name="Offset">Where, counted as in <see cref="MsrpReadError.Offset"/>: the line, or the start line when a line is missing.</param>
public readonly record struct MsrpWarning(MsrpWarningCode Code, long Offset)
{
    /// <summary>The clause it departs from.</summary>
    public string Clause => Code switch
    {
        MsrpWarningCode.ReportWithoutStatus => "RFC 4975 §7.1.2",
        MsrpWarningCode.RangeEndsBeforeItBegins or MsrpWarningCode.RangePastTotal => "RFC 4975 §7.1.1",
        MsrpWarningCode.FromPathFirst => "RFC 4975 §7.1",
        _ => "RFC 4975 §9",
    };
}

/// <summary>What can be wrong with a head that could be read.</summary>
public enum MsrpWarningCode
{
    /// <summary>A REPORT without Status: it reports nothing.</summary>
    ReportWithoutStatus,

    /// <summary>A Byte-Range that ends before it begins; <c>1-0</c> is that of a message without bytes.</summary>
    RangeEndsBeforeItBegins,

    /// <summary>A Byte-Range that goes past its own total.</summary>
    RangePastTotal,

    /// <summary>From-Path precedes To-Path, which has to be first.</summary>
    FromPathFirst,

    /// <summary>A body without Content-Type.</summary>
    BodyWithoutContentType,

    /// <summary>A response with a status below 100.</summary>
    StatusBelow100,
}

/// <summary>Looks over a head that could be read.</summary>
public static class MsrpReview
{
    /// <summary>What is wrong with it, in the order of its bytes; valid until the next head is read.</summary>
    public static IReadOnlyList<MsrpWarning> Check(MsrpHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        var found = new List<MsrpWarning>();
        Add(found, !head.IsRequest && head is { Status: < 100, Fault: null }, MsrpWarningCode.StatusBelow100, head.StartOffset);
        Add(found, head is { IsReport: true, ReportStatus: null }, MsrpWarningCode.ReportWithoutStatus, head.StartOffset);
        Add(found, head.FromPathFirstAt >= 0, MsrpWarningCode.FromPathFirst, head.FromPathFirstAt);
        if (head.ByteRange is { } range)
        {
            Add(found, range.End < range.Start && range is not { Start: 1, End: 0 }, MsrpWarningCode.RangeEndsBeforeItBegins, head.RangeOffset);
            Add(found, range.Total is { } total && (range.End > total || (range.Start > total && range.Start > 1)), MsrpWarningCode.RangePastTotal, head.RangeOffset);
        }

        Add(found, head is { HasBody: true, ContentType: null }, MsrpWarningCode.BodyWithoutContentType, head.StartOffset);
        found.Sort(static (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Code.CompareTo(b.Code));
        return found;
    }

    private static void Add(List<MsrpWarning> found, bool condition, MsrpWarningCode code, long offset)
    {
        if (condition)
        {
            found.Add(new MsrpWarning(code, offset));
        }
    }
}
