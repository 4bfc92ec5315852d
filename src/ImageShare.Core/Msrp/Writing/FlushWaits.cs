using System.Collections.Immutable;

namespace ImageShare.Core.Msrp.Writing;

/// <summary>The callers that wait until everything queued before them is flushed. Any thread may call any member.</summary>
internal sealed class FlushWaits
{
    private ImmutableArray<TaskCompletionSource> _waiting = [];

    /// <summary>The current waiters. Read before something is written, and passed to <see cref="Complete"/> once that is flushed.</summary>
    public ImmutableArray<TaskCompletionSource> Waiting => _waiting;

    public void Add(TaskCompletionSource wait) => ImmutableInterlocked.Update(ref _waiting, static (all, added) => all.Add(added), wait);

    /// <summary>Ends the wait of some.</summary>
    public void Complete(ImmutableArray<TaskCompletionSource> waits)
    {
        if (waits.IsEmpty)
        {
            return;
        }

        foreach (TaskCompletionSource wait in waits)
        {
            wait.TrySetResult();
        }

        ImmutableInterlocked.Update(ref _waiting, static (all, completed) => all.RemoveRange(completed), waits);
    }
}
