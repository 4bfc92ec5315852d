using System.Collections.Concurrent;
using ImageShare.Core.Hosting;
using ImageShare.Core.Images.Stores;
using ImageShare.Core.Net;
using ImageShare.Core.Sharing;
using ImageShare.Core.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Tests.Hosting;

/// <summary>A client in a generic host: its start and end, its handler, its health.</summary>
[TestFixture]
public sealed class HostedClientTests
{
    private static readonly byte[] Octets = TestImage.Png(20_000);

    [Test]
    public async Task Each_invitation_gets_a_handler_and_a_scope_of_its_own()
    {
        var seen = new Seen();
        await using HostedPair pair = await HostedPair.StartAsync(b => b.UseHandler<KeepingHandler>().Services.AddSingleton(seen).AddScoped<Scoped>());
        for (int i = 0; i < 2; i++)
        {
            await using ImageShareSession session = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Octets));
            ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
            Assert.That(result.IsCompleted, Is.True, result.Message);
        }

        Assert.That(() => seen.Ended, Has.Count.EqualTo(2).After(30_000, 5));
        Assert.Multiple(() =>
        {
            Assert.That(seen.Received.Count(static octets => octets.AsSpan().SequenceEqual(Octets)), Is.EqualTo(2));
            Assert.That(seen.Ended.Distinct().Count(), Is.EqualTo(2), "scopes, each disposed of");
        });
    }

    [Test]
    public async Task A_handler_that_throws_is_logged_and_its_invitation_declined()
    {
        await using HostedPair pair = await HostedPair.StartAsync(static b => b.UseHandler<ThrowingHandler>());
        await using ImageShareSession session = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Octets));
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That((result.SipStatus, result.EndedBy), Is.EqualTo(((int?)500, ImageShareEndedBy.Peer)));
            Assert.That(pair.Log.From(LogLevel.Error).Single(), Does.Contain(session.Id).And.Contain("NotSupportedException").And.Not.Contain("secret.png"));
            Assert.That(pair.Log.From(LogLevel.Trace), Has.Some.Contains("secret.png"), "what the exception says is for Trace");
        });
    }

    [Test]
    public async Task A_handler_that_cannot_be_made_declines_too()
    {
        await using HostedPair pair = await HostedPair.StartAsync(static b => b.UseHandler<KeepingHandler>());
        await using ImageShareSession session = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Octets));
        Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).SipStatus, Is.EqualTo(500));
    }

    [Test]
    public async Task An_invitation_without_a_decision_is_declined_and_that_is_logged()
    {
        await using HostedPair pair = await HostedPair.StartAsync(static b => b.UseHandler<IdleHandler>());
        await using ImageShareSession session = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Octets));
        ImageShareResult result = await session.Completion.WaitAsync(SharePair.Patience);
        Assert.That((result.State, result.SipStatus), Is.EqualTo((ImageShareState.Declined, (int?)603)));
        Assert.That(() => pair.Log.From(LogLevel.Warning), Has.Some.Contains("without a decision").After(30_000, 5));
    }

    [Test]
    public async Task Without_a_handler_the_application_reads_the_invitations()
    {
        await using HostedPair pair = await HostedPair.StartAsync();
        await using ImageShareSession session = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Octets));
        using var patience = new CancellationTokenSource(SharePair.Patience);
        await foreach (IImageShareInvitation invitation in pair.Bob.Invitations.WithCancellation(patience.Token))
        {
            await invitation.DeclineAsync();
            break;
        }

        Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).State, Is.EqualTo(ImageShareState.Declined));
    }

    [Test]
    public async Task The_end_of_the_host_ends_running_shares_and_waits_for_their_handlers()
    {
        var seen = new Seen();
        HostedPair pair = await HostedPair.StartAsync(b => b.UseHandler<WaitingHandler>().Services.AddSingleton(seen));
        await using ImageShareSession session = await pair.Alice.ShareAsync(pair.Bob.Address, SharePair.Image(Octets));
        await seen.Begun.Task.WaitAsync(SharePair.Patience);
        IImageShareHost host = pair.Host.Services.GetRequiredService<IImageShareHost>();
        IImageShareClient bob = host.Client;
        await pair.Host.StopAsync().WaitAsync(SharePair.Patience);
        Assert.Multiple(() =>
        {
            Assert.That(seen.Ended, Has.Count.EqualTo(1), "the handler has ended");
            Assert.That(bob.Completion.IsCompletedSuccessfully, Is.True);
            Assert.That(bob.Health.IsListeningForSip, Is.False);
        });
        Assert.That((await session.Completion.WaitAsync(SharePair.Patience)).IsCompleted, Is.False);
        await pair.DisposeAsync();
    }

    [Test]
    public async Task A_listener_that_fails_beyond_repair_stops_the_host()
    {
        var network = new DyingNetwork();
        await using HostedPair pair = await HostedPair.StartAsync(network: network, settings: ("MsrpPort", "9876"));
        CancellationToken stopping = pair.Host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        network.Kill(9876, isStream: true, failure: null);
        Assert.That(() => stopping.IsCancellationRequested, Is.True.After(30_000, 5));
    }

    [Test]
    public async Task The_health_check_says_whether_the_client_can_be_reached()
    {
        var network = new DyingNetwork();
        IHost unstarted = HostedPair.Build(new ReloadableSource([("Identity", "sip:bob@ims.example")]), new CapturingLoggerFactory(), network);
        HealthReport before = await unstarted.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        await ((IAsyncDisposable)unstarted).DisposeAsync();
        await using HostedPair pair = await HostedPair.StartAsync(network: network, settings: ("MsrpPort", "9877"));
        HealthCheckService checks = pair.Host.Services.GetRequiredService<HealthCheckService>();
        HealthReport running = await checks.CheckHealthAsync();
        network.Kill(9877, isStream: true, failure: null);
        Assert.That(() => pair.Bob.Health.IsHealthy, Is.False.After(30_000, 5));
        HealthReport broken = await checks.CheckHealthAsync();
        Assert.Multiple(() =>
        {
            Assert.That((before.Status, running.Status, broken.Status), Is.EqualTo((HealthStatus.Unhealthy, HealthStatus.Healthy, HealthStatus.Unhealthy)));
            Assert.That(running.Entries["imageshare"].Data["registration"], Is.EqualTo("NotWanted"));
            Assert.That(broken.Entries["imageshare"].Description, Is.EqualTo("The client does not listen for MSRP."));
            Assert.That(broken.Entries["imageshare"].Data["problem"], Does.StartWith("ListenerFailed at "));
        });
    }

    [Test]
    public async Task The_client_is_awaited_and_not_there_before_the_start()
    {
        IHost host = HostedPair.Build(new ReloadableSource([("Identity", "sip:bob@ims.example")]), new CapturingLoggerFactory(), new InMemoryNetwork());
        IImageShareHost imageShare = host.Services.GetRequiredService<IImageShareHost>();
        Task<IImageShareClient> awaited = imageShare.GetClientAsync();
        ImageShareException? error = Assert.Throws<ImageShareException>(() => _ = imageShare.Client);
        Assert.That((error!.Error, awaited.IsCompleted), Is.EqualTo((ImageShareError.InvalidState, false)));
        await host.StartAsync();
        Assert.That(await awaited.WaitAsync(SharePair.Patience), Is.SameAs(imageShare.Client));
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }

    private sealed class Seen
    {
        public ConcurrentBag<byte[]> Received { get; } = [];

        public ConcurrentBag<object> Ended { get; } = [];

        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Scoped(Seen seen) : IDisposable
    {
        public void Dispose() => seen.Ended.Add(this);
    }

    private sealed class KeepingHandler(Seen seen, Scoped scoped) : IImageShareHandler
    {
        public async Task HandleAsync(IImageShareInvitation invitation, CancellationToken stopping)
        {
            Assert.That(scoped, Is.Not.Null);
            await using IImageShareSession session = await invitation.AcceptAsync(ImageStore.InMemory(), cancellationToken: stopping);
            ImageShareResult result = await session.Completion;
            seen.Received.Add(result.Stored!.Content!.Value.ToArray());
        }
    }

    private sealed class ThrowingHandler : IImageShareHandler
    {
        public Task HandleAsync(IImageShareInvitation invitation, CancellationToken stopping) => throw new NotSupportedException("secret.png");
    }

    private sealed class IdleHandler : IImageShareHandler
    {
        public Task HandleAsync(IImageShareInvitation invitation, CancellationToken stopping) => Task.CompletedTask;
    }

    private sealed class WaitingHandler(Seen seen) : IImageShareHandler
    {
        public async Task HandleAsync(IImageShareInvitation invitation, CancellationToken stopping)
        {
            seen.Begun.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, stopping);
            }
            finally
            {
                seen.Ended.Add(invitation);
            }
        }
    }
}
