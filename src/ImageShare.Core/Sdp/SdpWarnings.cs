using System.Collections.Immutable;

namespace ImageShare.Core.Sdp;

/// <summary>The deviations found so far while a description is read. Passed by reference; allocates only when there is one.</summary>
internal struct SdpWarnings
{
    private List<SdpWarning>? _found;

    public void Add(SdpWarningCode code, int offset) => (_found ??= []).Add(new SdpWarning(code, offset));

    /// <summary>The warnings in the order of their offsets.</summary>
    public readonly ImmutableArray<SdpWarning> ToSortedArray()
    {
        if (_found is null)
        {
            return [];
        }

        _found.Sort(static (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.Code.CompareTo(b.Code));
        return _found.ToImmutableArray();
    }
}
