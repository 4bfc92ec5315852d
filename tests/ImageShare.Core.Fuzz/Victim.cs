using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using ImageShare.Core.Fuzz.Targets;
using ImageShare.Core.Images;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Sip;
using ImageShare.Core.Tests.Testing;
using ImageShare.Core.Text;

namespace ImageShare.Core.Fuzz;

/// <summary>A client on an in-memory network with a clock that moves only when told to.</summary>
internal sealed class Victim : IAsyncDisposable
{
    /// <summary>How long to wait for the client's threads; more than a test needs, because many run at once.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(30);

    // Real time, for a machine on which much else runs. The clock of the client goes far ahead of it.
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(30);

    private static readonly byte[] Image = [.. "\x89PNG\r\n\x1a\n"u8, .. new byte[5000]];

    private readonly ManualTimeProvider _time;
    private readonly List<ImageShareSession> _sessions = [];
    private readonly ConcurrentQueue<ImageShareInvitation> _invitations = new();
    private bool _isClosed;

    private Victim(InMemoryNetwork network, ManualTimeProvider time, ImageShareClient client)
    {
        _time = time;
        Network = network;
        Client = client;
        _ = CollectAsync();
    }

    public InMemoryNetwork Network { get; }

    public ImageShareClient Client { get; }

    public static async Task<Victim> StartAsync()
    {
        var time = new ManualTimeProvider();
        var network = new InMemoryNetwork();
        ImageShareClient client = await ImageShareClient.StartAsync(new ImageShareOptions
        {
            Identity = SipUri.Parse("sip:bob@ims.example"),
            Network = network,
            TimeProvider = time,
            Limits = ImageShareLimits.Default with { MaxImageSize = 1 << 20 },
        }).ConfigureAwait(false);
        return new Victim(network, time, client);
    }

    public Task AcceptAsync() => TryAsync(async () =>
    {
        if (await NextAsync().ConfigureAwait(false) is { } invitation)
        {
            _sessions.Add(await invitation.AcceptAsync(ImageStore.InMemory(1 << 20)).ConfigureAwait(false));
        }
    });

    public Task DeclineAsync() => TryAsync(async () =>
    {
        if (await NextAsync().ConfigureAwait(false) is { } invitation)
        {
            await invitation.DeclineAsync().ConfigureAwait(false);
        }
    });

    public Task ShareAsync(SipUri peer) => TryAsync(async () =>
        _sessions.Add(await Client.ShareAsync(peer, ImageSource.FromBytes(Image, "cat.png", new MediaType("image", "png")), new ShareSettings { QueryFirst = _sessions.Count % 2 == 1 }).ConfigureAwait(false)));

    public Task FetchAsync(SipUri peer) => TryAsync(async () =>
        _sessions.Add(await Client.FetchAsync(peer, new ImageSelector { Type = new MediaType("image", "png") }, ImageStore.InMemory(1 << 20), new FetchSettings { QueryFirst = false }).ConfigureAwait(false)));

    public Task CancelAsync()
    {
        _sessions.ForEach(static session => _ = session.CancelAsync());
        return Task.CompletedTask;
    }

    public async Task PassAsync(TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(2))
        {
            _time.Advance(TimeSpan.FromSeconds(2));
            await Calm.ComesAsync(Patience).ConfigureAwait(false);
        }
    }

    /// <summary>Closes the client, and checks that nothing is left.</summary>
    public async Task CloseAsync()
    {
        _isClosed = true;
        Task closing = Client.DisposeAsync().AsTask();
        long began = Stopwatch.GetTimestamp();
        while (!closing.IsCompleted)
        {
            Rule.Holds(Stopwatch.GetElapsedTime(began) < Most, "A client closes, whatever its peers do.");
            _time.Advance(TimeSpan.FromSeconds(1));
            await Calm.ComesAsync().ConfigureAwait(false);
        }

        await closing.ConfigureAwait(false);
        began = Stopwatch.GetTimestamp();
        while (!_sessions.TrueForAll(static session => session.Completion.IsCompleted) || _time.ArmedTimers > 0)
        {
            Rule.Holds(Stopwatch.GetElapsedTime(began) < Most, $"Every share of a closed client has ended ({_sessions.Count(static session => !session.Completion.IsCompleted)} have not), and no timer is armed ({_time.ArmedTimers} are).");
            _time.Advance(TimeSpan.FromSeconds(1));
            await Calm.ComesAsync().ConfigureAwait(false);
        }

        foreach (ImageShareSession session in _sessions)
        {
            ImageShareResult result = await session.Completion.ConfigureAwait(false);
            Rule.Holds(result.IsCompleted || result.Error != ImageShareError.None, "A share that is not complete has an error.");
            Rule.Holds(result.Message?.Contains("unexpected", StringComparison.Ordinal) != true, $"Nothing unexpected happened: {result.Message}");
            if (result is { IsCompleted: true, Stored.Content: { } content, IsVerified: true } && session.Image.Hashes.FirstOrDefault(static hash => hash.Value.Length == SHA1.HashSizeInBytes) is { } sha1)
            {
                Rule.Holds(session.Image.Hashes.Length > 1 || SHA1.HashData(content.Span).AsSpan().SequenceEqual(sha1.Value.AsSpan()), "A verified image has the offered hash.");
            }
        }
    }

    /// <summary>Lets the client go when a rule was broken before <see cref="CloseAsync"/>: nobody moves its clock any more.</summary>
    public ValueTask DisposeAsync()
    {
        if (!_isClosed)
        {
            _ = Client.DisposeAsync().AsTask();
        }

        return ValueTask.CompletedTask;
    }

    private async Task<ImageShareInvitation?> NextAsync()
    {
        for (int turns = 0; turns < 20 && _invitations.IsEmpty; turns++)
        {
            await Calm.ComesAsync(Patience).ConfigureAwait(false);
        }

        return _invitations.TryDequeue(out ImageShareInvitation? invitation) ? invitation : null;
    }

    // The library's own exception is what an application gets; anything else is a finding.
    private static async Task TryAsync(Func<Task> work)
    {
        Task task = work();
        for (int turns = 0; turns < 200 && !task.IsCompleted; turns++)
        {
            await Calm.ComesAsync(Patience).ConfigureAwait(false);
        }

        if (task.IsCompleted)
        {
            try
            {
                await task.ConfigureAwait(false);
            }
            catch (ImageShareException)
            {
                // The peer is hostile: the call may fail.
            }
        }
        else
        {
            _ = task.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task CollectAsync()
    {
        await foreach (ImageShareInvitation invitation in Client.Invitations.ConfigureAwait(false))
        {
            _invitations.Enqueue(invitation);
        }
    }
}
