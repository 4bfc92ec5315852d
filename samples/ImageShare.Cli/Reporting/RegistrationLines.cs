using System.Globalization;
using ImageShare.Core.Sip;
using ImageShare.Core.Sip.Registration;

namespace ImageShare.Cli.Reporting;

/// <summary>A registration in words: one line for each change that matters. Thread-safe.</summary>
internal sealed class RegistrationLines(TimeProvider time)
{
    private readonly Lock _gate = new();
    private SipRegistrationState _last = new();

    /// <summary>The line for a new state; null when there is nothing to say, as for a refresh in time.</summary>
    public string? Next(SipUri identity, SipRegistrationState state)
    {
        lock (_gate)
        {
            SipRegistrationState last = _last;
            if (state.Status is SipRegistrationStatus.Unregistering || (state.Status is SipRegistrationStatus.Registering && !last.IsRegistered))
            {
                return null;
            }

            _last = state;
            string name = HumanReporter.Safe(identity.ToString());
            return state.Status switch
            {
                SipRegistrationStatus.Registered when state.Message is not null =>
                    last.Message == state.Message ? null : $"{name} is registered until {Until(state)}, but its refresh [yellow]failed[/]: {HumanReporter.Safe(state.Message)}{Retry(state)}",
                SipRegistrationStatus.Registered when last is { IsRegistered: true, Message: null } => null,
                SipRegistrationStatus.Registered => $"[green]Registered[/] [bold]{name}[/] until {Until(state)}.",
                SipRegistrationStatus.Registering or SipRegistrationStatus.Lost => $"{name} is [yellow]not registered[/]: {HumanReporter.Safe(state.Message)}{Retry(state)}",
                SipRegistrationStatus.Refused => $"{name} is [red]not registered[/], and it is not tried again: {HumanReporter.Safe(state.Message)}",
                _ => state.Message is { } failed ? $"{name}: the registration could not be removed, and expires by itself: {HumanReporter.Safe(failed)}" : null,
            };
        }
    }

    /// <summary>What a registration is.</summary>
    public static string[] Details(SipRegistrationState state)
    {
        List<string> lines = [$"  bindings  {state.BindingCount}"];
        lines.AddRange(state.Bindings.Select(static binding => string.Create(
            CultureInfo.InvariantCulture, $"            {HumanReporter.Safe(binding.Uri.ToString())}, for {Math.Round(binding.Expiry.TotalSeconds)} s{(binding.IsOwn ? " (this program)" : string.Empty)}")));
        if (state.BindingCount > state.Bindings.Count)
        {
            lines.Add($"            and {state.BindingCount - state.Bindings.Count} more");
        }

        if (state.AssociatedUris.Count > 0)
        {
            lines.Add($"  known as  {HumanReporter.Safe(string.Join(' ', state.AssociatedUris))}");
        }

        if (state.ServiceRoute.Count > 0)
        {
            lines.Add($"  route     {HumanReporter.Safe(string.Join(' ', state.ServiceRoute))}");
        }

        if (state.UsesOutbound)
        {
            lines.Add("  reached   on the connection this program has opened (RFC 5626)");
        }

        if (state.LearntAddress is { } seen)
        {
            lines.Add($"  seen as   {seen}{(state.IsBehindNat ? ", so there is a NAT in between" : string.Empty)}");
        }

        return [.. lines];
    }

    private string Until(SipRegistrationState state)
    {
        TimeSpan left = (state.RegisteredUntil ?? time.GetUtcNow()) - time.GetUtcNow();
        return string.Create(CultureInfo.InvariantCulture, $"{Clock(state.RegisteredUntil)} ({(left > TimeSpan.FromMinutes(2) ? $"{Math.Round(left.TotalMinutes)} min" : $"{Math.Max(0, Math.Round(left.TotalSeconds))} s")})");
    }

    private string Retry(SipRegistrationState state) => state.RetryAt is null ? string.Empty : $" Next attempt at {Clock(state.RetryAt)}.";

    private string Clock(DateTimeOffset? moment) =>
        moment is { } at ? TimeZoneInfo.ConvertTime(at, time.LocalTimeZone).ToString("HH:mm:ss", CultureInfo.InvariantCulture) : "an unknown time";
}
