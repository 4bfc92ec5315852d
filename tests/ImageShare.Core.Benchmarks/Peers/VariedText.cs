using System.Buffers.Binary;
using System.Text;

namespace ImageShare.Core.Benchmarks.Peers;

/// <summary>
/// A text in which some values can be new each time, as in messages of different calls: the library keeps strings that recur, and what it does with
/// others must not be slower than it seems.
/// </summary>
internal sealed class VariedText
{
    private readonly int[] _places;
    private uint _count;

    /// <param name="text">The text, which is copied.</param>
    /// <param name="before">What is before the values that change, everywhere in the text. Each value has four characters or more.</param>
    public VariedText(byte[] text, params ReadOnlySpan<string> before)
    {
        Bytes = [.. text];
        var places = new SortedSet<int>();
        foreach (string one in before)
        {
            places.UnionWith(PlacesBehind(text, Encoding.ASCII.GetBytes(one)));
        }

        _places = [.. places];
    }

    /// <summary>The text as it is now.</summary>
    public byte[] Bytes { get; }

    /// <summary>The offsets of what changes.</summary>
    public ReadOnlySpan<int> Places => _places;

    /// <summary>The same text, which does not change.</summary>
    public VariedText Repeated() => new(Bytes);

    /// <summary>Writes four octal digits of a counter in each place.</summary>
    public byte[] Next()
    {
        uint number = _count++;
        uint digits = 0x30303030 | (number & 7) | ((number & 0x38) << 5) | ((number & 0x1C0) << 10) | ((number & 0xE00) << 15);
        foreach (int place in _places)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(place), digits);
        }

        return Bytes;
    }

    private static IEnumerable<int> PlacesBehind(byte[] text, byte[] before)
    {
        int place = text.AsSpan().IndexOf(before);
        if (place < 0)
        {
            throw new ArgumentException($"There is no {Encoding.ASCII.GetString(before)} in the text.", nameof(before));
        }

        for (; place >= 0; place = NextPlace(text, before, place))
        {
            yield return place + before.Length;
        }
    }

    private static int NextPlace(byte[] text, byte[] before, int place)
    {
        int next = text.AsSpan(place + 1).IndexOf(before);
        return next < 0 ? -1 : place + 1 + next;
    }
}
