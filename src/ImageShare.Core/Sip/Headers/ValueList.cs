using System.Collections;

namespace ImageShare.Core.Sip.Headers;

/// <summary>Values that are read from a message once and given to everyone who asks: unlike an array, nobody can change them.</summary>
/// <param name="first">The first value. Most lists have no other and need no array.</param>
/// <param name="others">The other values; the array is used for nothing else.</param>
internal sealed class ValueList<T>(T first, T[] others) : IReadOnlyList<T>
{
    public int Count => 1 + others.Length;

    public T this[int index] => index == 0 ? first : others[index - 1];

    public IEnumerator<T> GetEnumerator()
    {
        yield return first;
        foreach (T value in others)
        {
            yield return value;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
