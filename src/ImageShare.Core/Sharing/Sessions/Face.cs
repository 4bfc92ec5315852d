namespace ImageShare.Core.Sharing.Sessions;

/// <summary>The public object an application holds of an internal one: created by the first caller, and the same for all. May be used from any thread.</summary>
internal sealed class Face
{
    private object? _made;

    /// <summary>Returns the object. Of two that callers create at the same time, one is kept; the other must not matter.</summary>
    public TFace Of<TInner, TFace>(TInner inner, Func<TInner, TFace> make)
        where TFace : class
    {
        if (Volatile.Read(ref _made) is not TFace face)
        {
            face = make(inner);
            face = Interlocked.CompareExchange(ref _made, face, null) as TFace ?? face;
        }

        return face;
    }
}
