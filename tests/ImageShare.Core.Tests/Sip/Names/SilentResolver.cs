using System.Net;
using ImageShare.Core.Sip.Names;

namespace ImageShare.Core.Tests.Sip.Names;

/// <summary>A name server that answers when the test says so, or never. It takes no notice of cancellation.</summary>
internal sealed class SilentResolver : ISipResolver
{
    private readonly TaskCompletionSource<DnsAnswer<IPAddress>> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _never = new();
    private readonly SemaphoreSlim _asked = new(0);
    private int _questions;

    /// <summary>Thrown instead.</summary>
    public Exception? Error { get; init; }

    public int Questions => Volatile.Read(ref _questions);

    public void Answer(DnsAnswer<IPAddress> answer) => _answer.SetResult(answer);

    /// <summary>Waits until it was asked that many times more.</summary>
    public async Task AskedAsync(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Assert.That(await _asked.WaitAsync(TimeSpan.FromSeconds(30)), Is.True, "it was not asked");
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
        _asked.Release();
        if (Error is { } error)
        {
            throw error;
        }
    }
}
