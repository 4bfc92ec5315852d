using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp.Sessions;

/// <summary>Many at a time: sessions that share a connection, connections that want in, connections that peers want opened.</summary>
[TestFixture]
public sealed class MsrpManyTests
{
    private static readonly MediaType Png = new("image", "png");

    [TestCase(2048L, 2048L)]
    [TestCase(long.MaxValue, 16 * 1024L)]
    [Category("MSRP-050")]
    public async Task Sessions_on_one_connection_send_in_turns(long chunkSize, long turn)
    {
        const int Size = 10_000_000;
        var network = new InMemoryNetwork();
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        await using IStreamListener listener = network.Listen(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        MsrpSession first = endpoint.CreateSession(new()), second = endpoint.CreateSession(new());
        foreach (MsrpSession session in (MsrpSession[])[first, second])
        {
            session.SetPeerPath(MsrpPath.Parse($"msrp://127.0.0.1:{listener.LocalEndPoint.Port}/{(session == first ? "a" : "b")};tcp"));
            await session.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        }

        await using RawMsrpPeer peer = new((await listener.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(RawMsrpPeer.Patience))!);
        for (int i = 0; i < 2; i++)
        {
            await peer.AnswerAsync((await peer.ReadAsync())!, 200, peer.Uri);
        }

        long[] read = new long[2], received = new long[2];
        Task<MsrpSendResult>[] sending =
        [
            first.SendAsync(Content(0, "aaaa"), null, CancellationToken.None),
            second.SendAsync(Content(1, "bbbb"), null, CancellationToken.None),
        ];

        // Whoever has nothing ready misses a turn, so before each read both sources are ahead of the wire again. What the first sent while it
        // was alone is not counted, nor what the last one does.
        long longest = 0, counted = 0;
        int alternations = 0, last = -1;
        while (received.Min() < Size)
        {
            await WaitUntilAsync(() => Enumerable.Range(0, 2).All(i => Interlocked.Read(ref read[i]) >= Math.Min(Size, received[i] + 256 * 1024)));
            RawMsrpPeer.Message chunk = (await peer.ReadAsync())!;
            await peer.AnswerAsync(chunk, 200, peer.Uri);
            int from = chunk.MessageId == "aaaa" ? 0 : 1;
            received[from] += chunk.Body.Length;
            if (received.Min() > 1_000_000 && received.Max() < Size - 1_000_000)
            {
                counted += chunk.Body.Length;
                alternations += from == last ? 0 : 1;
                longest = Math.Max(longest, chunk.Body.Length);
            }

            last = from;
        }

        Assert.That((await Task.WhenAll(sending).WaitAsync(RawMsrpPeer.Patience)).Select(r => r.Outcome), Is.All.EqualTo(MsrpSendOutcome.Completed));
        Assert.That(counted, Is.GreaterThan(Size), "the two went side by side");
        Assert.That(longest, Is.LessThanOrEqualTo(turn + 2048), "no turn is longer than one chunk, or than a piece of a large one");
        Assert.That(alternations, Is.GreaterThan(counted / turn * 9 / 10), "chunk by chunk, and not one file after the other");

        MsrpOutgoingContent Content(int i, string id) => new(Png, Size, (memory, _) =>
        {
            memory.Span.Clear();
            Interlocked.Add(ref read[i], memory.Length);
            return ValueTask.FromResult(memory.Length);
        })
        {
            ChunkSize = chunkSize,
            MessageId = id,
        };
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_thousand_transfers_at_a_time_over_one_pair_of_endpoints_all_complete()
    {
        const int Count = 1000;
        var network = new InMemoryNetwork();
        await using MsrpEndpoint alice = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        await using MsrpEndpoint bob = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        byte[] data = new byte[60_000];
        new Random(1).NextBytes(data);
        var sending = new List<Task<MsrpSendResult>>();
        var receivers = new List<CollectingReceiver>();
        for (int i = 0; i < Count; i++)
        {
            receivers.Add(new CollectingReceiver());
            MsrpSession outgoing = alice.CreateSession(new()), incoming = bob.CreateSession(new() { Receiver = receivers[i] });
            outgoing.SetPeerPath(new MsrpPath(incoming.LocalUri));
            await outgoing.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
            sending.Add(outgoing.SendAsync(MsrpOutgoingContent.FromMemory(Png, data) with { ChunkSize = i % 2 == 0 ? 2048 : 10240 }, null, CancellationToken.None));
        }

        MsrpSendResult[] results = await Task.WhenAll(sending).WaitAsync(TimeSpan.FromSeconds(90));
        Assert.That(results.Select(r => r.Outcome), Is.All.EqualTo(MsrpSendOutcome.Completed));
        foreach (CollectingReceiver receiver in receivers)
        {
            Assert.That((await receiver.Completed).AsSpan().SequenceEqual(data), Is.True);
        }
    }

    [Test]
    [Category("MSRP-044")]
    public async Task Connections_that_name_no_session_are_few_in_all_and_make_room_when_they_go()
    {
        var network = new InMemoryNetwork();
        var limits = new MsrpLimits { MaxUnboundConnections = 3 };
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions { Limits = limits });
        MsrpSession session = endpoint.CreateSession(new() { Receiver = new CollectingReceiver() });
        await using RawMsrpPeer first = await RawMsrpPeer.DialAsync(network, endpoint.LocalEndPoint);
        await using RawMsrpPeer second = await RawMsrpPeer.DialAsync(network, endpoint.LocalEndPoint);
        await using RawMsrpPeer third = await RawMsrpPeer.DialAsync(network, endpoint.LocalEndPoint);
        await using RawMsrpPeer fourth = await RawMsrpPeer.DialAsync(network, endpoint.LocalEndPoint);
        await AssertCutOffAsync(fourth);

        // One that binds counts no more.
        await third.SendAsync(session.LocalUri, "hello", "Byte-Range: 1-0/0\r\n", null, '$');
        Assert.That(await third.ReadLineAsync(), Is.EqualTo("hello 200"));
        await using RawMsrpPeer fifth = await RawMsrpPeer.DialAsync(network, endpoint.LocalEndPoint);
        await fifth.SendAsync($"MSRP aaaa SEND\r\nTo-Path: msrp://x:1/y;tcp\r\nFrom-Path: {fifth.Uri}\r\n-------aaaa$\r\n");
        Assert.That(await fifth.ReadLineAsync(), Is.EqualTo("aaaa 481"), "it was let in");
    }

    [Test]
    [Category("SEC-001")]
    public async Task Connections_are_bounded()
    {
        var network = new InMemoryNetwork();
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions { Limits = new MsrpLimits { MaxConnections = 1 } });
        MsrpSession session = endpoint.CreateSession(new() { Receiver = new CollectingReceiver() });
        await using RawMsrpPeer first = await RawMsrpPeer.DialAsync(network, endpoint.LocalEndPoint);
        await first.SendAsync(session.LocalUri, "hello", "Byte-Range: 1-0/0\r\n", null, '$');
        Assert.That(await first.ReadLineAsync(), Is.EqualTo("hello 200"));
        await using RawMsrpPeer second = await RawMsrpPeer.DialAsync(network, endpoint.LocalEndPoint);
        await AssertCutOffAsync(second);
    }

    [Test]
    [Category("SEC-001")]
    public async Task Connections_that_peers_want_opened_are_opened_at_a_bounded_rate()
    {
        var network = new InMemoryNetwork();
        var time = new ManualTimeProvider();
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions { TimeProvider = time, Limits = new MsrpLimits { MaxDialsPerSecond = 2 } });
        var listeners = new List<IStreamListener>();
        for (int i = 0; i < 24; i++)
        {
            listeners.Add(network.Listen(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0)));
        }

        await ConnectAsync(0);
        await ConnectAsync(1);
        Task third = ConnectAsync(2);
        Assert.That(third.IsCompleted, Is.False);
        time.Advance(TimeSpan.FromSeconds(0.5));
        await third;
        var waiting = Enumerable.Range(3, 20).Select(ConnectAsync).ToList();
        await Assert.ThatAsync(
            () => ConnectAsync(23),
            Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.PeerUnreachable).And.Message.Contains("MaxDialsPerSecond"),
            "half a second for each of those is the longest a dial may take");
        await time.DriveAsync(Task.WhenAll(waiting));
        foreach (IStreamListener listener in listeners)
        {
            await listener.DisposeAsync();
        }

        Task ConnectAsync(int i)
        {
            MsrpSession session = endpoint.CreateSession(new());
            session.SetPeerPath(MsrpPath.Parse($"msrp://127.0.0.1:{listeners[i].LocalEndPoint.Port}/x;tcp"));
            return session.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        }
    }

    [Test]
    [Category("FT-043")]
    public async Task Sessions_that_want_a_connection_to_one_host_at_the_same_time_get_the_same()
    {
        var network = new InMemoryNetwork();
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        await using IStreamListener listener = network.Listen(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        MsrpSession[] sessions = [.. Enumerable.Range(0, 20).Select(_ => endpoint.CreateSession(new()))];
        await Task.WhenAll(sessions.Select((session, i) => Task.Run(() =>
        {
            session.SetPeerPath(MsrpPath.Parse($"msrp://127.0.0.1:{listener.LocalEndPoint.Port}/x{i};tcp"));
            return session.ConnectAsync(active: true, CancellationToken.None);
        }))).WaitAsync(RawMsrpPeer.Patience);
        Assert.That(sessions.Select(static session => session.Binding.Connection), Is.All.SameAs(sessions[0].Binding.Connection).And.All.Not.Null);
    }

    [Test]
    [Category("FT-043")]
    public async Task Sessions_that_wait_for_a_host_that_cannot_be_reached_hear_it_at_once()
    {
        var network = new InMemoryNetwork();
        await using MsrpEndpoint endpoint = MsrpEndpoint.Start(network, new MsrpEndpointOptions());
        Task[] connecting = [.. Enumerable.Range(0, 5).Select(_ =>
        {
            MsrpSession session = endpoint.CreateSession(new());
            session.SetPeerPath(MsrpPath.Parse("msrp://127.0.0.1:7/x;tcp"));
            return session.ConnectAsync(active: true, CancellationToken.None);
        })];
        foreach (Task each in connecting)
        {
            await Assert.ThatAsync(() => each.WaitAsync(RawMsrpPeer.Patience), Throws.TypeOf<ImageShareException>().With.Property("Error").EqualTo(ImageShareError.PeerUnreachable));
        }
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(RawMsrpPeer.Patience);
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static async Task AssertCutOffAsync(RawMsrpPeer peer)
    {
        try
        {
            Assert.That(await peer.ReadLineAsync(), Is.EqualTo("end"));
        }
        catch (IOException)
        {
            // A reset says the same.
        }
    }
}
