using System.Net;
using System.Threading.Channels;
using ImageShare.Core.Sip.Names;

namespace ImageShare.Core.Tests.Sip.Names;

/// <summary>A name server that answers when the test says so, or never. It takes no notice of cancellation.</summary>
internal sealed class SilentResolver : ISipResolver
{
    private readonly TaskCompletionSource<DnsAnswer<IPAddress>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _never = new();
    private readonly Channel<bool> _asked = Channel.CreateUnbounded<bool>();
    private int _questions;

    /// <summary>Thrown instead.</summary>
    public Exception? Error { get; init; }

    public int Questions => Volatile.Read(ref _questions);

    public void Answer(DnsAnswer<IPAddress> answer) => _answer.SetResult(answer);

    /// <summary>Waits until it was asked that many times more.</summary>
    public async Task AskedAsync(int times)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        for (int i = 0; i < times; i++)
        {
            await _asked.Reader.ReadAsync(patience.Token);
        }
    }

    public async ValueTask<DnsAnswer<NaptrRecord>> GetNaptrAsync(string name, CancellationToken cancellationToken)
    {
        Count();
        await _never.Task;
        return null!;
    }

    public async ValueTask<DnsAnswer<SrvRecord>> GetSrvAsync(string name, CancellationToken cancellationToken)
    {
        Count();
        await _never.Task;
        return null!;
    }

    public async ValueTask<DnsAnswer<IPAddress>> GetAddressesAsync(string name, CancellationToken cancellationToken)
    {
        Count();
        return await _answer.Task;
    }

    private void Count()
    {
        Interlocked.Increment(ref _questions);
        _asked.Writer.TryWrite(true);
        if (Error is { } error)
        {
            throw error;
        }
    }
}
