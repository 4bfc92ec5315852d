using System.Net.Sockets;
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

    // Windows reports the ICMP error of each datagram that was sent to a closed port by failing a receive.
    [TestCase(SocketError.ConnectionReset)]
    [TestCase(SocketError.ConnectionRefused)]
    [TestCase(SocketError.ConnectionAborted)]
    [TestCase(SocketError.NetworkReset)]
    public void What_peers_do_is_counted_but_no_number_of_it_is_beyond_repair(SocketError error)
    {
        var run = new FailureRun();
        for (int i = 1; i <= 2 * FailureRun.Most; i++)
        {
            Assert.That((run.Add(new SocketException((int)error), TimeSpan.Zero), run.Count), Is.EqualTo((false, i)));
        }

        for (int i = 1; i < FailureRun.Most; i++)
        {
            Assert.That(run.Add(new SocketException((int)SocketError.NetworkDown), TimeSpan.Zero), Is.False);
        }

        Assert.That(run.Add(new SocketException((int)SocketError.NetworkDown), TimeSpan.Zero), Is.True);
    }
}
