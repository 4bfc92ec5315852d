using System.Collections.Immutable;
using ImageShare.Core.Text;

namespace ImageShare.Core.Sdp;

/// <summary>The deviations found so far while a description is read. Passed by reference.</summary>
internal ref struct SdpWarnings
{
    private StackList<SdpWarning> _found;

    /// <summary>
    /// Adds a warning in its place: by offset, then by code. Most come in this order; what is found at the end of a section goes before the
    /// warnings of its lines.
    /// </summary>
    public void Add(SdpWarningCode code, int offset)
    {
        var warning = new SdpWarning(code, offset);
        _found.Add(warning);
        Span<SdpWarning> all = _found.Items;
        int place = all.Length - 1;
        while (place > 0 && (all[place - 1].Offset > offset || (all[place - 1].Offset == offset && all[place - 1].Code > code)))
        {
            place--;
        }

        if (place < all.Length - 1)
        {
            all[place..^1].CopyTo(all[(place + 1)..]);
            all[place] = warning;
        }
    }

    /// <summary>The warnings in the order of their offsets. None may be added afterwards.</summary>
    public ImmutableArray<SdpWarning> Take() => _found.Take();
}
