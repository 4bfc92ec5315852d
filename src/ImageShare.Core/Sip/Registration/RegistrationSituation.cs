namespace ImageShare.Core.Sip.Registration;

/// <summary>The state of the registration machine. Immutable.</summary>
/// <param name="Options">How to register.</param>
internal sealed record RegistrationSituation(SipRegistrationOptions Options)
{
    public RegistrationPhase Phase { get; init; }

    /// <summary>The last 2xx while its binding is valid; null when there is no binding.</summary>
    public RegistrarAnswer? Binding { get; init; }

    /// <summary>Whether the registrar has ever registered this side since the application asked for it.</summary>
    public bool HasRegistered { get; init; }

    /// <summary>What is asked for; more than in the options when the registrar insists (423).</summary>
    public TimeSpan Expiry { get; init; } = Options.Expiry;

    /// <summary>How often the expiry was raised, or outbound given up, since the last answer of another kind.</summary>
    public int Adaptations { get; init; }

    /// <summary>Whether to register the connection (RFC 5626); false when the first hop does not support it.</summary>
    public bool UsesOutbound { get; init; } = Options.UseOutbound;

    /// <summary>Failed attempts in a row.</summary>
    public int Failures { get; init; }

    /// <summary>Connections in a row that were lost soon.</summary>
    public int Flaps { get; init; }

    /// <summary>While a REGISTER is in progress: whether the opposite is wanted when it is answered (RFC 3261 §10.2: one at a time).</summary>
    public bool TurnsBack { get; init; }

    /// <summary>Why the last attempt failed, or the binding was lost.</summary>
    public RegistrationProblem? Problem { get; init; }

    /// <summary>The same for the application.</summary>
    public SipRegistrationStatus Status => Phase switch
    {
        RegistrationPhase.Idle => SipRegistrationStatus.Unregistered,
        RegistrationPhase.Unregistering => SipRegistrationStatus.Unregistering,
        RegistrationPhase.Refused => SipRegistrationStatus.Refused,
        _ when Binding is not null => SipRegistrationStatus.Registered,
        RegistrationPhase.Waiting => SipRegistrationStatus.Lost,
        _ => SipRegistrationStatus.Registering,
    };

    /// <summary>Whether the loss of the connection makes this side unreachable.</summary>
    public bool IsBoundToFlow => Binding is { IsBoundToFlow: true };
}
