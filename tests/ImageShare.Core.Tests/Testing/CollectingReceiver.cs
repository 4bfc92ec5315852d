using System.Buffers;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Tests.Testing;

/// <summary>Keeps what comes in, and can be told to refuse or to wait.</summary>
internal sealed class CollectingReceiver : IMsrpMessageReceiver
{
    private readonly TaskCompletionSource<byte[]> _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MsrpAbortReason> _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<MsrpMessageInfo> _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _octets = [];

    public int Begins { get; private set; }

    public int Completions { get; private set; }

    public int Aborts { get; private set; }

    public long Received { get; private set; }

    public bool Keep { get; init; } = true;

    public MsrpAcceptance Acceptance { get; init; } = MsrpAcceptance.Accept;

    public Func<long, CancellationToken, ValueTask>? OnWrite { get; init; }

    public Func<ValueTask>? OnComplete { get; init; }

    public Task<MsrpMessageInfo> Begun => _begun.Task;

    public Task<byte[]> Completed => _completed.Task.WaitAsync(RawMsrpPeer.Patience);

    public Task<MsrpAbortReason> Aborted => _aborted.Task;

    public ValueTask<MsrpAcceptance> BeginAsync(MsrpMessageInfo message, CancellationToken cancellationToken)
    {
        Begins++;
        _begun.TrySetResult(message);
        return ValueTask.FromResult(Acceptance);
    }

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken)
    {
        long end = offset + data.Length;
        if (Keep && end > _octets.Length)
        {
            Array.Resize(ref _octets, (int)Math.Max(end, _octets.Length * 2L));
        }

        if (Keep)
        {
            data.CopyTo(_octets.AsSpan((int)offset));
        }

        Received += data.Length;
        return OnWrite?.Invoke(Received, cancellationToken) ?? default;
    }

    public async ValueTask CompleteAsync(long length, CancellationToken cancellationToken)
    {
        Completions++;
        if (OnComplete is not null)
        {
            await OnComplete();
        }

        _completed.TrySetResult(Keep ? _octets[..(int)length] : []);
    }

    public ValueTask AbortAsync(MsrpAbortReason reason)
    {
        Aborts++;
        _aborted.TrySetResult(reason);
        return default;
    }
}
