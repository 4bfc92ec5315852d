using System.Buffers;
using ImageShare.Core.Hosting;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Tests.Hosting;

/// <summary>Hosts whose start fails, whose configuration changes meanwhile, or whose end is not an orderly one.</summary>
[TestFixture]
public sealed class HostEndTests
{
    private static readonly byte[] Octets = TestImage.Png(20_000);

    [Test]
    public async Task A_host_whose_start_fails_leaves_no_client()
    {
        IHost host = HostedPair.Build(Identity(), new CapturingLoggerFactory(), new InMemoryNetwork(), static b => b.Services.AddHostedService<FailingService>());
        await Assert.ThrowsAsync<NotSupportedException>(() => host.StartAsync());
        IImageShareClient client = host.Services.GetRequiredService<IImageShareHost>().Client;
        await ((IAsyncDisposable)host).DisposeAsync();
        Assert.That((client.Completion.IsCompleted, client.Health.IsListeningForSip), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task A_host_that_never_starts_lets_nobody_wait_for_its_client()
    {
        IHost host = HostedPair.Build(Identity(), new CapturingLoggerFactory(), new InMemoryNetwork());
        Task<IImageShareClient> awaited = host.Services.GetRequiredService<IImageShareHost>().GetClientAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
        ImageShareException? error = await Assert.ThrowsAsync<ImageShareException>(() => awaited.WaitAsync(SharePair.Patience));
        Assert.That(error!.Error, Is.EqualTo(ImageShareError.InvalidState));
    }

    [Test]
    public async Task Handlers_are_waited_for_also_after_a_listener_has_failed()
    {
        var seen = new Seen();
        var network = new DyingNetwork();
        await using HostedPair pair = await HostedPair.StartAsync(b => b.UseHandler<LingeringHandler>().Services.AddSingleton(seen), network, ("MsrpPort", "9878"));
        await using ImageShareSession session = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Octets));
        await seen.Begun.Task.WaitAsync(SharePair.Patience);
        network.Kill(9878, isStream: true, failure: null);
        Assert.That(() => pair.Host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested, Is.True.After(30_000, 5));
        Task stopping = pair.Host.StopAsync();
        await seen.Stopping.Task.WaitAsync(SharePair.Patience);
        await pair.Bob.Completion.ContinueWith(static _ => { }, TaskScheduler.Default).WaitAsync(SharePair.Patience);
        Assert.That(() => stopping.IsCompleted, Is.False.After(200));
        seen.MayEnd.SetResult();
        await stopping.WaitAsync(SharePair.Patience);
        Assert.That(seen.HasEnded, Is.True);
    }

    [Test]
    public async Task The_patience_of_the_host_bounds_the_stop_though_a_store_hangs()
    {
        var store = new HangingStore();
        HostedPair pair = await HostedPair.StartAsync(b => b.UseHandler<StoringHandler>().Services.AddSingleton<IImageStore>(store));
        await using ImageShareSession session = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Octets));
        await store.Begun.Task.WaitAsync(SharePair.Patience);
        IImageShareClient bob = pair.Bob;
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.CatchAsync<OperationCanceledException>(async () =>
        {
            await pair.Host.StopAsync(patience.Token).WaitAsync(SharePair.Patience);
            patience.Token.ThrowIfCancellationRequested();
        });
        await ((IAsyncDisposable)pair.Host).DisposeAsync().AsTask().WaitAsync(SharePair.Patience);
        Assert.That(bob.Completion.IsCompleted, Is.False, "it gives the store two seconds");
        store.MayEnd.SetResult();
        await pair.Alice.DisposeAsync();
    }

    [Test]
    public async Task What_changes_while_the_client_starts_is_not_missed()
    {
        var log = new CapturingLoggerFactory();
        ReloadableSource settings = Identity();
        int made = 0;
        using IHost host = HostedPair.Build(settings, log, new InMemoryNetwork(), b => b.ConfigureClient((options, _) =>
        {
            // The first are those that are validated, the second those the client is started with.
            if (++made == 2)
            {
                settings.Change(("DisplayName", "Robert"));
            }

            return options;
        }));
        await host.StartAsync();
        Assert.That(log.From(LogLevel.Warning), Has.Some.Contains("DisplayName"));
        await host.StopAsync();
    }

    [Test]
    public async Task A_missing_identity_is_named_as_in_the_section_and_beside_what_else_is_wrong()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration["Pictures:Registration:UseAssociatedIdentity"] = "perhaps";
        builder.Services.AddImageShare(builder.Configuration.GetSection("Pictures"));
        using IHost host = builder.Build();
        Microsoft.Extensions.Options.OptionsValidationException? refused =
            await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => host.StartAsync());
        Assert.That(refused!.Message, Does.Contain("Pictures:Identity is not set").And.Contain("Pictures:Registration:UseAssociatedIdentity is wrong"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_caller_that_gives_up_is_no_fault_of_the_handler(bool accepts)
    {
        var seen = new Seen();
        seen.Accepts = accepts;
        await using HostedPair pair = await HostedPair.StartAsync(b => b.UseHandler<AskingHandler>().Services.AddSingleton(seen));
        await using ImageShareSession session = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Octets));
        await seen.Begun.Task.WaitAsync(SharePair.Patience);
        await session.CancelAsync().WaitAsync(SharePair.Patience);
        Assert.That(() => seen.HasEnded, Is.True.After(30_000, 5));
        await pair.Host.StopAsync().WaitAsync(SharePair.Patience);
        Assert.That(pair.Log.From(LogLevel.Error), Is.Empty);
    }

    private static ReloadableSource Identity() => new([("Identity", "sip:bob@ims.example")]);

    private sealed class FailingService : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => throw new NotSupportedException("this service cannot start");

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class Seen
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Stopping { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool HasEnded { get; set; }

        public bool Accepts { get; set; }
    }

    /// <summary>Asks a user who does not answer; accepts then, or lets the cancellation pass.</summary>
    private sealed class AskingHandler(Seen seen) : IImageShareHandler
    {
        public async Task HandleAsync(IImageShareInvitation invitation, CancellationToken stopping)
        {
            seen.Begun.SetResult();
            try
            {
                Task asking = Task.Delay(Timeout.Infinite, invitation.Withdrawn);
                await (seen.Accepts ? Task.WhenAny(asking) : asking);
                await invitation.AcceptAsync(ImageStore.InMemory(), cancellationToken: CancellationToken.None);
            }
            finally
            {
                seen.HasEnded = true;
            }
        }
    }

    private sealed class LingeringHandler(Seen seen) : IImageShareHandler
    {
        public async Task HandleAsync(IImageShareInvitation invitation, CancellationToken stopping)
        {
            using CancellationTokenRegistration told = stopping.Register(seen.Stopping.SetResult);
            seen.Begun.SetResult();
            await seen.MayEnd.Task;
            seen.HasEnded = true;
        }
    }

    private sealed class StoringHandler(IImageStore store) : IImageShareHandler
    {
        public async Task HandleAsync(IImageShareInvitation invitation, CancellationToken stopping)
        {
            await using IImageShareSession session = await invitation.AcceptAsync(store, cancellationToken: stopping);
            await session.Completion;
        }
    }

    /// <summary>Its first write ends only when the test says so, whatever is cancelled.</summary>
    private sealed class HangingStore : IImageStore, IImageSink
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ValueTask<IImageSink> CreateAsync(IncomingImage image, CancellationToken cancellationToken = default) => ValueTask.FromResult<IImageSink>(this);

        public async ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken = default)
        {
            Begun.TrySetResult();
            await MayEnd.Task;
        }

        public ValueTask<StoredImage> CompleteAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public ValueTask AbandonAsync() => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
