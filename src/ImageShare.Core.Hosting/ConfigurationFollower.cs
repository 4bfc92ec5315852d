using Microsoft.Extensions.Logging;

namespace ImageShare.Core.Hosting;

/// <summary>
/// Follows changes of the configuration while the client runs: another registration takes effect at once, everything else with the next start, which is logged. Options that
/// are wrong never get here.
/// </summary>
internal sealed class ConfigurationFollower(ImageShareClient client, ImageShareHostOptions started, ILogger log)
{
    private const string Changeable = "Registration:";

    private readonly Lock _gate = new();
    private readonly ImageShareHostOptions _started = started;
    private ImageShareHostOptions _current = started;
    private HashSet<string> _reported = [];

    /// <summary>Completes when what began by now has ended. Never faults.</summary>
    public Task Idle { get; private set; } = Task.CompletedTask;

    public void OnChanged(ImageShareHostOptions next)
    {
        lock (_gate)
        {
            ReportRestart(next);
            if (Differing(_current, next).Any(IsChangeable))
            {
                Idle = RegisterAsync(Idle, next);
            }

            _current = next;
        }
    }

    // What differs from the start, not from the change before: changed back is no change.
    private void ReportRestart(ImageShareHostOptions next)
    {
        HashSet<string> waiting = [.. Differing(_started, next).Where(static name => !IsChangeable(name))];
        if (waiting.Count > 0 && !waiting.SetEquals(_reported))
        {
            HostLog.NeedsRestart(log, string.Join(", ", waiting.Order(StringComparer.Ordinal)));
        }

        _reported = waiting;
    }

    private async Task RegisterAsync(Task before, ImageShareHostOptions next)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await client.UnregisterAsync().ConfigureAwait(false);
            if (next.Client.Registration is { } registration)
            {
                await client.RegisterAsync(registration).ConfigureAwait(false);
            }

            HostLog.RegistrationChanged(log);
        }
        catch (Exception e) when (e is ImageShareException or ObjectDisposedException)
        {
            // What can pass is tried again by the client; its state and its log say how it stands.
            HostLog.RegistrationNotChanged(log, (e as ImageShareException)?.Error ?? ImageShareError.InvalidState);
        }
    }

    private static bool IsChangeable(string name) => name.StartsWith(Changeable, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Differing(ImageShareHostOptions one, ImageShareHostOptions other) =>
        one.Values.Keys.Union(other.Values.Keys, StringComparer.OrdinalIgnoreCase).Where(name => one.Values.GetValueOrDefault(name) != other.Values.GetValueOrDefault(name));
}
