using System.Net;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Tests.Msrp;

/// <summary>A session whose peer is played by the test: it listens, is dialled, and answers as it likes.</summary>
public abstract class SendingTest
{
    private protected static readonly MediaType Png = new("image", "png");

    private protected InMemoryNetwork Network { get; private set; } = null!;

    private protected ManualTimeProvider Time { get; private set; } = null!;

    private protected MsrpEndpoint Endpoint { get; private set; } = null!;

    /// <summary>Where the peer listens.</summary>
    private protected IStreamListener Listener { get; private set; } = null!;

    /// <summary>The addresses the dial policy was asked about.</summary>
    private protected List<IPEndPoint> Asked { get; private set; } = null!;

    [SetUp]
    public void SetUp()
    {
        Network = new InMemoryNetwork();
        Time = new ManualTimeProvider();
        Asked = [];
        Endpoint = MsrpEndpoint.Start(Network, new MsrpEndpointOptions { TimeProvider = Time, DialPolicy = Ask });
        Listener = Network.Listen(new IPEndPoint(IPAddress.Loopback, 0));

        bool Ask(IPEndPoint remote)
        {
            Asked.Add(remote);
            return remote.Port != 25;
        }
    }

    [TearDown]
    public async Task TearDown()
    {
        // What is still under way has two seconds to leave, which pass on this clock only.
        Task closing = Endpoint.DisposeAsync().AsTask();
        Time.Advance(TimeSpan.FromSeconds(2));
        await closing.WaitAsync(RawMsrpPeer.Patience);
        await Endpoint.DisposeAsync();
        await Listener.DisposeAsync();
    }

    private protected static MsrpOutgoingContent Content(int length)
    {
        byte[] data = new byte[length];
        new Random(length).NextBytes(data);
        return MsrpOutgoingContent.FromMemory(Png, data);
    }

    private protected static MsrpOutgoingContent Endless() => new(Png, 1L << 40, (memory, _) =>
    {
        memory.Span.Clear();
        return ValueTask.FromResult(memory.Length);
    });

    // Without taking anything off the stream, so that the whole chunk can still be read.
    private protected static async Task<string> ReadIdOfOpenChunkAsync(RawMsrpPeer peer)
    {
        System.IO.Pipelines.ReadResult read = await peer.Stream.Input.ReadAtLeastAsync(30);
        string start = System.Text.Encoding.ASCII.GetString(read.Buffer.FirstSpan[5..21]);
        peer.Stream.Input.AdvanceTo(read.Buffer.Start);
        return start;
    }

    // All that was sent before has been handled when this is answered.
    private protected static async Task PingAsync(MsrpSession session, RawMsrpPeer peer)
    {
        await peer.SendAsync(session.LocalUri, "ping", "Byte-Range: 1-0/0\r\n", null, '$');
        while ((await peer.ReadAsync())!.Id != "ping")
        {
            // A chunk that was on its way.
        }
    }

    private protected static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(RawMsrpPeer.Patience);
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private protected async Task<RawMsrpPeer> AcceptAsync() => new((await Listener.AcceptAsync(CancellationToken.None).AsTask().WaitAsync(RawMsrpPeer.Patience))!);

    private protected async Task<(MsrpSession Session, RawMsrpPeer Peer)> ConnectAsync()
    {
        MsrpSession session = Endpoint.CreateSession(new());
        session.SetPeerPath(MsrpPath.Parse($"msrp://127.0.0.1:{Listener.LocalEndPoint.Port}/peer;tcp"));
        await session.ConnectAsync(active: true, CancellationToken.None).WaitAsync(RawMsrpPeer.Patience);
        RawMsrpPeer peer = await AcceptAsync();
        await peer.AnswerAsync((await peer.ReadAsync())!, 200, peer.Uri);
        return (session, peer);
    }
}
