using System.Diagnostics.Metrics;

namespace ImageShare.Core.Diagnostics;

/// <summary>
/// What the library counts, for <see cref="MeterListener"/> and whatever collects metrics. Instruments and tags are listed in docs/msrp.md; no tag
/// names a person, an address or a file, and none takes its values from a peer. Counting costs nothing while nobody listens.
/// </summary>
public static class ImageShareTelemetry
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "ImageShare.Core";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Shares = Meter.CreateCounter<long>(
        "imageshare.shares.ended", "{share}", "Shares that ended, by direction, state and error.");

    private static readonly Counter<long> Sessions = Meter.CreateCounter<long>(
        "imageshare.msrp.sessions.ended", "{session}", "MSRP sessions that ended, by reason.");

    private static readonly Counter<long> Connections = Meter.CreateCounter<long>(
        "imageshare.msrp.connections.ended", "{connection}", "MSRP connections that ended, by reason, by what was unreadable in them, and whether a session was bound.");

    private static readonly Counter<long> Refused = Meter.CreateCounter<long>(
        "imageshare.msrp.connections.refused", "{connection}", "MSRP connections that were not let in, by the limit they met.");

    private static readonly Counter<long> Answers = Meter.CreateCounter<long>(
        "imageshare.msrp.requests.refused", "{request}", "MSRP requests answered with another status than 200, by status.");

    internal static void ShareEnded(bool isOutgoing, Enum state, Enum error)
    {
        if (Shares.Enabled)
        {
            Shares.Add(1, new("direction", isOutgoing ? "outgoing" : "incoming"), new("state", state.ToString()), new("error", error.ToString()));
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
}
