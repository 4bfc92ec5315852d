using System.Net;
using System.Net.Sockets;
using ImageShare.Core.Net;

namespace ImageShare.Core.Tests.Net.Sockets;

/// <summary>Which failures of accepting a listener bears, and which it reports.</summary>
[TestFixture]
internal sealed class SocketStreamListenerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Peers_that_reset_their_connections_before_they_are_accepted_do_not_fail_it()
    {
        await using IStreamListener listener = SystemNetwork.Instance.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        for (int i = 0; i < 150; i++)
        {
            using var resetting = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await resetting.ConnectAsync(listener.LocalEndPoint);
            resetting.Close(timeout: 0);
        }

        using var good = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await good.ConnectAsync(listener.LocalEndPoint);
        EndPoint wanted = good.LocalEndPoint!;
        for (bool isFound = false; !isFound;)
        {
            await using IStreamConnection? accepted = await listener.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(Patience);
            isFound = accepted!.RemoteEndPoint.Equals(wanted);
        }
    }

    [Test]
    [Platform("Linux", Reason = "elsewhere a listening socket cannot be shut down")]
    public async Task A_listener_that_was_shut_down_reports_it_and_does_not_try_for_ever()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(1);
        await using var listener = new SocketStreamListener(socket);
        Task<IStreamConnection?> accepting = listener.AcceptAsync(CancellationToken.None).AsTask();
        socket.Shutdown(SocketShutdown.Both);
        Assert.That(
            async () => await accepting.WaitAsync(Patience),
            Throws.InstanceOf<SocketException>().With.Property(nameof(SocketException.SocketErrorCode)).EqualTo(SocketError.InvalidArgument));
    }
}
