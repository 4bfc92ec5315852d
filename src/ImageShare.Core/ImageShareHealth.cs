using ImageShare.Core.Sip.Registration;

namespace ImageShare.Core;

/// <summary>
/// How a client is, at the moment it was asked (<see cref="ImageShareClient.Health"/>): whether peers can reach it, what runs, and what last went wrong. Immutable.
/// </summary>
public sealed record ImageShareHealth
{
    /// <summary>
    /// Whether SIP is received: every socket of the client works. True for a <see cref="ImageShareOptions.CustomSipTransport"/>, which only the application
    /// knows. False once the client is being disposed of.
    /// </summary>
    public bool IsListeningForSip { get; init; }

    /// <summary>Whether MSRP connections are accepted. False once the client is being disposed of.</summary>
    public bool IsListeningForMsrp { get; init; }

    /// <summary>
    /// The registration, if the client is to be registered: by <see cref="ImageShareOptions.Registration"/> or <see cref="ImageShareClient.RegisterAsync"/>. Null if
    /// it is not, or not any more.
    /// </summary>
    public SipRegistrationState? Registration { get; init; }

    /// <summary>How many shares have not ended, in both directions, invitations without a decision included.</summary>
    public int ActiveShares { get; init; }

    /// <summary>The last problem, however old it is; null if there was none.</summary>
    public ImageShareProblem? LastProblem { get; init; }

    /// <summary>Whether peers can reach the client: it listens for SIP and MSRP, and is registered if it is to be. Failed shares do not matter for it.</summary>
    public bool IsHealthy => IsListeningForSip && IsListeningForMsrp && Registration is null or { IsRegistered: true };
}

/// <summary>Something that went wrong in a client: a share that failed, a registration that is not there, or a listener that ended.</summary>
public sealed record ImageShareProblem
{
    /// <summary>When, by the clock of the client.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What happened.</summary>
    public required ImageShareError Error { get; init; }

    /// <summary>A message for users. It may name addresses, people and files: not for a public page.</summary>
    public required string Message { get; init; }
}
