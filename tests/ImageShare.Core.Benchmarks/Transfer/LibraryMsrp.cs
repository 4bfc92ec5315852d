using System.Buffers;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Connections;
using ImageShare.Core.Net;
using ImageShare.Core.Text;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>This library's own MSRP: two endpoints over loopback, from memory to a receiver that only counts.</summary>
internal sealed class LibraryMsrp(int chunkSize) : ITransferCase
{
    public string Name => $"ImageShare.Core MSRP, {chunkSize}-byte chunks";

    public async Task RunAsync(long octets)
    {
        await using MsrpEndpoint sender = MsrpEndpoint.Start(SystemNetwork.Instance, new MsrpEndpointOptions());
        await using MsrpEndpoint receiver = MsrpEndpoint.Start(SystemNetwork.Instance, new MsrpEndpointOptions());
        var counter = new Counter();
        await using MsrpSession outgoing = sender.CreateSession(new MsrpSessionOptions());
        await using MsrpSession incoming = receiver.CreateSession(new MsrpSessionOptions { Receiver = counter });
        outgoing.SetPeerPath(new MsrpPath(incoming.LocalUri));
        incoming.SetPeerPath(new MsrpPath(outgoing.LocalUri));
        await Task.WhenAll(incoming.ConnectAsync(active: false, CancellationToken.None), outgoing.ConnectAsync(active: true, CancellationToken.None));

        var content = new MsrpOutgoingContent(new MediaType("image", "png"), octets, static (memory, _) => ValueTask.FromResult(memory.Length)) { ChunkSize = chunkSize };
        MsrpSendResult result = await outgoing.SendAsync(content, null, CancellationToken.None);
        if (result.Outcome != MsrpSendOutcome.Completed)
        {
            throw new InvalidOperationException($"The transfer ended with {result.Outcome}: this run measures nothing.");
        }

        ITransferCase.Check(counter.Octets, octets);
    }

    private sealed class Counter : IMsrpMessageReceiver
    {
        public long Octets { get; private set; }

        public ValueTask<MsrpAcceptance> BeginAsync(MsrpMessageInfo message, CancellationToken cancellationToken) => ValueTask.FromResult(MsrpAcceptance.Accept);

        public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken)
        {
            Octets += data.Length;
            return ValueTask.CompletedTask;
        }

        public ValueTask CompleteAsync(long length, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask AbortAsync(MsrpAbortReason reason) => ValueTask.CompletedTask;
    }
}
