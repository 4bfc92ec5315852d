using System.Diagnostics.Metrics;

namespace ImageShare.Core.Diagnostics;

/// <summary>
/// The metrics of the library, for <see cref="MeterListener"/> and metrics collectors. docs/msrp.md lists the instruments and tags. No tag
/// contains a person, an address or a file name, or a value chosen by a peer. Metrics cost nothing while no one listens.
/// </summary>
public static class ImageShareTelemetry
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "ImageShare.Core";

    private static readonly Meter Meter = new(MeterName);

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

    internal static void ShareEnded(bool isOutgoing, Enum state, Enum error)
    {
        if (Shares.Enabled)
        {
            Shares.Add(1, new("direction", isOutgoing ? "outgoing" : "incoming"), new("state", state.ToString()), new("error", error.ToString()));
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
