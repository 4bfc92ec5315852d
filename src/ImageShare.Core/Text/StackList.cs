using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ImageShare.Core.Text;

/// <summary>
/// A list for the time of reading: its first items are stored in the variable itself, so that nothing is allocated for a usual number of them. Pass it
/// by reference.
/// </summary>
/// <typeparam name="T">The items.</typeparam>
internal ref struct StackList<T>
{
    private FirstItems _first;
    private T[]? _all;

    public int Count { get; private set; }

    /// <summary>The items. Valid until the list changes.</summary>
    [UnscopedRef]
    public Span<T> Items => _all is null ? ((Span<T>)_first)[..Count] : _all.AsSpan(0, Count);

    public void Add(in T item)
    {
        if (_all is null && Count < FirstItems.Length)
        {
            _first[Count++] = item;
        }
        else
        {
            AddToArray(item);
        }
    }

    private void AddToArray(in T item)
    {
        if (_all is null)
        {
            _all = new T[FirstItems.Length * 2];
            ((ReadOnlySpan<T>)_first).CopyTo(_all);
        }
        else if (Count == _all.Length)
        {
            Array.Resize(ref _all, Count * 2);
        }

        _all[Count++] = item;
    }

    /// <summary>Returns the items and empties the list.</summary>
    public ImmutableArray<T> Take()
    {
        ImmutableArray<T> taken = ImmutableCollectionsMarshal.AsImmutableArray(Items.ToArray());
        Count = 0;
        return taken;
    }

    [InlineArray(Length)]
    private struct FirstItems
    {
        public const int Length = 16;

        private T _first;
    }
}
