using System.IO.Pipelines;
using System.Net;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp.Connections;

/// <summary>When a connection waits with a buffer at hand: in the middle of a message, and at no other time.</summary>
[TestFixture]
public sealed class ExpectedInputTests
{
    private readonly HintedNetwork _network = new(new InMemoryNetwork());
    private MsrpEndpoint _endpoint = null!;

    [SetUp]
    public void SetUp() => _endpoint = MsrpEndpoint.Start(_network, new MsrpEndpointOptions { TimeProvider = new ManualTimeProvider() });

    [TearDown]
    public async Task TearDown() => await _endpoint.DisposeAsync();

    [TestCase("\r\n-------open$\r\n", "whole")]
    [TestCase("\r\n-------open#\r\n", "given up by the sender")]
    [TestCase("4567890123", "more than is taken")]
    public async Task A_receiver_expects_more_until_the_message_is_over(string end, string what)
    {
        (MsrpSession session, RawMsrpPeer peer, HintedConnection connection) = await BoundAsync(maxSize: 10);
        await using RawMsrpPeer closing = peer;
        Assert.That(connection.ExpectsInput, Is.False);
        await BeginAsync(session, peer, connection, total: end.StartsWith('4') ? "*" : "4");
        await peer.SendAsync(end);
        await connection.UntilAsync(false, what);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_session_that_takes_no_more_expects_nothing(bool isRefused)
    {
        (MsrpSession session, RawMsrpPeer peer, HintedConnection connection) = await BoundAsync();
        await using RawMsrpPeer closing = peer;

        // Another one keeps the connection.
        MsrpSession other = _endpoint.CreateSession(new() { Receiver = new CollectingReceiver() });
        await peer.SendAsync(other.LocalUri, "other", "Byte-Range: 1-0/0\r\n", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("other 200"));
        await BeginAsync(session, peer, connection);
        await (isRefused ? session.RefuseAsync() : session.CloseAsync().AsTask()).WaitAsync(RawMsrpPeer.Patience);
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo(isRefused ? "open 413" : "open 481"));
        await connection.UntilAsync(false, "nothing is received");
        Assert.That(other.Ended.IsCompleted, Is.False);
    }

    [TestCase(200)]
    [TestCase(413)]
    public async Task A_sender_expects_answers_until_it_has_them(int status)
    {
        (MsrpSession session, RawMsrpPeer peer, HintedConnection connection) = await BoundAsync();
        await using RawMsrpPeer closing = peer;
        session.SetPeerPath(new MsrpPath(peer.Uri));
        Task<MsrpSendResult> sending = session.SendAsync(MsrpOutgoingContent.FromMemory(new MediaType("image", "png"), new byte[2049]), null, CancellationToken.None);
        RawMsrpPeer.Message[] chunks = [(await peer.ReadAsync())!, (await peer.ReadAsync())!];

        // What was read meanwhile makes it look again.
        await peer.SendAsync(session.LocalUri, "life", "Byte-Range: 1-0/0\r\n", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("life 200"));
        await connection.UntilAsync(true, "two answers");
        await peer.AnswerAsync(chunks[0], 200, peer.Uri);
        await peer.AnswerAsync(chunks[1], status, peer.Uri);
        Assert.That((await sending.WaitAsync(RawMsrpPeer.Patience)).Outcome, Is.EqualTo(status == 200 ? MsrpSendOutcome.Completed : MsrpSendOutcome.Refused));
        await connection.UntilAsync(false, "all are there");
    }

    [Test]
    public async Task Of_many_connections_none_keeps_a_buffer_for_a_slow_peer()
    {
        List<RawMsrpPeer> peers = [];
        for (int i = 0; i < ConnectionTable.Few; i++)
        {
            peers.Add((await BoundAsync()).Peer);
        }

        (MsrpSession session, RawMsrpPeer peer, HintedConnection connection) = await BoundAsync();
        peers.Add(peer);
        await peer.SendAsync(Chunk(session, peer, "4"));
        await peer.SendAsync("\r\n-------open+\r\n");
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("open 200"), "a message is under way");
        Assert.That(connection.WasExpected, Is.False);
        foreach (RawMsrpPeer closing in peers)
        {
            await closing.DisposeAsync();
        }
    }

    private static string Chunk(MsrpSession session, RawMsrpPeer peer, string total) =>
        $"MSRP open SEND\r\nTo-Path: {session.LocalUri}\r\nFrom-Path: {peer.Uri}\r\nMessage-ID: m1234\r\nByte-Range: 1-*/{total}\r\nContent-Type: image/png\r\n\r\n0123";

    private static async Task BeginAsync(MsrpSession session, RawMsrpPeer peer, HintedConnection connection, string total = "9")
    {
        await peer.SendAsync(Chunk(session, peer, total));
        await connection.UntilAsync(true, "more is about to come");
    }

    private async Task<(MsrpSession Session, RawMsrpPeer Peer, HintedConnection Connection)> BoundAsync(long maxSize = long.MaxValue)
    {
        MsrpSession session = _endpoint.CreateSession(new() { Receiver = new CollectingReceiver(), MaxMessageSize = maxSize });
        RawMsrpPeer peer = await RawMsrpPeer.DialAsync(_network, _endpoint.LocalEndPoint);
        await peer.SendAsync(session.LocalUri, "hello", "Byte-Range: 1-0/0\r\n", null, '$');
        Assert.That(await peer.ReadLineAsync(), Is.EqualTo("hello 200"));
        return (session, peer, _network.Accepted!);
    }

    /// <summary>Notes what those who read its accepted connections expect.</summary>
    private sealed class HintedNetwork(INetwork inner) : INetwork
    {
        public HintedConnection? Accepted { get; private set; }

        public IDatagramSocket BindDatagram(IPEndPoint local) => inner.BindDatagram(local);

        public IStreamListener Listen(IPEndPoint local) => new Listener(this, inner.Listen(local));

        public ValueTask<IStreamConnection> ConnectAsync(IPEndPoint remote, CancellationToken cancellationToken) => inner.ConnectAsync(remote, cancellationToken);

        public IPAddress GetLocalAddressFor(IPAddress remote) => inner.GetLocalAddressFor(remote);

        public ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) => inner.ResolveAsync(host, cancellationToken);

        private sealed class Listener(HintedNetwork network, IStreamListener inner) : IStreamListener
        {
            public IPEndPoint LocalEndPoint => inner.LocalEndPoint;

            public async ValueTask<IStreamConnection?> AcceptAsync(CancellationToken cancellationToken) =>
                await inner.AcceptAsync(cancellationToken) is { } accepted ? network.Accepted = new HintedConnection(accepted) : null;

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }

    private sealed class HintedConnection(IStreamConnection inner) : IStreamConnection
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool WasExpected { get; private set; }

        public bool ExpectsInput
        {
            get;
            set
            {
                lock (_gate)
                {
                    field = value;
                    WasExpected |= value;
                    _changed.SetResult();
                    _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
        }

        public PipeReader Input => inner.Input;

        public PipeWriter Output => inner.Output;

        public IPEndPoint LocalEndPoint => inner.LocalEndPoint;

        public IPEndPoint RemoteEndPoint => inner.RemoteEndPoint;

        public async Task UntilAsync(bool expects, string why)
        {
            while (true)
            {
                Task changed;
                lock (_gate)
                {
                    if (ExpectsInput == expects)
                    {
                        return;
                    }

                    changed = _changed.Task;
                }

                try
                {
                    await changed.WaitAsync(RawMsrpPeer.Patience);
                }
                catch (TimeoutException)
                {
                    Assert.Fail($"It should be {expects}: {why}.");
                }
            }
        }

        public void Abort() => inner.Abort();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
