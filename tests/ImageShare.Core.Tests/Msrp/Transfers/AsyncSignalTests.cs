using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Tests.Testing;

namespace ImageShare.Core.Tests.Msrp.Transfers;

[TestFixture]
public sealed class AsyncSignalTests
{
    [Test]
    public void What_was_set_before_ends_one_wait_however_often_it_was_set()
    {
        var signal = new AsyncSignal();
        signal.Set();
        signal.Set();
        Assert.That(signal.WaitAsync().AsTask().IsCompletedSuccessfully, Is.True);
        Task next = signal.WaitAsync().AsTask();
        Assert.That(next.IsCompleted, Is.False);
        signal.Set();
        Assert.That(next.Wait(RawMsrpPeer.Patience), Is.True);

        // The wait that was ended took the signal with it.
        Assert.That(signal.WaitAsync().AsTask().IsCompleted, Is.False);
    }

    [Test]
    public void A_wait_that_was_ended_at_once_leaves_the_next_one_waiting()
    {
        var signal = new AsyncSignal();
        for (int i = 0; i < 3; i++)
        {
            signal.Set();
            Assert.That(signal.WaitAsync().AsTask().IsCompletedSuccessfully, Is.True);
        }

        Assert.That(signal.WaitAsync().AsTask().IsCompleted, Is.False);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Who_waited_goes_on_inside_the_call_only_where_that_is_wanted(bool inline)
    {
        var signal = new AsyncSignal();
        int thread = 0;
        Task waiting = WaitAsync();
        signal.Set(inline);
        Assert.That(waiting.Wait(RawMsrpPeer.Patience), Is.True);
        Assert.That(thread == Environment.CurrentManagedThreadId, Is.EqualTo(inline));

        async Task WaitAsync()
        {
            await signal.WaitAsync().ConfigureAwait(false);
            thread = Environment.CurrentManagedThreadId;
        }
    }
}
