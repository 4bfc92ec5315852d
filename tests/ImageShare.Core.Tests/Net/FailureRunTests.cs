using ImageShare.Core.Net.Listening;

namespace ImageShare.Core.Tests.Net;

[TestFixture]
public sealed class FailureRunTests
{
    [Test]
    public void A_hundred_failures_in_a_row_are_beyond_repair()
    {
        var run = new FailureRun();
        for (int i = 1; i < FailureRun.Most; i++)
        {
            Assert.That((run.Add(new IOException(), TimeSpan.FromMilliseconds(i * 900)), run.Count), Is.EqualTo((false, i)));
        }

        Assert.That(run.Add(new IOException(), TimeSpan.FromMilliseconds(FailureRun.Most * 900)), Is.True);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_success_or_a_second_without_a_failure_ends_the_row(bool isSuccess)
    {
        var run = new FailureRun();
        for (int i = 1; i < FailureRun.Most; i++)
        {
            run.Add(new IOException(), TimeSpan.Zero);
        }

        if (isSuccess)
        {
            run.Clear();
        }

        Assert.That((run.Add(new IOException(), isSuccess ? TimeSpan.Zero : TimeSpan.FromSeconds(1)), run.Count), Is.EqualTo((false, 1)));
    }

    [Test]
    public void A_closed_socket_is_beyond_repair_at_once() => Assert.That(new FailureRun().Add(new ObjectDisposedException("socket"), TimeSpan.Zero), Is.True);
}
