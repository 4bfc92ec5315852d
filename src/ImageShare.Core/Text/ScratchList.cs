namespace ImageShare.Core.Text;

/// <summary>
/// A list for values that are used up before the call returns, such as the effects of a step. Each thread keeps one for the next use; while it is in use, another is made.
/// Rent it in a using statement, on one thread. Its values are not valid afterwards.
/// </summary>
/// <typeparam name="T">The values.</typeparam>
internal readonly struct ScratchList<T> : IDisposable
{
    // A longer one is not kept.
    private const int MostKept = 64;

    [ThreadStatic]
    private static List<T>? _kept;

    private ScratchList(List<T> values) => Values = values;

    public List<T> Values { get; }

    /// <summary>An empty one.</summary>
    public static ScratchList<T> Rent()
    {
        List<T> values = _kept ?? new List<T>(4);
        _kept = null;
        return new ScratchList<T>(values);
    }

    public void Dispose()
    {
        Values.Clear();
        if (Values.Capacity <= MostKept)
        {
            _kept = Values;
        }
    }
}
