using System.Buffers;
using ImageShare.Core.Msrp;
using ImageShare.Core.Msrp.Sessions;
using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Net;

namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>Two endpoints in this process, and many sessions between them, which share one connection over loopback.</summary>
internal sealed class SharedConnection : IAsyncDisposable
{
    private readonly MsrpEndpoint _receiving = MsrpEndpoint.Start(SystemNetwork.Instance, new MsrpEndpointOptions());
    private readonly MsrpEndpoint _sending = MsrpEndpoint.Start(SystemNetwork.Instance, new MsrpEndpointOptions());
    private readonly List<(MsrpSession From, MsrpSession To, Counter Counter)> _pairs = [];

    private SharedConnection()
    {
    }

    /// <summary>How many connections they use: one.</summary>
    public int Connections => _pairs.Select(static p => p.From.Binding.Connection).Distinct().Count();

    public static async Task<SharedConnection> BindAsync(int sessions)
    {
        var all = new SharedConnection();
        for (int i = 0; i < sessions; i++)
        {
            var counter = new Counter();
            MsrpSession to = all._receiving.CreateSession(new MsrpSessionOptions { Receiver = counter });
            MsrpSession from = all._sending.CreateSession(new MsrpSessionOptions());
            to.SetPeerPath(new MsrpPath(from.LocalUri));
            from.SetPeerPath(new MsrpPath(to.LocalUri));
            await from.ConnectAsync(active: true, CancellationToken.None);
            all._pairs.Add((from, to, counter));
        }

        return all;
    }

    /// <summary>Sends one message over each session, all at the same time.</summary>
    public async Task SendAsync(MsrpOutgoingContent content)
    {
        MsrpSendResult[] results = await Task.WhenAll([.. _pairs.Select(p => p.From.SendAsync(content, null, CancellationToken.None))]);
        if (results.Any(static r => r.Outcome != MsrpSendOutcome.Completed) || _pairs.Any(p => p.Counter.Bytes != content.Length))
        {
            throw new InvalidOperationException("A transfer did not complete: this run measures nothing.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((MsrpSession from, MsrpSession to, _) in _pairs)
        {
            await from.DisposeAsync();
            await to.DisposeAsync();
        }

        await _sending.DisposeAsync();
        await _receiving.DisposeAsync();
    }

    /// <summary>Takes everything and counts it.</summary>
    private sealed class Counter : IMsrpMessageReceiver
    {
        public long Bytes { get; private set; }

        public ValueTask<MsrpAcceptance> BeginAsync(MsrpMessageInfo message, CancellationToken cancellationToken) => ValueTask.FromResult(MsrpAcceptance.Accept);

        public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken)
        {
            Bytes += data.Length;
            return ValueTask.CompletedTask;
        }

        public ValueTask CompleteAsync(long length, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask AbortAsync(MsrpAbortReason reason) => ValueTask.CompletedTask;
    }
}
