namespace ImageShare.Core.Benchmarks.Transfer;

/// <summary>Where receivers live: in this process or in one of their own.</summary>
internal interface IReceiverHost : IAsyncDisposable
{
    /// <summary>Opens the receiving end of a case and says its address.</summary>
    Task<string> BeginAsync(int caseIndex, long octets);

    /// <summary>Waits until it has everything; returns what that cost another process, nothing when it was this one.</summary>
    Task<Usage> EndAsync();
}

/// <summary>Receivers in the sender's process.</summary>
internal sealed class OwnProcess : IReceiverHost
{
    private ITransferReceiver? _receiver;

    public async Task<string> BeginAsync(int caseIndex, long octets)
    {
        _receiver = await TransferCases.All[caseIndex].ListenAsync(octets);
        return _receiver.Address;
    }

    public async Task<Usage> EndAsync()
    {
        await _receiver!.Completion;
        await _receiver.DisposeAsync();
        return default;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
