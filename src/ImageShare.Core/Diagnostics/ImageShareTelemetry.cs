using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ImageShare.Core.Diagnostics;

/// <summary>
/// The metrics and activities of the library, for <see cref="MeterListener"/>, <see cref="ActivityListener"/> and collectors. docs/diagnostics.md lists them. No tag of a
/// metric contains a person, an address or a file name, or a value chosen by a peer. They cost nothing while no one listens.
/// </summary>
public static class ImageShareTelemetry
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "ImageShare.Core";

    /// <summary>The name of the source of activities.</summary>
    public const string ActivitySourceName = "ImageShare.Core";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>(
        "imageshare.share.duration", "s", "How long ended shares took, by direction and state.");

    private static readonly Histogram<long> Sizes = Meter.CreateHistogram<long>(
        "imageshare.share.bytes", "By", "How many bytes of the image ended shares transferred, by direction and state.");

    private static readonly Histogram<double> Acceptances = Meter.CreateHistogram<double>(
        "imageshare.invitation.accept.time", "s", "From the invitation to its acceptance, by direction.");

    // Counted also while no one listens, or a listener that comes later would see what began before as negative.
    private static readonly DirectionCounts ActiveShares = new();
    private static readonly DirectionCounts PendingInvitations = new();
    private static readonly ConcurrentDictionary<string, long> Registrations = new();
    private static long _msrpConnections;
    private static long _sipConnections;

    private static readonly Counter<long> Shares = Meter.CreateCounter<long>(
        "imageshare.shares.ended", "{share}", "Ended shares, by direction, state and error.");

    private static readonly Counter<long> Sessions = Meter.CreateCounter<long>(
        "imageshare.msrp.sessions.ended", "{session}", "Ended MSRP sessions, by reason.");

    private static readonly Counter<long> Connections = Meter.CreateCounter<long>(
        "imageshare.msrp.connections.ended", "{connection}", "Ended MSRP connections, by reason, by decoding error, and by whether a session was bound.");

    private static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "imageshare.msrp.connections.refused", "{connection}", "Rejected MSRP connections, by the limit they exceeded.");

    private static readonly Counter<long> Answers = Meter.CreateCounter<long>(
        "imageshare.msrp.requests.refused", "{request}", "MSRP requests answered with a status other than 200, by status.");

    private static readonly Counter<long> Registers = Meter.CreateCounter<long>(
        "imageshare.sip.registers", "{request}", "REGISTER requests, by the status of the answer, or by why there was none.");

    private static readonly Counter<long> RegistrationsLost = Meter.CreateCounter<long>(
        "imageshare.sip.registrations.lost", "{registration}", "Registrations that were lost, by reason.");

    static ImageShareTelemetry()
    {
        Meter.CreateObservableUpDownCounter(
            "imageshare.shares.active", ActiveShares.Measure, "{share}", "Shares that have not ended, by direction.");
        Meter.CreateObservableUpDownCounter(
            "imageshare.invitations.pending", PendingInvitations.Measure, "{invitation}", "Images that are offered and not decided, by direction.");
        Meter.CreateObservableUpDownCounter(
            "imageshare.sip.registrations",
            static () => Registrations.Select(static entry => new Measurement<long>(entry.Value, new KeyValuePair<string, object?>("status", entry.Key))),
            "{registration}",
            "Registrations of clients that are to be registered, by where they stand.");
        Meter.CreateObservableUpDownCounter("imageshare.msrp.connections.open", static () => Interlocked.Read(ref _msrpConnections), "{connection}", "Open MSRP connections.");
        Meter.CreateObservableUpDownCounter("imageshare.sip.connections.open", static () => Interlocked.Read(ref _sipConnections), "{connection}", "Open SIP connections over TCP and TLS.");
    }

    /// <summary>Where the activities of shares come from.</summary>
    internal static ActivitySource Activities { get; } = new(ActivitySourceName);

    internal static void ShareStarted(bool isOutgoing) => ActiveShares.Add(isOutgoing, 1);

    internal static void InvitationPends(bool isOutgoing, int change) => PendingInvitations.Add(isOutgoing, change);

    internal static void InvitationAccepted(bool isOutgoing, TimeSpan time)
    {
        if (Acceptances.Enabled)
        {
            Acceptances.Record(time.TotalSeconds, new KeyValuePair<string, object?>("direction", NameOf(isOutgoing)));
        }
    }

    internal static void ShareEnded<TState, TError>(bool isOutgoing, TState state, TError error, long bytes, TimeSpan time)
        where TState : struct, Enum
        where TError : struct, Enum
    {
        ActiveShares.Add(isOutgoing, -1);
        if (Shares.Enabled)
        {
            Shares.Add(1, new("direction", NameOf(isOutgoing)), new("state", state.ToString()), new("error", error.ToString()));
        }

        if (Durations.Enabled)
        {
            Durations.Record(time.TotalSeconds, new("direction", NameOf(isOutgoing)), new("state", state.ToString()));
        }

        if (Sizes.Enabled)
        {
            Sizes.Record(bytes, new("direction", NameOf(isOutgoing)), new("state", state.ToString()));
        }
    }

    internal static void MsrpConnectionOpened() => Interlocked.Increment(ref _msrpConnections);

    internal static void SipConnectionOpened() => Interlocked.Increment(ref _sipConnections);

    internal static void SipConnectionClosed() => Interlocked.Decrement(ref _sipConnections);

    /// <summary>A registration has another status; null stands for one that does not exist.</summary>
    internal static void RegistrationMoved(Enum? before, Enum? now)
    {
        if (before is not null)
        {
            Registrations.AddOrUpdate(before.ToString(), -1, static (_, count) => count - 1);
        }

        if (now is not null)
        {
            Registrations.AddOrUpdate(now.ToString(), 1, static (_, count) => count + 1);
        }
    }

    internal static void RegisterAnswered(int status)
    {
        if (Registers.Enabled)
        {
            Registers.Add(1, new KeyValuePair<string, object?>("status", status));
        }
    }

    internal static void RegisterFailed(Enum error)
    {
        if (Registers.Enabled)
        {
            Registers.Add(1, new KeyValuePair<string, object?>("error", error.ToString()));
        }
    }

    internal static void RegistrationLost(Enum error)
    {
        if (RegistrationsLost.Enabled)
        {
            RegistrationsLost.Add(1, new KeyValuePair<string, object?>("error", error.ToString()));
        }
    }

    internal static void MsrpSessionEnded(Enum reason)
    {
        if (Sessions.Enabled)
        {
            Sessions.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));
        }
    }

    internal static void MsrpConnectionEnded(Enum reason, Enum fault, bool wasBound)
    {
        Interlocked.Decrement(ref _msrpConnections);
        if (Connections.Enabled)
        {
            Connections.Add(1, new("reason", reason.ToString()), new("fault", fault.ToString()), new("bound", wasBound));
        }
    }

    internal static void MsrpConnectionRefused(string limit)
    {
        if (Refused.Enabled)
        {
            Refused.Add(1, new KeyValuePair<string, object?>("limit", limit));
        }
    }

    internal static void MsrpRequestRefused(int status)
    {
        if (Answers.Enabled)
        {
            Answers.Add(1, new KeyValuePair<string, object?>("status", status));
        }
    }

    private static string NameOf(bool isOutgoing) => isOutgoing ? "outgoing" : "incoming";

    private sealed class DirectionCounts
    {
        private long _outgoing;
        private long _incoming;

        public void Add(bool isOutgoing, int change) => Interlocked.Add(ref isOutgoing ? ref _outgoing : ref _incoming, change);

        public Measurement<long>[] Measure() =>
        [
            new(Interlocked.Read(ref _outgoing), new KeyValuePair<string, object?>("direction", NameOf(true))),
            new(Interlocked.Read(ref _incoming), new KeyValuePair<string, object?>("direction", NameOf(false))),
        ];
    }
}
