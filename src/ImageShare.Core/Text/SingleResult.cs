namespace ImageShare.Core.Text;

/// <summary>
/// A result that comes once. Whoever awaits <see cref="TaskCompletionSource{T}.Task"/> goes on on a thread of its own; whoever only passes the result on is called inside
/// <see cref="TrySet"/>, which wakes no thread. Thread-safe.
/// </summary>
/// <typeparam name="T">The result.</typeparam>
internal sealed class SingleResult<T>() : TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    // Null when there is nobody to call, any more.
    private Action<T>? _heard;

    /// <summary>Sets the result and calls those who wait for it; false if there is one already.</summary>
    public bool TrySet(T result)
    {
        if (!TrySetResult(result))
        {
            return false;
        }

        // A full fence here and in Tell: at least one of the two sees the other's write.
        Interlocked.Exchange(ref _heard, null)?.Invoke(result);
        return true;
    }

    /// <summary>Calls back with the result, at once if it is there. The call must not block, nor throw.</summary>
    public void Tell(Action<T> heard)
    {
        Action<T>? before;
        do
        {
            before = Volatile.Read(ref _heard);
        }
        while (Interlocked.CompareExchange(ref _heard, before + heard, before) != before);

        if (Task.IsCompleted)
        {
            Interlocked.Exchange(ref _heard, null)?.Invoke(Task.Result);
        }
    }
}
