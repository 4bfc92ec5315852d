using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageShare.Core.Hosting;

/// <summary>
/// Starts the client with the host, gives its invitations to the handler, and stops it with the host. If a listener of the client is beyond repair, the service fails, which
/// stops the host unless its options say otherwise.
/// </summary>
internal sealed class ImageShareService(
    IServiceProvider services,
    IOptions<ImageShareHostOptions> options,
    IOptionsMonitor<ImageShareHostOptions> monitor,
    ILogger<ImageShareService> log) : BackgroundService, IImageShareHost, IAsyncDisposable
{
    private readonly TaskCompletionSource<ImageShareClient> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly InvitationDispatcher _dispatcher = new(services, log);
    private ConfigurationFollower? _follower;
    private IDisposable? _following;
    private Task _handling = Task.CompletedTask;
    private Task? _closing;

    public IImageShareClient Client => _started.Task.IsCompletedSuccessfully
        ? _started.Task.Result
        : throw new ImageShareException(ImageShareError.InvalidState, "The host has not started its Image Share client; use it after the start, or wait for it with GetClientAsync.");

    public async Task<IImageShareClient> GetClientAsync(CancellationToken cancellationToken = default) => await _started.Task.WaitAsync(cancellationToken).ConfigureAwait(false);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        ImageShareClient client;
        try
        {
            client = await ImageShareClient.StartAsync(options.Value.Client, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _started.TrySetException(e);
            _ = _started.Task.Exception;
            throw;
        }

        _started.TrySetResult(client);
        _follower = new ConfigurationFollower(client, options.Value, log);
        _following = monitor.OnChange((changed, _) => _follower.OnChanged(changed));

        // What changed since the options were read; the monitor does not tell it again.
        _follower.OnChanged(monitor.CurrentValue);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // First the token of the handlers, then what they wait for.
        Task ending = base.StopAsync(cancellationToken);
        await WaitAsync(CloseAsync(), cancellationToken).ConfigureAwait(false);
        await ending.ConfigureAwait(false);

        // If a listener failed, the execution has ended without them.
        await WaitAsync(Task.WhenAll(_handling, _follower?.Idle ?? Task.CompletedTask), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A host whose start fails is disposed of without having been stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        if (_started.TrySetException(new ImageShareException(ImageShareError.InvalidState, "The host ended before it had started its Image Share client; start the host first.")))
        {
            // Nobody has to wait for it.
            _ = _started.Task.Exception;
        }

        // Not if it was stopped: what was not waited for then, because the host had no more patience, is not waited for now.
        if (_closing is null)
        {
            await CloseAsync().ConfigureAwait(false);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        ImageShareClient client = await _started.Task.ConfigureAwait(false);
        _handling = services.GetRequiredService<IServiceProviderIsService>().IsService(typeof(IImageShareHandler))
            ? _dispatcher.RunAsync(client.Invitations, stoppingToken)
            : Task.CompletedTask;
        await client.Completion.ConfigureAwait(false);
        await _handling.ConfigureAwait(false);
    }

    private Task CloseAsync()
    {
        _following?.Dispose();
        return _started.Task.IsCompletedSuccessfully ? _closing ??= _started.Task.Result.DisposeAsync().AsTask() : Task.CompletedTask;
    }

    private static async Task WaitAsync(Task task, CancellationToken patience)
    {
        try
        {
            await task.WaitAsync(patience).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // The host waits no longer. What still runs, such as a store that hangs, ends by itself or with the process.
        }
    }
}
