using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ImageShare.Core.Sdp;

/// <summary>The index of the first attribute of each kind in a section.</summary>
[InlineArray((int)AttributeKind.Other)]
internal struct AttributeIndex
{
    // One more than the index; 0 if there is no such attribute.
    private int _first;

    public readonly bool Has(AttributeKind kind) => this[(int)kind] != 0;

    /// <summary>The typed value of the first attribute of that kind, as <see cref="SdpAttribute.Meaning"/> has it.</summary>
    public readonly object? MeaningOf(AttributeKind kind, ReadOnlySpan<SdpAttribute> attributes)
    {
        int place = this[(int)kind];
        return place == 0 ? null : attributes[place - 1].Meaning;
    }

    /// <summary>Records an attribute, unless there is one of its kind; false if there is.</summary>
    public bool TryAdd(AttributeKind kind, int index)
    {
        bool isFirst = this[(int)kind] == 0;
        this[(int)kind] = isFirst ? index + 1 : this[(int)kind];
        return isFirst;
    }
}

/// <summary>Where the attributes of a section are whose faults can only be judged together at its end.</summary>
internal ref struct AttributePlaces
{
    private AttributeIndex _first;
    private Offsets _offsets;

    /// <summary>The first attributes of each kind.</summary>
    [UnscopedRef]
    public readonly ref readonly AttributeIndex First => ref _first;

    /// <summary>The number of direction attributes (RFC 8866 §6.7).</summary>
    public int Directions { get; private set; }

    /// <summary>The number of a=file-selector.</summary>
    public int Selectors { get; private set; }

    /// <summary>The offset of the second direction attribute.</summary>
    public int SecondDirection { get; private set; }

    /// <summary>The offset of the second a=file-selector.</summary>
    public int SecondSelector { get; private set; }

    /// <summary>Records an attribute.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="index">Its index in the section.</param>
    /// <param name="offset">The offset of its line.</param>
    public void Note(AttributeKind kind, int index, int offset)
    {
        if (kind == AttributeKind.Other)
        {
            return;
        }

        if (_first.TryAdd(kind, index) && kind <= AttributeKind.FileRange)
        {
            _offsets[(int)kind] = offset;
        }

        if (kind == AttributeKind.Direction)
        {
            SecondDirection = ++Directions == 2 ? offset : SecondDirection;
        }
        else if (kind == AttributeKind.FileSelector)
        {
            SecondSelector = ++Selectors == 2 ? offset : SecondSelector;
        }
    }

    public readonly bool Has(AttributeKind kind) => _first.Has(kind);

    /// <summary>The offset of the first attribute of that kind, up to <see cref="AttributeKind.FileRange"/>; 0 if there is none.</summary>
    public readonly int OffsetOf(AttributeKind kind) => _offsets[(int)kind];

    /// <summary>The typed value of the first attribute of that kind.</summary>
    public readonly object? MeaningOf(AttributeKind kind, ReadOnlySpan<SdpAttribute> attributes) => _first.MeaningOf(kind, attributes);

    [InlineArray((int)AttributeKind.FileRange + 1)]
    private struct Offsets
    {
        private int _first;
    }
}
